"""What the screen of people shows: each technician's numbers, rules, problems and recent test pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import PageKind, PhoneSlot
from callbacks.db.tables import Page, Technician
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.roster import Roster
from callbacks.paging.page_results import Result, result_of
from callbacks.people import contact_methods, technicians
from callbacks.text.formats import readable_number

TESTS_SHOWN = timedelta(hours=1)


@dataclass(frozen=True)
class NumberRow:
    which: str  # first, second
    words: str
    is_verified: bool
    why_not_dialed: str  # "" when texts and calls may go to it
    allowed_by: str


@dataclass(frozen=True)
class PersonCard:
    """One technician."""

    id: int
    name: str
    email: str
    language: str
    layers: str
    numbers: Sequence[NumberRow]
    quiet: str
    rules: Mapping[int, str]
    troubles: Sequence[str]
    tests: Sequence[Result]


def person_cards(session: Session, desk: Desk, now: datetime) -> list[PersonCard]:
    """Return every technician, as the screen shows them."""
    roster = store.roster(session, desk, now)
    return [_card(session, desk, row, roster, now) for row in technicians.everybody(session)]


def _card(session: Session, desk: Desk, row: Technician, roster: Roster, now: datetime) -> PersonCard:
    return PersonCard(
        id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        layers=", ".join(roster.layers_of(row.id)),
        numbers=_numbers(desk, row),
        quiet=row.quiet,
        rules=contact_methods.rules_in_words(row),
        troubles=contact_methods.failures_in_words(row),
        tests=_recent_tests(session, row, now),
    )


def _numbers(desk: Desk, row: Technician) -> list[NumberRow]:
    phones = {PhoneSlot.FIRST: row.phone, PhoneSlot.SECOND: row.second_phone}
    return [
        NumberRow(
            which=slot.value,
            words=readable_number(phone),
            is_verified=contact_methods.is_verified(row, slot),
            why_not_dialed=_why_not_dialed(desk, row, slot),
            allowed_by=_allowed_by(desk, row, slot),
        )
        for slot, phone in phones.items()
        if phone is not None
    ]


def _why_not_dialed(desk: Desk, row: Technician, slot: PhoneSlot) -> str:
    why = contact_methods.why_not_dialed(row, slot, desk.dialing_rules)
    return why.english if why is not None else ""


def _allowed_by(desk: Desk, row: Technician, slot: PhoneSlot) -> str:
    """Return who allowed a number, if it needs that."""
    number = contact_methods.number_of(row, slot) or ""
    is_ordinary = desk.dialing_rules.why_not_technician(number, is_allowed=False) is None
    return "" if is_ordinary else contact_methods.allowed_by(row, slot) or ""


def _recent_tests(session: Session, row: Technician, now: datetime) -> list[Result]:
    tests = select(Page.id).where(Page.technician_id == row.id, Page.kind == PageKind.TEST)
    recent = tests.where(Page.created_at > now - TESTS_SHOWN).order_by(Page.id.desc()).limit(4)
    return [result_of(session, page_id) for page_id in session.scalars(recent)]
