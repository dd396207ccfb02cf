"""The carrier's error codes: what each means to a person, whose fault it is, and whether trying again can help.

Source: twilio.com/docs/api/errors. Pure.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Fault(enum.Enum):
    """What has to change before such a page can arrive."""

    PERSON = "person"  # the technician's number: it will fail tomorrow as well
    SENDER = "sender"  # our own number: no text to anybody arrives
    PERMISSION = "permission"  # what the account may do: another person may still be reached
    ACCOUNT = "account"  # the account itself: no request is accepted
    OTHER = "other"  # this page only, or not known


@dataclass(frozen=True)
class CarrierErrorCode:
    """What one error code means."""

    words: str  # in the middle of a sentence, without a full stop
    fault: Fault = Fault.OTHER
    is_retried: bool = False  # an operator can fix it, and the same page then arrives


KNOWN = {
    20003: CarrierErrorCode(
        "the account or its token is not accepted (TWILIO_AUTH_TOKEN)", Fault.ACCOUNT, is_retried=True
    ),
    21211: CarrierErrorCode("this is not a phone number", Fault.PERSON),
    21214: CarrierErrorCode("this number cannot be reached", Fault.PERSON),
    21215: CarrierErrorCode("the account may not call this country", Fault.PERMISSION, is_retried=True),
    21216: CarrierErrorCode("the carrier blocks calls to this number", Fault.PERSON),
    21217: CarrierErrorCode("this is not a valid phone number", Fault.PERSON),
    21408: CarrierErrorCode("the account may not text this country", Fault.PERMISSION, is_retried=True),
    21606: CarrierErrorCode(
        "the account does not own the number that texts come from (TWILIO_FROM)", Fault.SENDER, is_retried=True
    ),
    21608: CarrierErrorCode("a trial account may only text verified numbers", Fault.PERMISSION, is_retried=True),
    21610: CarrierErrorCode("this person sent STOP; texts to them are blocked until they send START", Fault.PERSON),
    21614: CarrierErrorCode("this number cannot receive texts", Fault.PERSON),
    21635: CarrierErrorCode("this is a landline; it cannot receive texts", Fault.PERSON),
    30003: CarrierErrorCode("the phone is off or out of reach"),
    30004: CarrierErrorCode("the phone blocks texts", Fault.PERSON),
    30005: CarrierErrorCode("this number does not exist", Fault.PERSON),
    30006: CarrierErrorCode("this is a landline, or its carrier cannot be reached", Fault.PERSON),
    30007: CarrierErrorCode("the carrier filtered it as spam"),
    30008: CarrierErrorCode("the carrier gives no reason"),
    30032: CarrierErrorCode("the toll-free sender is not verified", Fault.SENDER),
    30034: CarrierErrorCode("the sender is not registered (10DLC)", Fault.SENDER),
}


def error_code(code: int | None, words: str = "the carrier gives no reason") -> CarrierErrorCode:
    """Return what a code means. `words` stand for a code that is not known here."""
    return KNOWN.get(code or 0) or CarrierErrorCode(words)
