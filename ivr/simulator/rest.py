"""Twilio's REST API, as much of it as a phone desk uses (twilio.com/docs/usage/api)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify, request

from ivr.simulator.browser import browser_blueprint
from ivr.simulator.in_process import AnswerLost, ConnectionRefused
from ivr.simulator.ledger import Call, Message, Recording
from ivr.simulator.phones import SmsHabit

if TYPE_CHECKING:
    from ivr.simulator.carrier import SimulatedTwilio

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST_BODY = 1600
Json = dict[str, Any]


class Refused(Exception):
    """An error as Twilio gives it: an HTTP status, a code, a message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        self.status, self.code, self.message = status, code, message


def application(carrier: SimulatedTwilio) -> Flask:
    """The API below /2010-04-01."""
    app = Flask("simulator", static_folder=None)
    app.config["PROPAGATE_EXCEPTIONS"] = True  # a lost answer must look lost, not like an error page
    app.register_blueprint(browser_blueprint(carrier))
    base = f"/2010-04-01/Accounts/{carrier.account_sid}"

    @app.errorhandler(Refused)
    def refuse(fault: Refused) -> tuple[Response, int]:
        info = "https://www.twilio.com/docs/errors/"
        said = {
            "code": fault.code,
            "message": fault.message,
            "more_info": f"{info}{fault.code}",
            "status": fault.status,
        }
        return jsonify(said), fault.status

    @app.before_request
    def know_the_account() -> None:
        if not request.path.startswith("/2010-04-01"):
            return
        login = request.authorization
        known = {carrier.account_sid: carrier.auth_token, **carrier.api_keys}
        if login is None or known.get(login.username or "") != login.password:
            raise Refused(401, 20003, "Authenticate")

    _messages(app, base, carrier)
    _calls(app, base, carrier)
    _recordings(app, base, carrier)

    @app.get(f"{base}/IncomingPhoneNumbers.json")
    def numbers() -> Response:
        return _page(carrier, "incoming_phone_numbers", list(carrier.numbers.values()), _number)

    @app.get(f"{base}.json")
    def account() -> Response:
        return jsonify({"sid": carrier.account_sid, "status": "active", "type": "Full", "friendly_name": "Simulated"})

    return app


def _messages(app: Flask, base: str, carrier: SimulatedTwilio) -> None:
    @app.post(f"{base}/Messages.json")
    def create_message() -> tuple[Response, int]:
        return _create(carrier, "messages", lambda: _message(_new_message(carrier), carrier))

    @app.get(f"{base}/Messages.json")
    def messages() -> Response:
        found = [m for m in carrier.ledger.messages if _matches(m.to, "To") and _matches(m.from_, "From")]
        return _page(carrier, "messages", _on_days(found, "DateSent", lambda m: m.created_at), _message)

    @app.get(f"{base}/Messages/<sid>.json")
    def message(sid: str) -> Response:
        return jsonify(_message(_named(carrier.ledger.messages, sid), carrier))


def _calls(app: Flask, base: str, carrier: SimulatedTwilio) -> None:
    @app.post(f"{base}/Calls.json")
    def create_call() -> tuple[Response, int]:
        return _create(carrier, "calls", lambda: _call(_new_call(carrier), carrier))

    @app.get(f"{base}/Calls.json")
    def calls() -> Response:
        found = [
            call
            for call in carrier.ledger.calls
            if _matches(call.to, "To") and _matches(call.from_, "From") and _matches(call.status, "Status")
            and _matches(call.parent_sid, "ParentCallSid")
        ]  # fmt: skip
        return _page(carrier, "calls", _on_days(found, "StartTime", lambda c: c.created_at), _call)

    @app.get(f"{base}/Calls/<sid>.json")
    def call(sid: str) -> Response:
        return jsonify(_call(_named(carrier.ledger.calls, sid), carrier))

    @app.post(f"{base}/Calls/<sid>.json")
    def change_call(sid: str) -> Response:
        found = _named(carrier.ledger.calls, sid)
        leg = carrier.leg_of(sid)
        if leg is not None and request.form.get("Status") in ("completed", "canceled"):
            status = request.form["Status"]
            carrier.soon(lambda: carrier.end(leg, status))
        return jsonify(_call(found, carrier))


