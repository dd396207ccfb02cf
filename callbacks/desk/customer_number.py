"""The number that a customer is called back on, or why nobody may be called."""

from __future__ import annotations

from dataclasses import dataclass

from callbacks.db.states import ContactWay
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck, NumberKind, with_extension

WRONG_NUMBER = Words("it was a wrong number", "c'était un mauvais numéro")
NOT_ALLOWED = Words("a supervisor did not allow it", "un superviseur l'a refusé")
CAME_BY_MAIL = Words("it came by mail, and no phone number is known", "reçu par courriel, sans numéro de téléphone")
NUMBER_DELETED = Words("deleted", "effacé")
NO_REASON = Words("", "")


@dataclass(frozen=True)
class CustomerNumber:
    """What is known of a customer's number."""

    number: str | None  # E.164: may be called
    extension: str  # to press once it answers
    caller: NumberCheck  # what the carrier reported
    why_not: Words = NO_REASON  # why nobody may be called
    waits_for_consent: bool = False

    @property
    def is_missing(self) -> bool:
        """Whether nobody can be called. A number that waits for a supervisor's consent is a number."""
        return self.number is None and not self.waits_for_consent

    @property
    def briefly(self) -> Words:
        """Why nobody may be called, in as few characters as a text has for it."""
        return self.caller.briefly if self.why_not == self.caller.why else self.why_not

    @property
    def in_words(self) -> Words:
        """The number to call, else what the carrier reported in its place."""
        return with_extension(self.number, self.extension) if self.number else self.caller.in_words


def customer_number(desk: Desk, callback: Callback) -> CustomerNumber:
    """Return the number to call, as the desk file stands now: a number of the desk's own is nobody's."""
    call, rules = callback.contact, desk.dialing_rules
    if call.person_deleted_at is not None:
        return CustomerNumber(None, "", rules.check(call.caller), NUMBER_DELETED)
    caller, number = rules.check(call.caller), call.customer_number
    if number is not None and number not in rules.own_numbers:
        return CustomerNumber(number, call.extension, caller)
    if number is not None:
        return CustomerNumber(None, "", caller, rules.check(number).why)
    if call.way is ContactWay.MAIL:
        return CustomerNumber(None, "", caller, CAME_BY_MAIL)
    if caller.number is None:
        return CustomerNumber(None, "", caller, caller.why)
    if callback.consent_refused_by is not None:
        return CustomerNumber(None, "", caller, NOT_ALLOWED)
    if caller.kind is NumberKind.ORDINARY or callback.consented_by is not None:
        return CustomerNumber(None, "", caller, WRONG_NUMBER)
    return CustomerNumber(None, "", caller, caller.why, waits_for_consent=True)


def can_be_mailed(callback: Callback) -> bool:
    """Return whether a callback came by mail from an address that can be answered."""
    contact = callback.contact
    return contact.way is ContactWay.MAIL and "@" in contact.caller and contact.person_deleted_at is None
