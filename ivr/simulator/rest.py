"""The REST API that the twilio client speaks: what may be created, changed, looked up and listed.

Lists filter by whole days in UTC and hand on by next_page_uri (twilio.com/docs/usage/twilios-response).
"""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from operator import eq, ge, le
from typing import Any, NoReturn, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Flask, Response, abort, jsonify, make_response, request

from ivr.simulator import messages, resources, scripts
from ivr.simulator.calls import StatusCallback
from ivr.simulator.faults import Fault
from ivr.simulator.ledger import Recording
from ivr.simulator.program import Request
from ivr.simulator.switchboard import API_VERSION, Switchboard

LONGEST_BODY = 1600
LONGEST_TWIML = 4000
LARGEST_PAGE = 1000
E164 = re.compile(r"\+[1-9]\d{6,14}")
SEVERED = "simulator.severed"
BROKEN: Mapping[str, Callable[[], OSError]] = {  # what breaks in process; a real connection is just closed
    "answer lost": partial(TimeoutError, "the answer is lost"),
    "slow": partial(TimeoutError, "the answer takes too long"),
    "refused connection": partial(ConnectionRefusedError, 111, "Connection refused"),
    "reset": partial(ConnectionResetError, 104, "Connection reset by peer"),
}


class Filed(Protocol):
    """Whatever is listed has a name."""

    @property
    def sid(self) -> str: ...


T = TypeVar("T")
F = TypeVar("F", bound=Filed)


def api(board: Switchboard, credentials: Callable[[], Mapping[str, str]]) -> Blueprint:
    """The routes below /2010-04-01; credentials are the user names that may come in, each with its password."""
    rest = Blueprint("rest", __name__, url_prefix=f"/{API_VERSION}/Accounts")

    @rest.before_request
    def check() -> None:
        sent = request.authorization
        user, password = (sent.username or "", sent.password or "") if sent is not None else ("", "")
        known = credentials().get(user)
        if known is None or not hmac.compare_digest(known.encode(), password.encode()):
            _refuse(401, 20003, "Authenticate")
        account = (request.view_args or {}).get("account")
        if account != board.account_sid:
            _refuse(404, 20404, f"The requested resource {request.path} was not found")

    @rest.get("/<account>.json")
    def account(account: str) -> Response:
        return jsonify(resources.account(board))

    _messages(rest, board)
    _calls(rest, board)
    _recordings(rest, board)

    @rest.get("/<account>/IncomingPhoneNumbers.json")
    def numbers(account: str) -> Response:
        wanted = request.args.get("PhoneNumber", "")
        found = [number for number in board.numbers.values() if wanted in number.number]
        return _page(board, "incoming_phone_numbers", found, resources.number)

    return rest


def _messages(rest: Blueprint, board: Switchboard) -> None:
    @rest.post("/<account>/Messages.json")
    def create_message(account: str) -> Response:
        return _created(board, "messages", lambda: resources.message(board, _create_message(board)))

    @rest.get("/<account>/Messages.json")
    def list_messages(account: str) -> Response:
        found = [
            message
            for message in reversed(board.ledger.messages)
            if _is("To", message.to) and _is("From", message.from_) and _on("DateSent", message.sent_at or message.at)
        ]
        return _page(board, "messages", found, resources.message)

    @rest.get("/<account>/Messages/<sid>.json")
    def message(account: str, sid: str) -> Response:
        return jsonify(resources.message(board, _found(board.ledger.message(sid))))


def _calls(rest: Blueprint, board: Switchboard) -> None:
    @rest.post("/<account>/Calls.json")
    def create_call(account: str) -> Response:
        return _created(board, "calls", lambda: resources.call(board, _create_call(board)))

    @rest.get("/<account>/Calls.json")
    def list_calls(account: str) -> Response:
        found = [
            call
            for call in reversed(board.ledger.calls)
            if _is("To", call.to)
            and _is("From", call.from_)
            and _is("Status", call.status)
            and _is("ParentCallSid", call.parent_sid)
            and _on("StartTime", call.started_at or call.at)
            and _on("EndTime", call.ended_at)
        ]
        return _page(board, "calls", found, resources.call)

    @rest.get("/<account>/Calls/<sid>.json")
    def call(account: str, sid: str) -> Response:
        return jsonify(resources.call(board, _found(board.ledger.call(sid))))

    @rest.post("/<account>/Calls/<sid>.json")
    def update_call(account: str, sid: str) -> Response:
        found = _found(board.ledger.call(sid))
        _update_call(board, sid)
        return jsonify(resources.call(board, found))

    @rest.get("/<account>/Calls/<sid>/Recordings.json")
    def call_recordings(account: str, sid: str) -> Response:
        found = [recording for recording in reversed(board.ledger.recordings) if recording.call_sid == sid]
        return _page(board, "recordings", found, resources.recording)