def _recordings(app: Flask, base: str, carrier: SimulatedTwilio) -> None:
    @app.get(f"{base}/Recordings.json")
    def recordings() -> Response:
        found = [r for r in carrier.ledger.recordings if _matches(r.call_sid, "CallSid")]
        return _page(carrier, "recordings", _on_days(found, "DateCreated", lambda r: r.created_at), _recording)

    @app.get(f"{base}/Recordings/<sid>.json")
    def recording(sid: str) -> Response:
        return jsonify(_recording(_named(carrier.ledger.recordings, sid), carrier))

    @app.get(f"{base}/Recordings/<sid>.wav")
    @app.get(f"{base}/Recordings/<sid>")
    def media(sid: str) -> Response:
        found = _named(carrier.ledger.recordings, sid)
        fault = carrier.faults.next("media", sid)
        if found.status != "completed" or (fault is not None and fault.what == "404"):
            raise Refused(404, 20404, "The requested resource was not found")
        audio = found.audio
        if fault is not None and fault.what == "cut short":
            audio = audio[: len(audio) // 2]
        return Response(audio, content_type="audio/x-wav")


def _create(carrier: SimulatedTwilio, where: str, make: Callable[[], Json]) -> tuple[Response, int]:
    fault = carrier.faults.next(where, request.get_data(as_text=True))
    match fault.what if fault else "":
        case "429":
            raise Refused(429, 20429, "Too Many Requests")
        case "account":
            raise Refused(401, 20003, "Authenticate")
        case "500":
            raise Refused(503, 20503, "Service unavailable")
        case "refused connection":
            raise ConnectionRefused
        case "500 but done":
            make()
            raise Refused(503, 20503, "Service unavailable")
        case "answer lost":
            make()
            raise AnswerLost
    return jsonify(make()), 201


def _new_message(carrier: SimulatedTwilio) -> Message:
    to, from_, body = (request.form.get(name, "") for name in ("To", "From", "Body"))
    if not E164.fullmatch(to):
        raise Refused(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if from_ not in carrier.numbers and not request.form.get("MessagingServiceSid", "").startswith("MG"):
        raise Refused(400, 21606, f"The From phone number {from_} is not yours.")
    if not body:
        raise Refused(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    if carrier.phone(to).sms_habit is SmsHabit.STOPPED:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")
    sender = from_ or next(iter(carrier.numbers))
    callback = request.form.get("StatusCallback", "")
    made = Message(carrier.new_sid("SM"), to, sender, body, "outbound-api", "queued", carrier.now, callback)
    carrier.send(made)
    return made


def _new_call(carrier: SimulatedTwilio) -> Call:
    to, from_, url = (request.form.get(name, "") for name in ("To", "From", "Url"))
    if not E164.fullmatch(to):
        raise Refused(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if from_ not in carrier.numbers:
        raise Refused(400, 21210, f"The source phone number provided, {from_}, is not yet verified.")
    if not url.startswith("http"):
        raise Refused(400, 21205, f"Url is not a valid URL: {url}")
    timeout = timedelta(seconds=int(request.form.get("Timeout", "60")))
    leg = carrier.ring(to, from_, "outbound-api", timeout, url=url)
    leg.status_callback = request.form.get("StatusCallback", "")
    leg.status_events = set(request.form.getlist("StatusCallbackEvent")) or {"completed"}
    return leg.call


def _named(rows: Iterable[Any], sid: str) -> Any:
    found = next((row for row in rows if row.sid == sid), None)
    if found is None:
        raise Refused(404, 20404, f"The requested resource {sid} was not found")
    return found


def _matches(value: str, name: str) -> bool:
    wanted = request.args.get(name)
    return wanted is None or value == wanted


def _on_days(rows: list[Any], name: str, at: Callable[[Any], datetime]) -> list[Any]:
    """Filter by whole UTC days, as Twilio does: `Name`, `Name>` (on or after), `Name<` (on or before)."""

    def keeps(row: Any) -> bool:
        day = at(row).astimezone(UTC).date()
        exact, after, before = (_day(name), _day(f"{name}>"), _day(f"{name}<"))
        return (exact is None or day == exact) and (after is None or day >= after) and (before is None or day <= before)

    return [row for row in rows if keeps(row)]


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    return date.fromisoformat(text[:10]) if text else None


def _page(
    carrier: SimulatedTwilio, name: str, rows: list[Any], shape: Callable[[Any, SimulatedTwilio], Json]
) -> Response:
    if carrier.faults.next("lists", request.full_path) is not None:
        raise Refused(503, 20503, "Service unavailable")
    size, page = int(request.args.get("PageSize", "50")), int(request.args.get("Page", "0"))
    rows = rows[::-1]  # the newest first
    shown = rows[page * size : (page + 1) * size]
    more = len(rows) > (page + 1) * size
    following = None
    if more:
        others = {key: value for key, value in request.args.items() if key not in ("Page", "PageSize")}
        query = "&".join(f"{key}={value}" for key, value in {**others, "PageSize": size, "Page": page + 1}.items())
        following = f"{request.path}?{query}".replace("+", "%2B")
    return jsonify({
        name: [shape(row, carrier) for row in shown],
        "page": page, "page_size": size, "next_page_uri": following, "uri": request.path,
    })  # fmt: skip


def _when(at: datetime | None) -> str | None:
    return format_datetime(at.astimezone(UTC)) if at else None


def _message(message: Message, carrier: SimulatedTwilio) -> Json:
    return {
        "sid": message.sid,
        "account_sid": carrier.account_sid,
        "to": message.to,
        "from": message.from_,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "error_code": message.error_code,
        "date_created": _when(message.created_at),
        "date_sent": _when(message.created_at),
        "date_updated": _when(message.created_at),
    }


def _call(call: Call, carrier: SimulatedTwilio) -> Json:
    ended = call.ended_at is not None
    return {
        "sid": call.sid,
        "account_sid": carrier.account_sid,
        "to": call.to,
        "from": call.from_,
        "status": call.status,
        "direction": call.direction,
        "parent_call_sid": call.parent_sid or None,
        "date_created": _when(call.created_at),
        "start_time": _when(call.started_at),
        "end_time": _when(call.ended_at),
        "duration": str(call.seconds) if ended and call.answered_at else ("0" if ended else None),
    }


def _recording(recording: Recording, carrier: SimulatedTwilio) -> Json:
    return {
        "sid": recording.sid,
        "account_sid": carrier.account_sid,
        "call_sid": recording.call_sid,
        "status": recording.status,
        "source": recording.source,
        "duration": str(recording.seconds),
        "date_created": _when(recording.created_at),
        "start_time": _when(recording.created_at),
    }


def _number(number: Any, carrier: SimulatedTwilio) -> Json:
    return {
        "sid": f"PN{abs(hash(number.number)) % 10**30:032d}",
        "account_sid": carrier.account_sid,
        "phone_number": number.number,
        "voice_url": number.voice_url,
        "status_callback": number.status_callback,
        "sms_url": number.sms_url,
        "voice_fallback_url": number.voice_fallback_url,
    }
