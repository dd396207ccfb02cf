"""The technicians in the database: their numbers, whether those are verified, their wishes, and what fails."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.db.states import Channel, PhoneSlot, Role
from callbacks.db.tables import ContactRuleRow, Technician, User, Verification
from callbacks.errors import NotFound, WrongState
from callbacks.people.person import ContactRule, Person, Way
from callbacks.text.daily_span import daily_span
from callbacks.text.phone_numbers import technician_number

CODE_LASTS = timedelta(hours=24)
FAILURES_ALLOWED = 5


def person(row: Technician, local: time | None = None) -> Person:
    """A technician as paging sees one, at a time of day of the desk's."""
    first, second = row.verified_at is not None, row.second_verified_at is not None
    return Person(
        id=row.id,
        name=row.name,
        phone=row.phone if first or not second else row.second_phone or row.phone,
        language=row.language,
        verified=(first or second) and row.left_at is None,
        ways=tuple(_ways(row)),
        rules=tuple(ContactRule(_way(rule), timedelta(seconds=rule.after)) for rule in row.rules),
        is_quiet=bool(row.quiet) and local is not None and daily_span(row.quiet).covers(local),
    )


def _ways(row: Technician) -> Iterable[Way]:
    ways = [way for slot in PhoneSlot if is_verified(row, slot) for way in _ways_by(slot)]
    ways += [Way(Channel.MAIL)] if row.email else []
    return (way for way in ways if way.key not in row.troubles)


def _ways_by(number: PhoneSlot) -> tuple[Way, Way]:
    return Way(Channel.TEXT, number), Way(Channel.CALL, number)


def _way(rule: ContactRuleRow) -> Way:
    return Way(rule.channel, rule.number)


def everybody(session: Session) -> Sequence[Technician]:
    """Everybody who is with us, in the order in which they came."""
    return session.scalars(select(Technician).where(Technician.left_at.is_(None)).order_by(Technician.id)).all()


def technician_with(session: Session, phone: str) -> Technician | None:
    """Whose number this is, first or second, verified or not."""
    whose = or_(Technician.phone == phone, Technician.second_phone == phone)
    return session.scalar(select(Technician).where(whose, Technician.left_at.is_(None)))


def technician_named(session: Session, name: str) -> Technician:
    """Find a technician by name, whatever its case. Raises NotFound, naming those there are."""
    there = everybody(session)
    for row in there:
        if row.name.casefold() == name.strip().casefold():
            return row
    known = ", ".join(sorted(row.name for row in there)) or "nobody yet"
    raise NotFound(f"There is no technician {name!r}. Known: {known}.")


def add_technician(
    session: Session,
    name: str,
    phone: str,
    now: datetime,
    *,
    email: str = "",
    language: str = "en",
    verified: bool = False,
) -> Technician:
    """Add a technician. Raises WrongState when the name or the number is somebody's already."""
    if not name.strip():
        raise WrongState("A technician needs a name.")
    number = _free_number(session, phone)
    row = _of_that_name(session, name) or Technician(name=name.strip(), created_at=now)
    row.phone, row.second_phone, row.email, row.language = number, None, email, language
    row.verified_at, row.second_verified_at, row.left_at = now if verified else None, None, None
    row.troubles, row.quiet, row.rules = {}, "", []
    session.add(row)
    session.flush()
    return row


def _of_that_name(session: Session, name: str) -> Technician | None:
    """Somebody of that name who has left, and comes back. Raises WrongState when they are still here."""
    for row in session.scalars(select(Technician)):
        if row.name.casefold() == name.strip().casefold():
            if row.left_at is None:
                raise WrongState(f"There is a technician {row.name} already. Give another name.")
            return row
    return None


def _free_number(session: Session, phone: str) -> str:
    try:
        number = technician_number(phone)
    except ValueError as fault:
        raise WrongState(str(fault)) from None
    whose = session.scalar(select(Technician).where(or_(Technician.phone == number, Technician.second_phone == number)))
    if whose is not None:
        raise WrongState(f"{number} is {whose.name}'s number already. One number belongs to one person.")
    return number


def give_number(session: Session, row: Technician, which: PhoneSlot, phone: str) -> None:
    """Change one of a technician's numbers; it counts when it is verified. Raises WrongState."""
    if phone == number_of(row, which):
        return
    number = _free_number(session, phone)
    if which is PhoneSlot.FIRST:
        row.phone, row.verified_at = number, None
    else:
        row.second_phone, row.second_verified_at = number, None
    for way in _ways_by(which):
        forget_trouble(row, way)


def give_mail(row: Technician, address: str) -> None:
    """Change where mails to a technician go; "" for nowhere. Raises WrongState."""
    if address and ("@" not in address.strip("@") or any(letter.isspace() for letter in address)):
        raise WrongState(f"{address!r} is no mail address.")
    if not address and any(rule.channel is Channel.MAIL for rule in row.rules):
        raise WrongState(f"A rule of {row.name}'s goes by mail. Take it away first.")
    row.email = address
    forget_trouble(row, Way(Channel.MAIL))