def _recordings(rest: Blueprint, board: Switchboard) -> None:
    @rest.get("/<account>/Recordings.json")
    def list_recordings(account: str) -> Response:
        found = [
            recording
            for recording in reversed(board.ledger.recordings)
            if recording.status != "deleted" and _is("CallSid", recording.call_sid) and _on("DateCreated", recording.at)
        ]
        return _page(board, "recordings", found, resources.recording)

    @rest.get("/<account>/Recordings/<sid>.json")
    def recording(account: str, sid: str) -> Response:
        return jsonify(resources.recording(board, _kept(board, sid)))

    @rest.delete("/<account>/Recordings/<sid>.json")
    def delete_recording(account: str, sid: str) -> Response:
        found = _kept(board, sid)
        found.status, found.audio = "deleted", b""
        return Response(status=204)

    @rest.get("/<account>/Recordings/<sid>.wav")
    @rest.get("/<account>/Recordings/<sid>")
    def media(account: str, sid: str) -> Response:
        found = _kept(board, sid)
        fault = board.faults.strike("media", {"RecordingSid": sid})
        if found.status != "completed" or (fault is not None and fault.what == "404"):
            _refuse(404, 20404, f"The recording {sid} is not there")
        answer = Response(found.audio, content_type="audio/x-wav")
        if fault is not None:
            answer.set_data(found.audio[: len(found.audio) // 2])
            answer.headers["Content-Length"] = str(len(found.audio))
        return answer


# Creating


def _create_message(board: Switchboard) -> Any:
    form = request.form
    to, from_, body, service = (form.get(name, "") for name in ("To", "From", "Body", "MessagingServiceSid"))
    if not to:
        _refuse(400, 21604, "A 'To' phone number is required.")
    if not from_ and not service:
        _refuse(400, 21603, "A 'From' phone number is required.")
    if not body:
        _refuse(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        _refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if not E164.fullmatch(to):
        _refuse(400, 21211, f"Invalid 'To' Phone Number: {to}")
    sender = from_ or next(iter(board.numbers), "")
    if sender not in board.numbers:
        _refuse(400, 21606, f"The 'From' phone number {from_} is not a valid message-capable number of this account.")
    callback = form.get("StatusCallback", "")
    if callback and not _is_url(callback):
        _refuse(400, 21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")
    if refusal := messages.refusal(board, to, sender):
        _refuse(400, refusal.code, refusal.message)
    return messages.send(board, to, sender, body, status_callback=callback, service_sid=service or None)


def _create_call(board: Switchboard) -> Any:
    form = request.form
    to, from_ = form.get("To", ""), form.get("From", "")
    if not to:
        _refuse(400, 21201, "No 'To' number is specified")
    if not E164.fullmatch(to):
        _refuse(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if not from_:
        _refuse(400, 21213, "No 'From' number is specified")
    if from_ not in board.numbers:
        _refuse(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    document = _document()
    if document is None:
        _refuse(400, 21205, "Url parameter is required.")
    callback, events = form.get("StatusCallback", ""), form.getlist("StatusCallbackEvent") or ["completed"]
    if callback and not _is_url(callback):
        _refuse(400, 21205, f"StatusCallback {callback} is not a valid URL.")
    patience = form.get("Timeout", "60")
    if not patience.isdigit() or not 0 < int(patience) <= 600:
        _refuse(400, 21216, f"Timeout {patience} is not between 1 and 600.")
    asked = StatusCallback(callback, tuple(" ".join(events).split()), form.get("StatusCallbackMethod", "POST"))
    return scripts.place_by_api(
        board,
        to,
        from_,
        document,
        status_callback=asked if callback else None,
        fallback_url=form.get("FallbackUrl", ""),
        patience=timedelta(seconds=int(patience)),
        detect_machine="MachineDetection" in form,
    )


def _document() -> Request | None:
    """Give the document that the form names; Twiml is ignored beside a Url."""
    url, twiml = request.form.get("Url", ""), request.form.get("Twiml", "")
    if url:
        if not _is_url(url):
            _refuse(400, 21205, f"Url is not a valid URL: {url}")
        return Request(url, "voice", method=request.form.get("Method", "POST"))
    if len(twiml) > LONGEST_TWIML:
        _refuse(400, 32018, f"The Twiml parameter has {len(twiml)} characters; {LONGEST_TWIML} is the most.")
    return Request("", "voice", twiml=twiml) if twiml else None


def _update_call(board: Switchboard, sid: str) -> None:
    live, status, document = board.live.get(sid), request.form.get("Status"), _document()
    if status not in (None, "completed", "canceled"):
        _refuse(400, 20001, f"A call's Status can be made completed or canceled, not {status}.")
    if live is None or live.record.is_over:
        _refuse(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status is not None:
        # Canceled ends only what has not been answered; completed ends a call in any state.
        if status == "completed" or not live.is_answered:
            board.gesture(lambda: live.end(None if live.is_answered else "canceled"))
    elif document is not None:
        board.gesture(lambda: live.replace(document))


def _created(board: Switchboard, resource: str, create: Callable[[], dict[str, Any]]) -> Response:
    """Create something, unless a fault strikes before; a fault may also strike after."""
    fault = board.faults.strike(resource, request.form.to_dict())
    if fault is None:
        return make_response(jsonify(create()), 201)
    done = make_response(jsonify(create()), 201) if fault.is_done else Response(status=500)
    return _spoil(fault, done)


def _spoil(fault: Fault, answer: Response) -> Response:
    if fault.status == 429:
        _refuse(429, 20429, "Too Many Requests")
    if fault.status:
        _refuse(fault.status, 20500, "An internal server error has occurred")
    if fault.what != "slow" or _waits_in_vain(fault.by):
        request.environ[SEVERED] = fault.what
    return answer


def _waits_in_vain(span: timedelta) -> bool:
    """Let whoever asked wait; in process, say at once whether they would have given up."""
    if "simulator.patience" in request.environ:
        patience = request.environ["simulator.patience"]
        return patience is not None and span.total_seconds() > patience
    threading.Event().wait(span.total_seconds())
    return False


class Severing:
    """Breaks the connection where a fault says so: WSGI has no word for it, so the server's socket is closed."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        held: list[Any] = []

        def hold(*head: Any) -> Callable[[bytes], None]:
            held[:] = head
            return lambda body: None

        body = self._application(environ, hold)
        severed = environ.get(SEVERED)
        if severed is None:
            start_response(*held)
            return body
        if "simulator.patience" in environ:
            raise BROKEN[severed]()
        return self._close(environ)

    def _close(self, environ: dict[str, Any]) -> Iterable[bytes]:
        socket = environ.get("werkzeug.socket") or environ.get("gunicorn.socket")
        if socket is None:
            raise ConnectionResetError("This server does not let its socket be closed; use werkzeug's or gunicorn's.")
        socket.shutdown(2)
        return []


# Looking up


def _is(name: str, value: str | None) -> bool:
    wanted = request.args.get(name)
    return wanted is None or wanted == value


def _on(name: str, instant: datetime | None) -> bool:
    """Filter by whole UTC days: the day itself, on or before it (<), on or after it (>)."""
    for suffix, fits in (("", eq), ("<", le), (">", ge)):
        wanted = request.args.get(name + suffix)
        if wanted is not None and (instant is None or not fits(instant.astimezone(UTC).date(), _day(wanted))):
            return False
    return True


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        _refuse(400, 20001, f"{text} is not a date; write it as YYYY-MM-DD.")


def _page(board: Switchboard, key: str, found: Sequence[F], write: Callable[[Switchboard, F], Any]) -> Response:
    """Give one page, and where the next one is: after the last of this one, whatever came in meanwhile."""
    fault = board.faults.strike("lists", request.args.to_dict())
    if fault is not None:
        _spoil(fault, Response(status=500))
    size = min(max(1, request.args.get("PageSize", 50, type=int)), LARGEST_PAGE)
    after = request.args.get("PageToken", "").removeprefix("PA")
    names = [each.sid for each in found]
    start = names.index(after) + 1 if after in names else 0
    shown, number = found[start : start + size], request.args.get("Page", 0, type=int)
    path = request.path.removeprefix(request.script_root)
    kept = {name: value for name, value in request.args.items() if name not in ("Page", "PageToken", "PageSize")}
    more = len(found) > start + size

    def uri(page: int, **token: str) -> str:
        return f"{path}?{urlencode(kept | {'PageSize': str(size), 'Page': str(page)} | token)}"

    return jsonify(
        {
            key: [write(board, each) for each in shown],
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1, PageToken=f"PA{shown[-1].sid}") if more else None,
            "previous_page_uri": None,
            "page": number,
            "page_size": size,
            "start": start,
            "end": start + max(0, len(shown) - 1),
            "uri": uri(number),
        }
    )


def _found(found: T | None) -> T:
    if found is None:
        _refuse(404, 20404, f"The requested resource {request.path} was not found")
    return found


def _kept(board: Switchboard, sid: str) -> Recording:
    found = _found(board.ledger.recording(sid.removesuffix(".wav")))
    return _found(found if found.status != "deleted" else None)


def _is_url(url: str) -> bool:
    """Hosts with underscores are refused in callbacks."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")


def _refuse(status: int, code: int, message: str) -> NoReturn:
    more = f"https://www.twilio.com/docs/errors/{code}"
    answer = jsonify({"code": code, "message": message, "more_info": more, "status": status})
    answer.status_code = status
    abort(answer)


def application(board: Switchboard, credentials: Callable[[], Mapping[str, str]]) -> Flask:
    """The REST API as an application that can be served, or mounted below a prefix."""
    app = Flask(__name__)
    app.register_blueprint(api(board, credentials))
    app.wsgi_app = Severing(app.wsgi_app)  # type: ignore[method-assign]
    return app
