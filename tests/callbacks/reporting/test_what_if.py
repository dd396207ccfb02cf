"""What if somebody rang: the same answer as the night itself would give."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from callbacks.db.states import Urgency
from callbacks.desk.desk_file import read_desk
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Schedule
from callbacks.people.person import Person
from callbacks.reporting.what_if import WhatIf, what_if

DESK = read_desk(Path("support.toml"))
AMY, BEN, SUE = (Person(n, name, f"+1514555010{n}") for n, name in enumerate(("Amy", "Ben", "Sue"), 1))
NIGHT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
HAND_OVER = NIGHT + timedelta(minutes=3)
PEOPLE = Schedule(
    DESK.policy.layers,
    (AMY, BEN, SUE),
    (Shift(AMY, "primary", None, HAND_OVER), Shift(BEN, "primary", HAND_OVER, None), Shift(SUE, "supervisor")),
)


def asked(at: datetime, schedule: Schedule = PEOPLE, urgency: Urgency = Urgency.NONE) -> WhatIf:
    return what_if(DESK, schedule, DESK.regular_hours, "direct", at, urgency)


def test_a_night_call_is_closed_for_and_pages_whoever_is_on_at_each_minute() -> None:
    found = asked(NIGHT)
    assert not found.is_open
    assert found.due_at == NIGHT + timedelta(minutes=30)
    minutes = [((page.at - NIGHT) / timedelta(minutes=1), page.person, page.channel) for page in found.pages]
    assert minutes[:2] == [(1, "Amy", "text"), (4, "Ben", "call")]  # the hand-over in between counts
    assert next(minute for minute, person, _ in minutes if person == "Sue") == 30
    assert all(page.is_breach == (page.at >= found.due_at) for page in found.pages)
    assert any("Nobody to page on backup" in note for note in found.notes)


def test_in_support_hours_it_names_who_is_rung() -> None:
    found = asked(datetime(2026, 11, 24, 15, 0, tzinfo=UTC))
    assert found.is_open
    assert list(found.on_duty) == ["Amy"]


def test_with_nobody_it_says_that_nobody_would_be_paged() -> None:
    assert list(asked(NIGHT, Schedule(DESK.policy.layers, ())).pages) == []


def test_what_can_wait_pages_nobody_before_the_desk_opens() -> None:
    opening = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
    found = asked(NIGHT, urgency=Urgency.CAN_WAIT)
    assert (found.held_until, found.due_at) == (opening, opening + timedelta(minutes=30))
    assert found.pages[0].at == opening
    assert asked(NIGHT, urgency=Urgency.DOWN).held_until is None
