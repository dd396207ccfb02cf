"""The technicians in the database: add, find and remove them, and read them as paging sees them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from callbacks.db.canaries import IS_A_PERSON
from callbacks.db.removals import record_removal, record_removal_from
from callbacks.db.states import Role
from callbacks.db.tables import Technician, User
from callbacks.errors import NotFound, WrongState
from callbacks.people.contact_methods import end_links, free_number, valid_email, working_methods
from callbacks.people.person import ContactMethod, ContactRule, Person
from callbacks.text.daily_span import daily_span
from callbacks.text.dialing_rules import DEFAULT_RULES, DialingRules
from callbacks.text.formats import last_digits


def person(row: Technician, local: time | None = None) -> Person:
    """Return a technician as paging sees them. Quiet hours need `local`, the time of day in the desk's zone."""
    first, second = row.verified_at is not None, row.second_verified_at is not None
    return Person(
        id=row.id,
        name=row.name,
        phone=row.phone if first or not second else row.second_phone or row.phone,
        language=row.language,
        verified=(first or second) and row.left_at is None,
        contact_methods=tuple(working_methods(row)),
        rules=tuple(
            ContactRule(ContactMethod(rule.channel, rule.number), timedelta(seconds=rule.after)) for rule in row.rules
        ),
        is_allowed=(row.phone_allowed_by if first or not second else row.second_phone_allowed_by) is not None,
        is_quiet=bool(row.quiet) and local is not None and daily_span(row.quiet).covers(local),
    )


def everybody(session: Session) -> Sequence[Technician]:
    """Return every current technician, in the order they were added."""
    current = select(Technician).where(Technician.left_at.is_(None), IS_A_PERSON)
    return session.scalars(current.order_by(Technician.id)).all()


def technician_with(session: Session, phone: str) -> Technician | None:
    """Return the current technician who has this number (E.164), as first or second, verified or not."""
    has_number = or_(Technician.phone == phone, Technician.second_phone == phone)
    return session.scalar(select(Technician).where(has_number, Technician.left_at.is_(None), IS_A_PERSON))


def technician_named(session: Session, name: str) -> Technician:
    """Return the current technician of that name, ignoring case. Raise NotFound, which lists the known names."""
    current = everybody(session)
    for row in current:
        if row.name.casefold() == name.strip().casefold():
            return row
    known = ", ".join(sorted(row.name for row in current)) or "nobody yet"
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
    rules: DialingRules = DEFAULT_RULES,
    allowed: str | None = None,
) -> Technician:
    """Add a technician, or bring back one who left. Raise WrongState if the name or the number is taken.

    `allowed` is who allows a number that is not ordinary.
    """
    if not name.strip():
        raise WrongState("A technician needs a name.")
    number = free_number(session, phone, rules, is_allowed=allowed is not None)
    row = _former_technician(session, name) or Technician(name=name.strip(), created_at=now)
    row.phone, row.second_phone, row.email, row.language = number, None, valid_email(email), language
    row.verified_at, row.second_verified_at, row.left_at = now if verified else None, None, None
    row.phone_allowed_by = allowed if rules.check(number).needs_consent else None
    row.second_phone_allowed_by = None
    row.troubles, row.quiet, row.rules = {}, "", []
    session.add(row)
    session.flush()
    return row


def _former_technician(session: Session, name: str) -> Technician | None:
    for row in session.scalars(select(Technician)):
        if row.name.casefold() == name.strip().casefold():
            if row.left_at is None:
                raise WrongState(f"There is already a technician named {row.name}. Give another name.")
            return row
    return None


def remove_technician(session: Session, row: Technician, now: datetime) -> None:
    """Stop paging a technician and free their numbers. Their name stays in the log.

    A console account in the role of a technician is deleted; any other role keeps its account.
    """
    numbers = [last_digits(number) for number in (row.phone, row.second_phone) if number]
    record_removal(session, f"technician {row.name}, {' and '.join(numbers)}")
    for user in session.scalars(select(User).where(User.technician_id == row.id)):
        if user.role is Role.TECHNICIAN:
            record_removal(session, f"user {user.email} ({user.role.value}, {row.name})")
            session.delete(user)
        user.technician_id = None
    row.left_at, row.phone, row.second_phone = now, f"left {row.id}", None
    end_links(row, now)


def set_quiet(row: Technician, span: str) -> None:
    """Set a technician's quiet hours, such as "22:00-07:00" in desk time; "" for none. Raise WrongState."""
    if row.quiet and not span.strip():
        record_removal_from(row, f"quiet hours of {row.name}, {row.quiet}")
    try:
        row.quiet = str(daily_span(span)) if span.strip() else ""
    except ValueError as fault:
        raise WrongState(str(fault)) from None
