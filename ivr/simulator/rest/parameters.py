"""Checks the parameters of a request as Twilio does: their names, their types, and what is allowed in them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from werkzeug.datastructures import MultiDict

from ivr.simulator.rest.errors import Refused
from ivr.simulator.values import (
    Check,
    anything,
    at_most,
    is_absolute_url,
    is_boolean,
    is_method,
    is_phone_number,
    keys,
    one_of,
    sid,
    some_of,
    whole_number,
)

Form = MultiDict[str, str]

UNKNOWN_PARAMETER = 20001
INVALID_PARAMETER = 20422
PAGE_TOO_LARGE = 20007
INVALID_URL = 21205
INVALID_METHOD = 21209
LARGEST_PAGE = 1000
MOST_MEDIA = 10
OF_PAGES = {
    "Page",
    "PageToken",
}  # beside the parameters of a list: what Twilio itself puts into the address of the next


@dataclass(frozen=True)
class Rule:
    """The code for a value that is not valid, and what is allowed beside its published type."""

    code: int = INVALID_PARAMETER
    allows: Check = anything


URL = Rule(INVALID_URL, is_absolute_url)
METHOD = Rule(INVALID_METHOD, is_method)
CALLBACK = Rule(21609, is_absolute_url)

CALL_RULES = {
    "To": Rule(21211, is_phone_number),
    "From": Rule(21212, is_phone_number),
    "Url": URL,
    "Method": METHOD,
    "FallbackUrl": URL,
    "FallbackMethod": METHOD,
    "StatusCallback": CALLBACK,
    "StatusCallbackMethod": METHOD,
    "StatusCallbackEvent": Rule(21626, one_of(("initiated", "ringing", "answered", "completed"))),
    "SendDigits": Rule(21206, keys("0123456789ABCD*#wW", longest=32)),
    "Timeout": Rule(21208, whole_number(1, 600)),
    "TimeLimit": Rule(allows=whole_number(1, 24 * 60 * 60)),
    "Twiml": Rule(32018, at_most(4000)),
    "ApplicationSid": Rule(21218, sid("AP")),
    "MachineDetection": Rule(21207, one_of(("Enable", "DetectMessageEnd"))),
    "MachineDetectionTimeout": Rule(allows=whole_number(3, 59)),
    "MachineDetectionSpeechThreshold": Rule(allows=whole_number(1000, 6000)),
    "MachineDetectionSpeechEndThreshold": Rule(allows=whole_number(500, 5000)),
    "MachineDetectionSilenceTimeout": Rule(allows=whole_number(2000, 10000)),
    "AsyncAmd": Rule(allows=is_boolean),
    "AsyncAmdStatusCallback": CALLBACK,
    "AsyncAmdStatusCallbackMethod": METHOD,
    "RecordingChannels": Rule(allows=one_of(("mono", "dual"))),
    "RecordingTrack": Rule(allows=one_of(("inbound", "outbound", "both"))),
    "RecordingStatusCallback": URL,
    "RecordingStatusCallbackMethod": METHOD,
    "RecordingStatusCallbackEvent": Rule(13621, some_of(("in-progress", "completed", "absent"))),
    "Trim": Rule(allows=one_of(("trim-silence", "do-not-trim"))),
    "Byoc": Rule(allows=sid("BY")),
}
MESSAGE_RULES = {
    "To": Rule(21211, is_phone_number),
    "From": Rule(21212, is_phone_number),
    "Body": Rule(21617, at_most(1600)),
    "StatusCallback": CALLBACK,
    "MessagingServiceSid": Rule(21705, sid("MG")),
    "ApplicationSid": Rule(21218, sid("AP")),
    "MediaUrl": Rule(21620, is_absolute_url),
    "ContentSid": Rule(allows=sid("HX")),
    "ValidityPeriod": Rule(allows=whole_number(1, 36000)),
    "Attempt": Rule(allows=whole_number(1)),
}
LIST_RULES = {
    "PageSize": Rule(allows=whole_number(1)),
    "ParentCallSid": Rule(allows=sid("CA")),
    "CallSid": Rule(allows=sid("CA")),
    "ConferenceSid": Rule(allows=sid("CF")),
}
NUMBER_RULES = {
    **dict.fromkeys(("VoiceUrl", "VoiceFallbackUrl", "SmsUrl", "SmsFallbackUrl", "StatusCallback"), URL),
    **dict.fromkeys(
        ("VoiceMethod", "VoiceFallbackMethod", "SmsMethod", "SmsFallbackMethod", "StatusCallbackMethod"), METHOD
    ),
    "TrunkSid": Rule(allows=sid("TK")),
    "VoiceApplicationSid": Rule(21218, sid("AP")),
    "SmsApplicationSid": Rule(21218, sid("AP")),
}
RULES: Mapping[str, Mapping[str, Rule]] = {
    "create-call": CALL_RULES,
    "update-call": CALL_RULES,
    "create-message": MESSAGE_RULES,
    "update-number": NUMBER_RULES,
}
# The code where none of these parameters is given.
REQUIRED: Mapping[str, Mapping[tuple[str, ...], int]] = {
    "create-call": {("To",): 21201, ("From",): 21213, ("Url", "Twiml", "ApplicationSid"): INVALID_URL},
    "create-message": {
        ("To",): 21604,
        ("From", "MessagingServiceSid"): 21603,
        ("Body", "MediaUrl", "ContentSid"): 21602,
    },
}


def check(request: str, parameters: Form) -> None:
    """Check the parameters of a request, such as "create-call". Raise Refused."""
    for names, code in REQUIRED.get(request, {}).items():
        if not any(parameters.get(name) for name in names):
            raise Refused(400, code, f"One of these is required: {', '.join(names)}.")
    for name, value in parameters.items(multi=True):
        _check_one(request, name, value)
    if len(parameters.getlist("MediaUrl")) > MOST_MEDIA:
        raise Refused(400, 21623, f"More than {MOST_MEDIA} media.")


def _check_one(request: str, name: str, value: str) -> None:
    is_list = request.startswith("list-")
    if is_list and name in OF_PAGES:
        return
    type_ = TYPES[request].get(name)
    if type_ is None:
        raise Refused(400, UNKNOWN_PARAMETER, f"There is no parameter {name}.")
    rule = (LIST_RULES if is_list else RULES[request]).get(name, Rule())
    if not (_check(type_)(value) and rule.allows(value)):
        raise Refused(400, rule.code, f"{name} is not valid: {value}")
    if name == "PageSize" and int(value) > LARGEST_PAGE:
        raise Refused(400, PAGE_TOO_LARGE, f"A page has at most {LARGEST_PAGE} rows.")


def _check(type_: str) -> Check:
    match type_.removesuffix("[]"):
        case "string":
            return anything
        case "number":
            return whole_number(0)
        case "boolean":
            return is_boolean
        case "date":
            return _is_date
        case enum:
            return one_of(VALUES[enum].split())


def _is_date(text: str) -> bool:
    """Return whether this is a day, with or without a time after it."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", text):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


_published = tomllib.loads(Path(__file__).with_name("parameters.toml").read_text(encoding="utf-8"))
VALUES: Mapping[str, str] = _published.pop("values")
TYPES: Mapping[str, Mapping[str, str]] = _published
