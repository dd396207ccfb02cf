"""Why somebody is paged, in words that the log keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind
from callbacks.desk.desk_file import read_desk
from callbacks.oncall.roster import Shift
from callbacks.oncall.schedule import Schedule
from callbacks.paging.decide import Case, Decision, NewPage, left_out, next_step
from callbacks.paging.reasons import decision_event, in_a_line, standing, step_in_words
from callbacks.people.person import Person

DESK = read_desk(Path("support.toml"))
AMY, BEN, CLEO = (
    Person(number, name, f"+151455501{number:02d}") for number, name in enumerate(["Amy", "Ben", "Cleo"], 1)
)
OPENED = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CASE = Case(OPENED, OPENED + 30 * MINUTE, 0, OPENED)


def text(person: Person, after: timedelta = timedelta(0)) -> NewPage:
    return NewPage(person, Channel.TEXT, after=after)


def call(person: Person) -> NewPage:
    return NewPage(person, Channel.CALL)


@pytest.mark.parametrize(
    ("notices", "words"),
    [
        ([], "nobody can be paged"),
        ([text(AMY)], "Amy is texted"),
        ([text(AMY), call(AMY)], "Amy is texted and called"),
        ([text(AMY), text(BEN)], "Amy and Ben are texted"),
        ([text(AMY), text(BEN), text(CLEO)], "Amy, Ben and Cleo are texted"),
        ([text(AMY), call(AMY), text(BEN)], "Amy is texted and called, Ben is texted"),
        ([text(AMY, 3 * MINUTE)], "Amy is texted 3 min later"),
        ([NewPage(AMY, Channel.MAIL)], "Amy is mailed"),
    ],
)
def test_who_is_reached_how(notices: list[NewPage], words: str) -> None:
    assert in_a_line(notices) == words


def test_a_step_is_named_as_the_desk_file_has_it() -> None:
    count = len(DESK.policy.steps)
    assert step_in_words(DESK.policy, 0) == f"step 1 of {count}, 0 min after it opened: text to primary"
    assert step_in_words(DESK.policy, count).startswith("again every 10 min: ")


def a_plan(*people: tuple[str, Person]) -> Schedule:
    shifts = tuple(Shift(person, layer) for layer, person in people)
    return Schedule(DESK.policy.layers, (AMY, BEN, CLEO), shifts)


PLAN = a_plan(("primary", AMY), ("backup", BEN), ("manager", CLEO))


def test_where_somebody_stands_names_every_layer_and_the_cause() -> None:
    assert standing(PLAN, AMY, OPENED, DESK).startswith("on primary: ")
    both = standing(a_plan(("primary", AMY), ("backup", AMY)), AMY, OPENED, DESK)
    assert ("on primary: " in both, "; on backup: " in both) == (True, True)
    assert standing(a_plan(("primary", AMY)), CLEO, OPENED, DESK) == ""


def event(case: Case, now: datetime) -> tuple[EventKind, int | None, str]:
    decision = next_step(DESK.policy, case, PLAN.roster(now), now)
    return decision_event(DESK, "default", PLAN, case, decision, now)


def test_a_step_is_logged_with_its_number_the_people_and_why_they_are_on_call() -> None:
    kind, step, reason = event(CASE, OPENED)
    assert (kind, step) == (EventKind.STEP, 1)
    assert reason.startswith("Policy default, step 1 of ")
    assert "text to primary. Amy is texted (on primary: " in reason


def test_whoever_passed_it_on_is_named_as_not_paged() -> None:
    kind, step, reason = event(replace(CASE, position=1, passed=frozenset({AMY.id})), OPENED)
    assert kind is EventKind.STEP
    assert "Not paged: Amy, who passed it on." in reason
    assert step == 3  # the second step, which calls Amy, reaches nobody


def test_whoever_was_passed_over_is_not_said_to_have_passed_it_on() -> None:
    reason = event(replace(CASE, position=1, passed_over=frozenset({AMY.id})), OPENED)[2]
    assert "Not paged: Amy, who was passed over." in reason


def test_an_owner_above_whom_it_escalates_is_named_as_not_paged() -> None:
    taken = replace(CASE, owner=AMY, acknowledged_at=OPENED, resumed=True, position=2)
    assert "Not paged: Amy, who took it and did not try the customer." in event(taken, OPENED)[2]


def test_that_nobody_else_is_paged_about_a_call_of_perhaps_no_person_is_said() -> None:
    kind, step, reason = event(replace(CASE, mornings=(OPENED + timedelta(days=1),)), OPENED)
    assert (kind, step) == (EventKind.STEP, 1)
    assert "Perhaps a robot called: nobody else is paged before the next morning." in reason
    assert "robot" not in event(CASE, OPENED)[2]


def test_somebody_in_quiet_hours_is_named_as_not_paged() -> None:
    quiet = replace(AMY, is_quiet=True)
    roster = replace(PLAN.roster(OPENED), layers={"primary": (quiet,), "backup": (BEN,)}, people=(quiet, BEN))
    found = left_out(DESK.policy, CASE, roster, 0)
    assert found == {"Amy": "has quiet hours, and others are on call"}


def test_a_reminder_is_logged_with_how_long_ago_it_was_taken() -> None:
    notices = (text(AMY),)
    decision = Decision(PageKind.REMINDER, OPENED, 1, False, notices)
    case = replace(CASE, owner=AMY, acknowledged_at=OPENED)
    assert decision_event(DESK, "default", PLAN, case, decision, OPENED + 10 * MINUTE) == (
        EventKind.REMINDER,
        None,
        "Amy is texted: no attempt to reach the customer 10 min after taking it.",
    )