def number_of(row: Technician, which: PhoneSlot) -> str | None:
    return row.phone if which is PhoneSlot.FIRST else row.second_phone


def is_verified(row: Technician, which: PhoneSlot) -> bool:
    return (row.verified_at if which is PhoneSlot.FIRST else row.second_verified_at) is not None


def leave(session: Session, row: Technician, now: datetime) -> None:
    """A technician is no longer one of us: never paged again, still named in the log; the number is free again.

    At the console they are nobody any more, or, when they are more than a technician there, nobody who is paged.
    """
    for user in session.scalars(select(User).where(User.technician_id == row.id)):
        if user.role is Role.TECHNICIAN:
            session.delete(user)
        user.technician_id = None
    row.left_at, row.phone, row.second_phone = now, f"left {row.id}", None


def set_quiet(row: Technician, span: str) -> None:
    """Set the hours (desk time) at which they would rather not be woken; "" for none. Raises WrongState."""
    try:
        row.quiet = str(daily_span(span)) if span.strip() else ""
    except ValueError as fault:
        raise WrongState(str(fault)) from None


def add_rule(row: Technician, channel: Channel, after: timedelta, number: PhoneSlot = PhoneSlot.FIRST) -> None:
    """Add to what happens when they are paged. Raises WrongState."""
    if channel is Channel.MAIL and not row.email:
        raise WrongState(f"{row.name} has no mail address. Give one first.")
    if number is PhoneSlot.SECOND and row.second_phone is None:
        raise WrongState(f"{row.name} has no second number. Give one first.")
    seconds = int(after.total_seconds())
    if not 0 <= seconds <= 1800:
        raise WrongState("A contact rule later than 30 minutes is after the deadline. Give less.")
    row.rules = [*row.rules, ContactRuleRow(channel=channel, number=number, after=seconds)]


def drop_rule(row: Technician, rule_id: int) -> None:
    """Take one of their rules away. Raises NotFound."""
    if rule_id not in rules_in_words(row):
        raise NotFound("There is no such rule any more.")
    row.rules = [rule for rule in row.rules if rule.id != rule_id]


def rules_in_words(row: Technician) -> dict[int, str]:
    """Say what they have added to the desk's policy, by the id of each rule."""
    return {rule.id: f"{rule.channel.value}{_to(rule)} after {rule.after // 60} min" for rule in row.rules}


def _to(rule: ContactRuleRow) -> str:
    return "" if rule.channel is Channel.MAIL else f" to the {rule.number.value} number"


# What fails to reach them


def note_trouble(row: Technician, way: Way, what: str) -> bool:
    """Remember that a way to reach somebody is broken; say whether that is news."""
    is_news = way.key not in row.troubles
    row.troubles = {**row.troubles, way.key: what}
    return is_news


def forget_trouble(row: Technician, way: Way) -> None:
    if way.key in row.troubles:
        row.troubles = {known: what for known, what in row.troubles.items() if known != way.key}


def troubles_in_words(row: Technician) -> list[str]:
    return [f"{way.removesuffix(' first')}: {what}" for way, what in row.troubles.items()]


# Verification


def new_code(session: Session, row: Technician, which: PhoneSlot, now: datetime) -> str:
    """Make the code that proves who holds a number; earlier codes are void. Raises WrongState."""
    if number_of(row, which) is None:
        raise WrongState(f"{row.name} has no {which.value} number. Give one first.")
    for old in session.scalars(_codes(row, which)):
        old.expires_at = now
    code = f"{secrets.randbelow(900000) + 100000}"
    made = Verification(technician_id=row.id, number=which, code=code, expires_at=now + CODE_LASTS, failures=0)
    session.add(made)
    return code


def verify(session: Session, row: Technician, which: PhoneSlot, code: str, now: datetime) -> bool:
    """Take a code back; say whether the number is verified by it. After five wrong ones a new code is needed."""
    sent = session.scalars(_codes(row, which).where(Verification.expires_at > now).with_for_update()).first()
    if sent is None or sent.failures >= FAILURES_ALLOWED:
        return False
    if not secrets.compare_digest(sent.code, code):
        sent.failures += 1
        return False
    sent.used_at = now
    mark_verified(row, which, now)
    return True


def mark_verified(row: Technician, which: PhoneSlot, now: datetime) -> None:
    if which is PhoneSlot.FIRST:
        row.verified_at = now
    else:
        row.second_verified_at = now
    for way in _ways_by(which):
        forget_trouble(row, way)


def waits_for_code(session: Session, row: Technician, which: PhoneSlot, now: datetime) -> bool:
    return session.scalars(_codes(row, which).where(Verification.expires_at > now)).first() is not None


def _codes(row: Technician, which: PhoneSlot) -> Any:
    query = select(Verification).where(Verification.technician_id == row.id, Verification.number == which)
    return query.where(Verification.used_at.is_(None)).order_by(Verification.id.desc())
