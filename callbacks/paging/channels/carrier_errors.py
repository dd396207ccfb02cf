"""The carrier's error codes: what each means to a person, whose fault it is, and whether trying again can help.

Sources: twilio.com/docs/api/errors, RFC 3261. Pure.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from callbacks.paging.channels.carrier_errors_french import FRENCH
from callbacks.text.bilingual import Words


class Fault(enum.Enum):
    """What has to change before such a page can arrive."""

    PERSON = "person"  # the technician's number: it will fail tomorrow as well
    SENDER = "sender"  # our own number, or what it may send: nothing arrives by this channel
    PERMISSION = "permission"  # what the account may do: another person may still be reached
    ACCOUNT = "account"  # the account itself: no request is accepted
    LIMIT = "limit"  # too much at once, or the carrier is out of order: it passes by itself
    OTHER = "other"  # this page only, or not known


# Faults that stop a channel for everybody: pages wait until it works again.
OF_THE_CHANNEL = (Fault.SENDER, Fault.ACCOUNT, Fault.LIMIT)
# Faults that only an operator can fix.
FOR_AN_OPERATOR = (Fault.SENDER, Fault.ACCOUNT, Fault.PERMISSION)


@dataclass(frozen=True)
class CarrierErrorCode:
    """What one error code means."""

    words: Words  # in the middle of a sentence, without a full stop
    fault: Fault = Fault.OTHER

    @property
    def is_retried(self) -> bool:
        """Return whether the same page can still arrive later."""
        return self.fault not in (Fault.PERSON, Fault.OTHER)


NO_REASON = "the carrier gives no reason"
_WORDS: Mapping[Fault, Mapping[int, str]] = {
    Fault.ACCOUNT: {
        10001: "the account is not active",
        10002: "a trial account cannot do this",
        10003: "the account is not active, so calls to it are rejected",
        10005: "calls are switched off for this account",
        20003: "the account or its token is not accepted (TWILIO_AUTH_TOKEN)",
        20005: "the account is not active",
        20006: "the account or its key may not do this (TWILIO_API_KEY)",
        20008: "these are test credentials, which send nothing (TWILIO_AUTH_TOKEN)",
        30002: "the account is suspended",
        63038: "the account has reached its daily limit of messages",
    },
    Fault.SENDER: {
        13214: "the account may not call from this number",
        13248: "the account may not call from this number",
        14108: "the number that texts come from cannot send texts",
        21210: "the number that calls come from is not verified for this account",
        21212: "the number that calls or texts come from is not valid (TWILIO_FROM)",
        21213: "no number is given for calls to come from (TWILIO_FROM)",
        21603: "no number is given for texts to come from (TWILIO_FROM)",
        21606: "the account does not own the number that texts come from (TWILIO_FROM)",
        21607: "the account does not own the number that texts come from (TWILIO_FROM)",
        21628: "the short code that texts come from is not valid (TWILIO_FROM)",
        21659: "the number that texts come from is not of this country, or not a phone number (TWILIO_FROM)",
        21660: "the number that texts come from is not in this account (TWILIO_FROM)",
        21661: "the number that texts come from cannot send texts (TWILIO_FROM)",
        21701: "the messaging service does not exist (TWILIO_FROM)",
        21703: "the messaging service has no number to send from (TWILIO_FROM)",
        21704: "the messaging service has no number to send from (TWILIO_FROM)",
        21705: "the messaging service is not valid (TWILIO_FROM)",
        21712: "the number that texts come from is not in the messaging service (TWILIO_FROM)",
        30018: "the phone's carrier wants the sender to be registered",
        30024: "the sender is not set up at the phone's carrier",
        30032: "the toll-free sender is not verified",
        30033: "the campaign of the sender is suspended (10DLC)",
        30034: "the sender is not registered (10DLC)",
        30035: "the sender is being registered (10DLC)",
        30037: "outbound texts are switched off for this account",
        30039: "texts from this sender are blocked because of a loop",
    },
    Fault.PERMISSION: {
        13225: "the account may not call this number",
        13227: "the account may not call this country",
        13230: "the account may not call this country",
        14111: "a trial account may only text verified numbers",
        21215: "the account may not call this country",
        21219: "a trial account may only call verified numbers",
        21220: "the account may not make this call",
        21408: "the account may not text this country",
        21608: "a trial account may only text verified numbers",
        21612: "this number cannot be texted from our number",
        32205: "the account may not call this country",
    },
    Fault.PERSON: {
        13223: "this is not a phone number",
        13224: "this number cannot be called, or does not exist",
        21211: "this is not a phone number",
        21214: "this number cannot be reached",
        21216: "the carrier blocks calls to this number",
        21217: "this is not a valid phone number",
        21401: "this is not a valid phone number",
        21407: "this phone number cannot be used for that",
        21421: "this is not a valid phone number",
        21601: "this number cannot receive texts",
        21604: "no number is given to send to",
        21610: "this person sent STOP; texts to them are blocked until they send START",
        21614: "this number cannot receive texts",
        21635: "this is a landline; it cannot receive texts",
        30004: "the phone blocks texts",
        30005: "this number does not exist",
        30006: "this is a landline, or its carrier cannot be reached",
        30011: "this number cannot receive picture messages",
        32203: "the carrier blocks calls to this number",
    },
    Fault.LIMIT: {
        10004: "too many calls at the same time for this account",
        14107: "too many texts in a short time",
        16021: "too many calls at the same time for this account",
        20429: "the carrier asks us to slow down",
        21611: "too many texts wait at the carrier already",
        21620: "too many texts in a short time",
        21730: "the carrier is under maintenance",
        30001: "too many texts wait at the carrier",
        30020: "the carrier has an internal error",
        30021: "the carrier has an internal error",
        30022: "the sender has reached its limit (10DLC)",
        30023: "the sender has reached its limit for today (10DLC)",
        30027: "the sender has reached its limit for today (10DLC, T-Mobile)",
        30500: "the carrier has an internal error",
        30036: "the text waited too long at the carrier",
        429: "the carrier asks us to slow down",
        20500: "the carrier has an internal error",
        20503: "the carrier does not answer requests now",
        20504: "the carrier took too long",
        500: "the carrier has an internal error",
        502: "the carrier does not answer requests now",
        503: "the carrier does not answer requests now",
        504: "the carrier took too long",
    },
    Fault.OTHER: {
        400: "the request is not valid",
        404: "the carrier does not know this",
        410: "the carrier no longer has this",
        11100: "an address that we gave is not valid (PUBLIC_URL)",
        11200: "our service did not answer the carrier (PUBLIC_URL)",
        11205: "our service could not be reached (PUBLIC_URL)",
        11210: "the host name of our service is not known (PUBLIC_URL)",
        11220: "the certificate of our service is not accepted (PUBLIC_URL)",
        11237: "the certificate of our service is not accepted (PUBLIC_URL)",
        11750: "our answer to the carrier was too large",
        11751: "the media is too large",
        12100: "our answer to the carrier could not be read",
        12200: "our answer to the carrier was not valid",
        12300: "our answer to the carrier has the wrong content type",
        13201: "a method in our answer is not valid",
        13210: "an address in our answer is not valid",
        13212: "a time limit in our answer is not valid",
        13221: "the call was not connected, because of our answer",
        13520: "the words to be spoken are too long",
        13611: "the recording's time limit is not valid",
        13617: "the call ended before it was recorded",
        13618: "the transcript could not be sent",
        16101: "the recording is too short",
        16102: "nobody spoke in the recording",
        16105: "the recording could not be encrypted",
        20001: "the carrier does not know this request",
        20002: "the carrier does not know this request",
        20404: "the carrier does not know this",
        20409: "something else was changed at the same time",
        20410: "the carrier no longer has this",
        20422: "a value in the request is not valid",
        21201: "no number is given to call",
        21202: "a number with surcharge is not called",
        21203: "a call between countries is not allowed here",
        21204: "the call is already connected",
        21205: "an address that we gave is not valid (PUBLIC_URL)",
        21206: "the keys to press are not valid",
        21207: "the time to ring is not valid",
        21208: "a method of the request is not valid",
        21209: "an address for reports is not valid (PUBLIC_URL)",
        21218: "the application of the call is not valid",
        21402: "an address is missing in the request",
        21403: "a method is not valid",
        21404: "an address is not valid",
        21405: "a method is not valid",
        21406: "a value in the request is not valid",
        21602: "the text has no words",
        21605: "the text is longer than 160 letters",
        21609: "an address for reports is not valid (PUBLIC_URL)",
        21613: "a phone number is given where it may not be",
        21617: "the text is too long",
        21619: "the text has neither words nor pictures",
        21621: "the number that texts come from cannot send pictures",
        21623: "too many pictures",
        21626: "an address for reports is not valid (PUBLIC_URL)",
        21631: "the text could not be cancelled",
        21636: "the time for which a text is kept is not valid",
        21637: "the time for which a text is kept is too long",
        21656: "the content of the text is not valid",
        21664: "the content of the text is not valid",
        30003: "the phone is off or out of reach",
        30007: "the carrier filtered it as spam",
        30008: NO_REASON,
        30009: "a part of the text is missing",
        30010: "the text costs more than allowed",
        30012: "the text was sent too late",
        30017: "the network of the phone is overloaded",
        30019: "the text is too large for the phone's carrier",
        30038: "the text has something that may not be sent: a one-time password",
        30044: "the text is too long for a trial account",
        30029: "the time for which a text is kept is not valid",
        30046: "the phone's carrier did not confirm it",
        30404: "the carrier does not know this",
        30410: "the phone's carrier did not answer in time",
        30485: "it could not be delivered",
        30450: "the carrier suspects fraud and blocked it",
        32009: "the called party is not connected to the carrier",
        32012: "the call could not be set up",
        32014: "the call was cut off, because no sound arrived",
        32016: "the call took too long to set up",
        32017: "the phone's carrier blocks calls from our number",
        32018: "our instructions for the call are too long",
        32100: "the call's domain is not known",
        32201: "the called party is not known",
        32202: "the called number is not valid",
        32209: "the called party did not accept the credentials",
    },
}


def _in_both(words: str) -> Words:
    """Return the words in both languages. What only operators read, and the carrier's own words, stay in English."""
    return Words(words, FRENCH.get(words, words))


