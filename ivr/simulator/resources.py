"""The JSON of each resource, as twilio-python reads it (twilio.com/docs/api, version 2010-04-01)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ivr.simulator.ledger import Call, Message, Recording
from ivr.simulator.messages import segments
from ivr.simulator.switchboard import API_VERSION, OwnNumber, Switchboard, rfc2822, whole_seconds

JSON = dict[str, Any]


def uri(board: Switchboard, *path: str) -> str:
    return "/".join(("", API_VERSION, "Accounts", board.account_sid, *path)) + ".json"


def account(board: Switchboard) -> JSON:
    return {
        "sid": board.account_sid,
        "owner_account_sid": board.account_sid,
        "friendly_name": "Simulated account",
        "status": "active",
        "type": "Full",
        "auth_token": None,
        "date_created": None,
        "date_updated": None,
        "subresource_uris": {},
        "uri": f"/{API_VERSION}/Accounts/{board.account_sid}.json",
    }


def message(board: Switchboard, found: Message) -> JSON:
    return {
        "sid": found.sid,
        "account_sid": board.account_sid,
        "messaging_service_sid": found.service_sid,
        "to": found.to,
        "from": found.from_,
        "body": found.body,
        "status": found.status,
        "direction": found.direction,
        "num_segments": str(0 if found.service_sid and found.status == "accepted" else segments(found.body)),
        "num_media": "0",
        "date_created": _date(found.at),
        "date_sent": _date(found.sent_at),
        "date_updated": _date(found.updated_at or found.at),
        "error_code": found.error_code,
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "api_version": API_VERSION,
        "subresource_uris": {},
        "uri": uri(board, "Messages", found.sid),
    }


def call(board: Switchboard, found: Call) -> JSON:
    own = board.numbers.get(found.to if found.direction == "inbound" else found.from_)
    over = found.ended_at is not None
    return {
        "sid": found.sid,
        "account_sid": board.account_sid,
        "parent_call_sid": found.parent_sid,
        "to": found.to,
        "to_formatted": found.to,
        "from": found.from_,
        "from_formatted": found.from_,
        "phone_number_sid": own.sid if own is not None else None,
        "status": found.status,
        "direction": found.direction,
        "start_time": _date(found.answered_at or (found.started_at if over else None)),
        "end_time": _date(found.ended_at),
        "duration": whole_seconds(found.duration) if over else None,
        "date_created": _date(found.at),
        "date_updated": _date(found.ended_at or found.answered_at or found.at),
        "answered_by": found.answered_by,
        "price": None,
        "price_unit": "USD",
        "forwarded_from": None,
        "group_sid": None,
        "caller_name": None,
        "queue_time": "0",
        "trunk_sid": None,
        "annotation": None,
        "api_version": API_VERSION,
        "subresource_uris": {"recordings": uri(board, "Calls", found.sid, "Recordings")},
        "uri": uri(board, "Calls", found.sid),
    }


def recording(board: Switchboard, found: Recording) -> JSON:
    settled = found.status in ("completed", "absent", "deleted")
    return {
        "sid": found.sid,
        "account_sid": board.account_sid,
        "call_sid": found.call_sid,
        "conference_sid": None,
        # The spec knows no "failed" for the resource; it is only told to the callback.
        "status": "absent" if found.status == "failed" else found.status,
        "source": found.source,
        "channels": found.channels,
        "duration": whole_seconds(found.duration) if settled else None,
        "start_time": _date(found.at),
        "date_created": _date(found.at),
        "date_updated": _date(found.at + found.duration),
        "error_code": found.error_code,
        "price": None,
        "price_unit": "USD",
        "encryption_details": None,
        "media_url": board.resource_url("Recordings", found.sid),
        "api_version": API_VERSION,
        "subresource_uris": {},
        "uri": uri(board, "Recordings", found.sid),
    }


def number(board: Switchboard, found: OwnNumber) -> JSON:
    return {
        "sid": found.sid,
        "account_sid": board.account_sid,
        "phone_number": found.number,
        "friendly_name": found.number,
        "voice_url": found.voice_url,
        "voice_method": "POST",
        "voice_fallback_url": found.voice_fallback_url,
        "voice_fallback_method": "POST",
        "voice_application_sid": None,
        "voice_caller_id_lookup": False,
        "sms_url": found.sms_url,
        "sms_method": "POST",
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "sms_application_sid": None,
        "status_callback": found.status_callback,
        "status_callback_method": "POST",
        "capabilities": {"voice": True, "sms": True, "mms": False, "fax": False},
        "beta": False,
        "origin": "twilio",
        "status": "in-use",
        "date_created": None,
        "date_updated": None,
        "api_version": API_VERSION,
        "uri": uri(board, "IncomingPhoneNumbers", found.sid),
    }


def _date(instant: datetime | None) -> str | None:
    return rfc2822(instant) if instant is not None else None
