"""The routes of the REST API, its authentication, and the faults that its requests meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request

from ivr.simulator.carrier import Carrier
from ivr.simulator.faults import FaultKind, Place
from ivr.simulator.in_process import ConnectionRefused, ResponseLost
from ivr.simulator.ledger import Call, CallStatus, Recording, RecordingStatus
from ivr.simulator.rest.creation import create_call, create_message
from ivr.simulator.rest.errors import Refused, not_authenticated, unavailable
from ivr.simulator.rest.lists import Row, matches, on_days, page_of
from ivr.simulator.rest.parameters import check
from ivr.simulator.rest.resources import (
    Json,
    call_json,
    message_json,
    number_json,
    recording_json,
    transcription_json,
    updated,
)
from ivr.simulator.rest.storage import address_of

Created = TypeVar("Created")


def rest_blueprint(carrier: Carrier) -> Blueprint:
    """Return the API of the carrier's account."""
    api = Blueprint("rest", __name__, url_prefix="/2010-04-01/Accounts")
    sid = carrier.account.sid
    base = f"/{sid}"

    guard(api, carrier)

    @api.route("/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def unknown(rest: str) -> Response:
        raise Refused(404, 20404, f"The requested resource /{rest} was not found")

    @api.get(f"{base}.json")
    def account() -> Response:
        return jsonify({"sid": sid, "status": carrier.account.status, "type": "Full", "friendly_name": "Simulated"})

    @api.get(f"{base}/IncomingPhoneNumbers.json")
    def list_numbers() -> Response:
        check("list-numbers", request.args)
        found = [own for own in carrier.account.numbers.values() if matches(request.args, "PhoneNumber", own.number)]
        return _list(carrier, "incoming_phone_numbers", found, number_json)

    @api.post(f"{base}/IncomingPhoneNumbers/<number_sid>.json")
    def update_number(number_sid: str) -> Response:
        check("update-number", request.form)
        own = next((each for each in carrier.account.numbers.values() if each.sid == number_sid), None)
        if own is None:
            raise Refused(404, 20404, f"The requested resource {number_sid} was not found")
        carrier.account.numbers[own.number] = changed = updated(own, request.form)
        return _one(carrier, number_json(changed))

    _add_messages(api, base, carrier)
    _add_calls(api, base, carrier)
    _add_recordings(api, base, carrier)
    return api


def guard(api: Blueprint, carrier: Carrier) -> None:
    """Ask for the account's credentials on every route, and answer refusals as Twilio does."""

    @api.errorhandler(Refused)
    def refuse(error: Refused) -> tuple[Response, int]:
        return jsonify(error.json()), error.status

    @api.before_request
    def authenticate() -> None:
        login = request.authorization
        if login is None or not carrier.account.accepts(login.username, login.password):
            raise not_authenticated()


def _add_messages(api: Blueprint, base: str, carrier: Carrier) -> None:
    @api.post(f"{base}/Messages.json")
    def post_message() -> tuple[Response, int]:
        return _create(
            carrier, Place.MESSAGES, lambda: create_message(carrier, request.form), message_json, carrier.texts.overtake
        )

    @api.get(f"{base}/Messages.json")
    def list_messages() -> Response:
        check("list-messages", request.args)
        wanted = partial(matches, request.args)
        found = [row for row in carrier.ledger.messages if wanted("To", row.to) and wanted("From", row.from_)]
        found = on_days(found, request.args, "DateSent", lambda message: message.created_at)
        return _list(carrier, "messages", found, message_json)

    @api.get(f"{base}/Messages/<sid>.json")
    def get_message(sid: str) -> Response:
        return _one(carrier, message_json(_with_sid(carrier.ledger.messages, sid)))


def _add_calls(api: Blueprint, base: str, carrier: Carrier) -> None:
    @api.post(f"{base}/Calls.json")
    def post_call() -> tuple[Response, int]:
        return _create(
            carrier,
            Place.CALLS,
            lambda: create_call(carrier, request.form),
            lambda leg: call_json(leg.call),
            carrier.calls.overtake,
        )

    @api.get(f"{base}/Calls.json")
    def list_calls() -> Response:
        check("list-calls", request.args)
        wanted = partial(matches, request.args)
        found = [
            call
            for call in carrier.ledger.calls
            if wanted("To", call.to) and wanted("From", call.from_) and wanted("Status", call.status)
            and wanted("ParentCallSid", call.parent_sid)
        ]  # fmt: skip
        found = on_days(found, request.args, "StartTime", lambda call: call.created_at)
        found = on_days(found, request.args, "EndTime", lambda call: call.ended_at)
        return _list(carrier, "calls", found, call_json)

    @api.get(f"{base}/Calls/<sid>.json")
    def get_call(sid: str) -> Response:
        return _one(carrier, call_json(_with_sid(carrier.ledger.calls, sid)))

    @api.post(f"{base}/Calls/<sid>.json")
    def update_call(sid: str) -> Response:
        check("update-call", request.form)
        call = _with_sid(carrier.ledger.calls, sid)
        if call.status.is_final:
            raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        if (status := request.form.get("Status")) is None:
            raise Refused(400, 21205, "The simulator only ends calls, and does not give them another document.")
        _end(carrier, call, CallStatus(status))
        return _one(carrier, call_json(call))


def _end(carrier: Carrier, call: Call, status: CallStatus) -> None:
    """End a call. One that is answered cannot be canceled any more."""
    leg = carrier.calls.leg(call.sid)
    if leg is not None and not (status is CallStatus.CANCELED and call.answered_at):
        carrier.events.soon(partial(carrier.calls.end, leg, status))


def _add_recordings(api: Blueprint, base: str, carrier: Carrier) -> None:
    @api.get(f"{base}/Recordings.json")
    def list_recordings() -> Response:
        check("list-recordings", request.args)
        found = [row for row in carrier.ledger.recordings if matches(request.args, "CallSid", row.call_sid)]
        if request.args.get("IncludeSoftDeleted") != "true":
            found = [row for row in found if row.deleted_at is None]
        found = on_days(found, request.args, "DateCreated", lambda recording: recording.created_at)
        return _list(carrier, "recordings", found, recording_json)

    @api.get(f"{base}/Recordings/<sid>.json")
    def get_recording(sid: str) -> Response:
        return _one(carrier, recording_json(_kept_recording(carrier, sid)))

    @api.route(f"{base}/Recordings/<sid>.json", methods=["DELETE"])
    def delete_recording(sid: str) -> tuple[Response, int]:
        fault = carrier.faults.take_kind(Place.DELETIONS, sid)
        _raise_before(fault)
        _kept_recording(carrier, sid).deleted_at = carrier.now
        _raise_after(fault)
        return Response(), 204

    @api.get(f"{base}/Recordings/<sid>/Transcriptions.json")
    def list_transcriptions(sid: str) -> Response:
        check("list-transcriptions", request.args)
        found = [row for row in carrier.ledger.transcriptions if row.recording_sid == _kept_recording(carrier, sid).sid]
        return _list(carrier, "transcriptions", found, transcription_json)

    @api.route(f"{base}/Transcriptions/<sid>.json", methods=["DELETE"])
    def delete_transcription(sid: str) -> tuple[Response, int]:
        carrier.ledger.transcriptions.remove(_with_sid(carrier.ledger.transcriptions, sid))
        return Response(), 204

    @api.get(f"{base}/Recordings/<sid>.wav")
    @api.get(f"{base}/Recordings/<sid>")
    def get_audio(sid: str) -> Response:
        found = _kept_recording(carrier, sid)
        fault = carrier.faults.take_kind(Place.MEDIA, sid)
        if found.status is not RecordingStatus.COMPLETED or fault is FaultKind.NOT_FOUND:
            raise Refused(404, 20404, "The requested resource was not found")
        if fault is FaultKind.REDIRECTED:
            return Response(status=302, headers={"Location": address_of(carrier, request.host_url, sid)})
        audio = found.audio
        if fault is FaultKind.CUT_SHORT:
            audio = audio[: len(audio) // 2]
        return Response(audio, content_type="audio/x-wav")


def _kept_recording(carrier: Carrier, sid: str) -> Recording:
    """Return a recording that was not deleted. One that was is not found."""
    found: Recording = _with_sid(carrier.ledger.recordings, sid)
    if found.deleted_at is not None:
        raise Refused(404, 20404, f"The requested resource {sid} was not found")
    return found


def _create(
    carrier: Carrier,
    place: Place,
    create: Callable[[], Created],
    as_json: Callable[[Created], Json],
    overtake: Callable[[Created], None],
) -> tuple[Response, int]:
    """Create a resource, unless a fault refuses the request. It may also lose the response, or report first."""
    fault = carrier.faults.take_kind(place, request.get_data(as_text=True))
    _raise_before(fault)
    created = create()
    response = _one(carrier, as_json(created))
    if fault is FaultKind.REPORT_FIRST:
        overtake(created)
    _raise_after(fault)
    return response, 201


def _raise_before(fault: FaultKind | None) -> None:
    match fault:
        case FaultKind.TOO_MANY_REQUESTS:
            raise Refused(429, 20429, "Too Many Requests")
        case FaultKind.ACCOUNT_SUSPENDED:
            raise not_authenticated()
        case FaultKind.SERVER_ERROR:
            raise unavailable()
        case FaultKind.CONNECTION_REFUSED:
            raise ConnectionRefused


def _raise_after(fault: FaultKind | None) -> None:
    match fault:
        case FaultKind.SERVER_ERROR_BUT_DONE:
            raise unavailable()
        case FaultKind.RESPONSE_LOST:
            raise ResponseLost


def _with_sid(rows: Iterable[Any], sid: str) -> Any:
    found = next((row for row in rows if row.sid == sid), None)
    if found is None:
        raise Refused(404, 20404, f"The requested resource {sid} was not found")
    return found


def _list(carrier: Carrier, name: str, rows: list[Row], as_json: Callable[[Row], Json]) -> Response:
    fault = carrier.faults.take(Place.LISTS, request.full_path)
    if fault is not None and fault.kind is not FaultKind.BEHIND:
        raise unavailable()
    if fault is not None:
        rows = [row for row in rows if row.created_at <= carrier.now - fault.delay]  # type: ignore[attr-defined]
    page = page_of(rows, request.args)
    return jsonify(
        {
            name: [_of_account(carrier, as_json(row)) for row in page.rows],
            "page": page.number,
            "page_size": page.size,
            "next_page_uri": page.next_url(request.path, request.args),
            "uri": request.path,
        }
    )


def _one(carrier: Carrier, resource: Json) -> Response:
    return jsonify(_of_account(carrier, resource))


def _of_account(carrier: Carrier, resource: Json) -> Json:
    return {"account_sid": carrier.account.sid, **resource}
