"""How a technician is contacted: their numbers and email address, their contact rules, and which methods fail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal, record_removal_from
from callbacks.db.states import Channel, PhoneSlot
from callbacks.db.tables import ContactRuleRow, Technician
from callbacks.errors import NotFound, WrongState
from callbacks.people.person import ContactMethod
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import DEFAULT_RULES, DialingRules
from callbacks.text.formats import last_digits
from callbacks.text.mail_address import mail_address

LATEST_RULE = timedelta(minutes=30)


def working_methods(row: Technician) -> Iterator[ContactMethod]:
    """Yield the contact methods that are verified and not known to fail."""
    methods = [method for slot in PhoneSlot if is_verified(row, slot) for method in methods_of(slot)]
    methods += [ContactMethod(Channel.MAIL)] if row.email else []
    yield from (method for method in methods if method.key not in row.troubles)


def methods_of(slot: PhoneSlot) -> tuple[ContactMethod, ContactMethod]:
    """Return the two methods that a number offers: text and call."""
    return ContactMethod(Channel.TEXT, slot), ContactMethod(Channel.CALL, slot)


# Numbers and email


def number_of(row: Technician, slot: PhoneSlot) -> str | None:
    return row.phone if slot is PhoneSlot.FIRST else row.second_phone


def is_verified(row: Technician, slot: PhoneSlot) -> bool:
    return (row.verified_at if slot is PhoneSlot.FIRST else row.second_verified_at) is not None


def allowed_by(row: Technician, slot: PhoneSlot) -> str | None:
    """Return who allowed a number that is not an ordinary one, or None."""
    return row.phone_allowed_by if slot is PhoneSlot.FIRST else row.second_phone_allowed_by


def why_not_dialed(row: Technician, slot: PhoneSlot, rules: DialingRules) -> Words | None:
    """Return why a number is neither texted nor called, or None when it may be."""
    number, is_allowed = number_of(row, slot) or "", allowed_by(row, slot) is not None
    return rules.why_not_technician(number, is_allowed=is_allowed)


def allow_number(row: Technician, slot: PhoneSlot, by: str) -> None:
    """Record who allows a number that is not an ordinary one."""
    if slot is PhoneSlot.FIRST:
        row.phone_allowed_by = by
    else:
        row.second_phone_allowed_by = by
    clear_failures(row, slot)


def end_links(row: Technician, now: datetime) -> None:
    """End every link that was sent to a technician so far."""
    row.links_from = now


def free_number(session: Session, phone: str, rules: DialingRules = DEFAULT_RULES, *, is_allowed: bool = False) -> str:
    """Return a number as E.164.

    Raise WrongState if it is not a phone number, if a technician has it, or if it is not ordinary and not allowed.
    """
    try:
        number = rules.technician_number(phone, is_allowed=is_allowed)
    except ValueError as fault:
        raise WrongState(str(fault)) from None
    has_number = or_(Technician.phone == number, Technician.second_phone == number)
    owner = session.scalar(select(Technician).where(has_number))
    if owner is not None:
        raise WrongState(f"{number} already belongs to {owner.name}. Each number belongs to one person.")
    return number


def change_number(
    session: Session,
    row: Technician,
    slot: PhoneSlot,
    phone: str,
    now: datetime,
    rules: DialingRules = DEFAULT_RULES,
    allowed: str | None = None,
) -> None:
    """Change one of a technician's numbers. It is not used until it is verified. Raise WrongState.

    `allowed` is who allows a number that is not ordinary. Links sent to the old number end.
    """
    if phone == number_of(row, slot):
        return
    number, before = free_number(session, phone, rules, is_allowed=allowed is not None), number_of(row, slot)
    consent = allowed if rules.check(number).needs_consent else None
    if before is not None:
        end_links(row, now)
        record_removal(session, f"{slot.value} {last_digits(before)} of {row.name}")
    if slot is PhoneSlot.FIRST:
        row.phone, row.verified_at, row.phone_allowed_by = number, None, consent
    else:
        row.second_phone, row.second_verified_at, row.second_phone_allowed_by = number, None, consent
    clear_failures(row, slot)


def valid_email(address: str) -> str:
    """Return an email address in the form to store; "" stays "". Raise WrongState."""
    try:
        return mail_address(address) if address.strip() else ""
    except ValueError as fault:
        raise WrongState(str(fault)) from None


def change_email(row: Technician, address: str) -> None:
    """Change a technician's email address; "" removes it. Raise WrongState."""
    address = valid_email(address)
    if not address and any(rule.channel is Channel.MAIL for rule in row.rules):
        raise WrongState(f"One of {row.name}'s contact rules uses email. Remove that rule first.")
    if row.email and row.email != address:
        record_removal_from(row, f"email address {row.email} of {row.name}")
    row.email = address
    clear_failure(row, ContactMethod(Channel.MAIL))


# Contact rules


def add_rule(row: Technician, channel: Channel, after: timedelta, slot: PhoneSlot = PhoneSlot.FIRST) -> None:
    """Contact a technician by this method too, `after` each page. Raise WrongState."""
    if channel is Channel.MAIL and not row.email:
        raise WrongState(f"{row.name} has no email address. Add one first.")
    if slot is PhoneSlot.SECOND and row.second_phone is None:
        raise WrongState(f"{row.name} has no second number. Add one first.")
    if not timedelta(0) <= after <= LATEST_RULE:
        raise WrongState("A contact rule can wait at most 30 minutes, because the callback is due by then.")
    row.rules = [*row.rules, ContactRuleRow(channel=channel, number=slot, after=int(after.total_seconds()))]


def remove_rule(row: Technician, rule_id: int) -> None:
    """Remove a contact rule. Raise NotFound."""
    if rule_id not in rules_in_words(row):
        raise NotFound("This rule does not exist any more.")
    _keep_rules(row, [rule for rule in row.rules if rule.id != rule_id])


def clear_rules(row: Technician) -> None:
    """Remove every contact rule of a technician."""
    _keep_rules(row, [])


def _keep_rules(row: Technician, kept: list[ContactRuleRow]) -> None:
    words = rules_in_words(row)
    for rule in row.rules:
        if rule not in kept:
            record_removal_from(row, f"contact rule of {row.name}: {words[rule.id]}")
    row.rules = kept


def rules_in_words(row: Technician) -> dict[int, str]:
    """Return a technician's contact rules as text, by rule id: "call to the second number after 2 min"."""
    return {rule.id: f"{rule.channel.value}{_to(rule)} after {rule.after // 60} min" for rule in row.rules}


def _to(rule: ContactRuleRow) -> str:
    return "" if rule.channel is Channel.MAIL else f" to the {rule.number.value} number"


# Failures


def record_failure(row: Technician, method: ContactMethod, reason: str) -> bool:
    """Record that a contact method fails. Return whether this was not known before."""
    is_new = method.key not in row.troubles
    row.troubles = {**row.troubles, method.key: reason}
    return is_new


def clear_failure(row: Technician, method: ContactMethod) -> None:
    if method.key in row.troubles:
        row.troubles = {key: reason for key, reason in row.troubles.items() if key != method.key}


def clear_failures(row: Technician, slot: PhoneSlot) -> None:
    """Forget that texts, or calls, to a number fail."""
    for method in methods_of(slot):
        clear_failure(row, method)


def failures_in_words(row: Technician) -> list[str]:
    """Return the failing contact methods of a technician with the reasons: "text: sent STOP"."""
    return [f"{key.removesuffix(' first')}: {reason}" for key, reason in row.troubles.items()]