KNOWN = {
    code: CarrierErrorCode(_in_both(words), fault) for fault, codes in _WORDS.items() for code, words in codes.items()
}
# Where the code says nothing, the HTTP status does.
_BY_STATUS = {401: Fault.ACCOUNT, 403: Fault.ACCOUNT, 429: Fault.LIMIT}


def error_code(code: int | None, words: str = NO_REASON, status: int | None = None) -> CarrierErrorCode:
    """Return what a code means. `words` stand for a code that is not known here, the HTTP status for its fault."""
    known = KNOWN.get(code or 0)
    if known is not None and known.fault is not Fault.OTHER:
        return known
    return CarrierErrorCode(known.words if known else _in_both(words), _fault_of_status(status))


def _fault_of_status(status: int | None) -> Fault:
    if status is not None and status >= 500:
        return Fault.LIMIT
    return _BY_STATUS.get(status or 0, Fault.OTHER)


# How the network ended a phone call, by its SIP code.
_SIP_WORDS = {
    400: "the network did not accept the call",
    403: "the network rejected the call",
    404: "there is no such number",
    408: "the phone did not respond",
    410: "this number is no longer in service",
    480: "the phone is off or out of reach",
    481: "the call was cut off",
    484: "this number is incomplete",
    486: "busy",
    487: "it rang without an answer",
    488: "the network did not accept the call",
    500: "the phone network has an error",
    502: "the phone network has an error",
    503: "the phone network is out of order or overloaded",
    504: "the phone network did not respond",
    600: "busy",
    603: "the call was declined",
    604: "there is no such number",
    606: "the network did not accept the call",
    607: "the person blocks our number",
    608: "the network blocks our number",
}
_NO_SUCH_NUMBER = (404, 410, 484, 604)


