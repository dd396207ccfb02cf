"""The JSON of each resource, with Twilio's field names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from ivr.simulator.account import OwnNumber
from ivr.simulator.ledger import Call, CallStatus, Message, Recording, RecordingStatus, Transcription

Json = dict[str, Any]


URLS = ("voice_url", "voice_fallback_url", "status_callback", "sms_url")
METHODS = ("voice_method", "voice_fallback_method", "status_callback_method", "sms_method")


def message_json(message: Message) -> Json:
    return {
        "sid": message.sid,
        "to": message.to,
        "from": message.from_,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "error_code": message.error_code,
        "date_created": _date(message.created_at),
        "date_sent": _date(message.created_at),
        "date_updated": _date(message.created_at),
    }


def call_json(call: Call) -> Json:
    return {
        "sid": call.sid,
        "to": call.to,
        "from": call.from_,
        "status": CallStatus.QUEUED if call.status is CallStatus.INITIATED else call.status,  # no status in the API
        "direction": call.direction,
        "parent_call_sid": call.parent_sid or None,
        "date_created": _date(call.created_at),
        "start_time": _date(call.started_at),
        "end_time": _date(call.ended_at),
        "duration": str(call.seconds) if call.ended_at is not None else None,
    }


def recording_json(recording: Recording) -> Json:
    return {
        "sid": recording.sid,
        "call_sid": recording.call_sid,
        "status": RecordingStatus.ABSENT if recording.status is RecordingStatus.FAILED else recording.status,
        "source": recording.source,
        "duration": str(recording.seconds),
        "error_code": recording.error_code,
        "date_created": _date(recording.created_at),
        "start_time": _date(recording.created_at),
    }


def transcription_json(transcription: Transcription) -> Json:
    return {
        "sid": transcription.sid,
        "recording_sid": transcription.recording_sid,
        "status": "completed",
        "transcription_text": transcription.text,
        "date_created": _date(transcription.created_at),
    }


def number_json(number: OwnNumber) -> Json:
    return {
        "sid": number.sid,
        "phone_number": number.number,
        "capabilities": {name: name in number.capabilities for name in ("voice", "sms", "mms", "fax")},
        "trunk_sid": number.trunk_sid or None,
        "voice_application_sid": "",
        "sms_application_sid": "",
        **{name: number.methods.get(name, "POST") for name in METHODS},
        "voice_url": number.voice_url,
        "status_callback": number.status_callback,
        "sms_url": number.sms_url,
        "voice_fallback_url": number.voice_fallback_url,
    }


def updated(number: OwnNumber, form: Mapping[str, str]) -> OwnNumber:
    """Return a number with the URLs and methods of an update."""
    given = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): value for name, value in form.items()}
    methods = {**number.methods, **{name: value.upper() for name, value in given.items() if name in METHODS}}
    urls: dict[str, Any] = {name: given[name] for name in URLS if name in given}
    return replace(number, methods=methods, **urls)


def _date(at: datetime | None) -> str | None:
    return format_datetime(at.astimezone(UTC)) if at else None