def sip_words(code: int | None) -> str | None:
    """Return how the network ended a call, in words, or None for a code that says nothing."""
    return _SIP_WORDS.get(code or 0)


def is_dead_number(sip_code: int | None) -> bool:
    """Return whether the network says that there is no such phone number."""
    return sip_code in _NO_SUCH_NUMBER


@dataclass(frozen=True)
class Cause:
    """Why a message or a call that the carrier had accepted did not arrive."""

    words: Words
    fault: Fault


def cause_of(code: int | None, sip_code: int | None = None, words: str = "") -> Cause:
    """Return why a page did not arrive, from the carrier's error code and, for a call, the network's SIP code.

    `words` are the carrier's own, for a code that is not known here.
    """
    known, sip = error_code(code, words or NO_REASON), sip_words(sip_code)
    if sip and is_dead_number(sip_code):
        return Cause(_with_code(_in_both(sip), f"SIP {sip_code}"), Fault.PERSON)
    if sip and code not in KNOWN:
        return Cause(_with_code(_in_both(sip), f"SIP {sip_code}"), known.fault)
    return Cause(_with_code(known.words, str(code)) if code is not None else _in_both(NO_REASON), known.fault)


def _with_code(words: Words, code: str) -> Words:
    return Words(f"{words.english} ({code})", f"{words.french} ({code})")
