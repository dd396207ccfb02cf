"""The status of the two promises of a callback: changes of priority, waits and breaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from sla.priorities import P1, P2, P3, P3_IN_A_RELEASE, Priority
from sla.promises import History, Standing, Wait, first_reaction, left_while_stopped, resolution
from sla.targets import AFTER_HOURS
from tests.sla.desk import DESK, local
from tests.sla.histories import P2_IN_SUPPORT_HOURS, history, resolution_at

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2026-11-27 09:00", Standing.ON_TIME),
        ("2026-11-27 09:44:59", Standing.ON_TIME),
        ("2026-11-27 09:45", Standing.AT_RISK),
        ("2026-11-27 10:00", Standing.AT_RISK),  # due, and not late yet
        ("2026-11-27 10:00:00.000001", Standing.BREACHED),
    ],
)
def test_a_promise_is_on_time_then_at_risk_then_breached(now: str, standing: Standing) -> None:
    assert first_reaction(history("2026-11-27 09:00", P2), DESK, local(now)).standing is standing


def test_a_question_is_at_risk_from_forty_eight_hours_on() -> None:
    question = history("2026-11-30 08:30", P3)
    warned_at = question.began_at + 48 * HOUR
    for at, standing in ((warned_at - HOUR, Standing.ON_TIME), (warned_at, Standing.AT_RISK)):
        promise = resolution(question, DESK, at)
        assert promise is not None
        assert promise.standing is standing


def test_the_first_attempt_meets_the_reaction_and_later_ones_change_nothing() -> None:
    tried = history("2026-11-27 09:00", P2, attempted="2026-11-27 10:00")
    assert first_reaction(tried, DESK, local("2026-12-24 09:00")).standing is Standing.MET


def test_a_repair_does_not_undo_a_breach() -> None:
    late = history("2026-11-27 09:00", P2, attempted="2026-11-27 10:01", resolved="2026-11-27 10:02")
    assert first_reaction(late, DESK, local("2026-12-24 09:00")).standing is Standing.BREACHED
    assert resolution_at(late, "2026-12-24 09:00").standing is Standing.MET


def test_what_came_after_now_is_not_known() -> None:
    late = history("2026-11-27 09:00", P2, ("2026-11-27 11:00", P1), attempted="2026-11-27 10:01")
    assert first_reaction(late, DESK, local("2026-11-27 09:50")).standing is Standing.AT_RISK
    assert first_reaction(late, DESK, local("2026-11-27 09:50")).done_at is None


def test_after_hours_thirty_minutes_are_promised_whatever_the_priority() -> None:
    night = history("2026-11-28 22:00", P3, ("2026-11-28 22:10", P2), after_hours=True)
    promise = first_reaction(night, DESK, local("2026-11-28 22:15"))
    assert promise.due_at == local("2026-11-28 22:30")
    assert promise.target == AFTER_HOURS


def test_a_time_that_was_said_is_counted_from_whatever_happens_to_the_priority() -> None:
    night = history("2026-11-28 22:00", P2, ("2026-11-28 22:10", P1), after_hours=True)
    monday = replace(night, promised_from=local("2026-11-30 08:30"))
    promise = first_reaction(monday, DESK, local("2026-11-30 08:35"))
    assert (promise.counted_from, promise.due_at) == (local("2026-11-30 08:30"), local("2026-11-30 09:00"))
    assert promise.standing is Standing.ON_TIME
    early = replace(monday, attempted_at=local("2026-11-28 23:00"))
    assert first_reaction(early, DESK, local("2026-11-30 09:30")).standing is Standing.MET


class TestChangingPriority:
    def test_it_counts_the_new_target_from_the_beginning(self) -> None:
        raised = history("2026-11-27 09:00", P3, ("2026-11-27 09:10", P1))
        assert first_reaction(raised, DESK, local("2026-11-27 09:09")).due_at == local("2026-11-27 13:00")
        assert first_reaction(raised, DESK, local("2026-11-27 09:10")).due_at == local("2026-11-27 09:30")
        lowered = history("2026-11-27 09:00", P1, ("2026-11-27 09:10", P3))
        assert first_reaction(lowered, DESK, local("2026-11-27 09:10")).due_at == local("2026-11-27 13:00")

    def test_what_would_have_been_due_already_is_promised_from_the_change(self) -> None:
        raised = history("2026-11-27 09:00", P3, ("2026-11-27 11:00", P1))
        promise = first_reaction(raised, DESK, local("2026-11-27 11:00"))
        assert (promise.due_at, promise.standing) == (local("2026-11-27 11:30"), Standing.ON_TIME)

    def test_raising_it_never_gives_more_time_than_there_was(self) -> None:
        raised = history("2026-11-27 09:00", P3, ("2026-11-27 12:50", P1))
        promise = first_reaction(raised, DESK, local("2026-11-27 12:50"))
        assert (promise.due_at, promise.target) == (local("2026-11-27 13:00"), P3.first_reaction)

    def test_it_never_rewrites_what_was_met(self) -> None:
        tried = history("2026-11-27 09:00", P3, ("2026-11-27 12:30", P1), attempted="2026-11-27 12:00")
        promise = first_reaction(tried, DESK, local("2026-11-27 13:00"))
        assert (promise.standing, promise.due_at) == (Standing.MET, local("2026-11-27 13:00"))

    def test_it_never_rewrites_what_was_missed(self) -> None:
        lowered = history("2026-11-27 09:00", P1, ("2026-11-27 09:31", P3), attempted="2026-11-27 09:40")
        promise = first_reaction(lowered, DESK, local("2026-11-27 10:00"))
        assert (promise.standing, promise.due_at) == (Standing.BREACHED, local("2026-11-27 09:30"))

    def test_a_release_is_not_promised_for_a_day_but_a_missed_day_stays_missed(self) -> None:
        later = history("2026-11-27 09:00", P3, ("2026-11-27 12:00", P3_IN_A_RELEASE))
        assert resolution(later, DESK, local("2026-11-27 13:00")) is None
        missed = history("2026-11-27 09:00", P1, ("2026-11-27 13:01", P3_IN_A_RELEASE))
        assert resolution_at(missed, "2026-11-27 14:00").standing is Standing.BREACHED
        back = history("2026-11-27 09:00", P3, ("2026-11-27 10:00", P3_IN_A_RELEASE), ("2026-11-27 11:00", P1))
        assert resolution_at(back, "2026-11-27 12:00").due_at == local("2026-11-27 13:00")


class TestWorkaround:
    def test_it_ends_the_clock_of_a_critical_callback(self) -> None:
        helped = history("2026-11-27 09:00", P1, workaround="2026-11-27 12:59")
        assert resolution_at(helped, "2026-11-29 09:00").standing is Standing.MET
        assert resolution_at(helped, "2026-11-27 12:58").standing is Standing.AT_RISK

    def test_it_does_not_undo_a_breach(self) -> None:
        late = history("2026-11-27 09:00", P1, workaround="2026-11-27 13:01")
        assert resolution_at(late, "2026-11-27 14:00").standing is Standing.BREACHED

    def test_it_is_no_resolution_of_other_priorities(self) -> None:
        helped = history("2026-11-27 09:00", P2, workaround="2026-11-27 12:00")
        assert resolution_at(helped, "2026-11-28 09:01").standing is Standing.BREACHED


class TestWaitingForTheCustomer:
    def test_it_stops_the_resolution_clock_and_not_the_reaction(self) -> None:
        waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 10:00", "2026-11-27 15:00"),))
        assert resolution_at(waiting, "2026-11-27 16:00").due_at == local("2026-11-27 18:00")
        assert first_reaction(waiting, DESK, local("2026-11-27 16:00")).due_at == local("2026-11-27 09:30")

    def test_while_it_lasts_nothing_is_due_and_nothing_is_breached(self) -> None:
        waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 10:00", None),))
        promise = resolution_at(waiting, "2026-12-27 10:00")
        assert (promise.due_at, promise.standing) == (None, Standing.ON_TIME)

    def test_a_promise_at_risk_stays_so_while_waiting(self) -> None:
        waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 12:30", None),))
        assert resolution_at(waiting, "2026-11-27 20:00").standing is Standing.AT_RISK

    def test_resolving_while_waiting_meets_it(self) -> None:
        waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 10:00", None),), resolved="2026-11-28 10:00")
        assert resolution_at(waiting, "2026-11-28 11:00").standing is Standing.MET

    def test_a_wait_that_begins_after_the_breach_does_not_undo_it(self) -> None:
        waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 13:01", None),))
        promise = resolution_at(waiting, "2026-11-27 14:00")
        assert (promise.due_at, promise.standing) == (local("2026-11-27 13:00"), Standing.BREACHED)
        assert promise.waits == ()

    def test_several_waits_and_nights_between(self) -> None:
        waiting = history(
            "2026-11-27 16:00",
            P2_IN_SUPPORT_HOURS,
            waits=(("2026-11-27 17:00", "2026-11-30 09:30"), ("2026-11-30 10:00", "2026-12-01 08:30")),
        )
        # 1 hour on Friday, half an hour on Monday, 9.5 on Tuesday and on Wednesday: 3.5 hours are left for Thursday.
        assert resolution_at(waiting, "2026-12-01 10:00").due_at == local("2026-12-03 12:00")

    @pytest.mark.parametrize(
        ("priority", "waits", "left"),
        [
            (P1, ("2026-11-27 10:00", None), 3 * HOUR),
            (P1, ("2026-11-27 10:00", "2026-11-27 10:30"), None),  # the clock runs
            (P1, ("2026-11-27 13:01", None), None),  # it had run out
            (P2_IN_SUPPORT_HOURS, ("2026-11-27 18:30", None), 15 * HOUR),  # from nine to six; then the desk closed
        ],
    )
    def test_how_much_time_is_left_while_the_clock_is_stopped(
        self, priority: Priority, waits: tuple[str, str | None], left: timedelta | None
    ) -> None:
        promise = resolution_at(history("2026-11-27 09:00", priority, waits=(waits,)), "2026-11-27 20:00")
        assert left_while_stopped(promise, DESK) == left

    def test_what_earlier_waits_have_spared_is_left_too(self) -> None:
        waits = (("2026-11-27 10:00", "2026-11-27 11:00"), ("2026-11-27 12:00", None))
        waiting = history("2026-11-27 09:00", P1, waits=waits)
        assert left_while_stopped(resolution_at(waiting, "2026-11-27 20:00"), DESK) == 2 * HOUR

    def test_a_wait_that_runs_backwards_is_refused(self) -> None:
        with pytest.raises(ValueError, match="Give a later end"):
            Wait(local("2026-11-27 10:00"), local("2026-11-27 09:00"))


def test_a_naive_instant_or_a_history_without_priority_is_refused() -> None:
    naive = datetime(2026, 11, 27)  # noqa: DTZ001 - the fault
    with pytest.raises(ValueError, match="has no time zone"):
        History(naive, ((naive, P1),))
    with pytest.raises(ValueError, match="has no time zone"):
        Wait(naive)
    with pytest.raises(ValueError, match="has no time zone"):
        first_reaction(history("2026-11-27 09:00", P1), DESK, naive)
    with pytest.raises(ValueError, match="has no priority"):
        History(local("2026-11-27 09:00"), ())


MOMENTS = some.integers(0, 14 * 24 * 60)
BEGAN = datetime(2026, 10, 26, 12, tzinfo=UTC)  # a week before the clocks change
HISTORIES = some.lists(MOMENTS, min_size=4, max_size=4, unique=True).map(sorted)


@given(some.sampled_from((P1, P2, P3)), HISTORIES, some.booleans(), MOMENTS)
@settings(max_examples=200, deadline=None)
def test_the_due_instant_is_when_the_running_time_is_used_up(
    priority: Priority, moments: list[int], ended: bool, now: int
) -> None:
    """Against the plain sum: business time, or real time, of every stretch that is no wait."""
    first, second, third, fourth = (BEGAN + timedelta(minutes=minute) for minute in moments)
    waits = (Wait(first, second), Wait(third, fourth if ended else None))
    at = BEGAN + timedelta(minutes=now)
    promise = resolution(History(BEGAN, ((BEGAN, priority),), waits), DESK, at)
    assert promise is not None
    if promise.due_at is None:
        assert promise.standing is not Standing.BREACHED
        return
    assert priority.resolution is not None
    measure = DESK.business_time_between if priority.resolution.business_time else lambda start, end: end - start
    known = [
        (wait.since, wait.until if wait.until and wait.until <= at else None) for wait in waits if wait.since <= at
    ]
    waited = sum(
        (measure(min(since, promise.due_at), min(until or promise.due_at, promise.due_at)) for since, until in known),
        timedelta(0),
    )
    assert measure(BEGAN, promise.due_at) - waited == priority.resolution.within
    assert (promise.standing is Standing.BREACHED) is (at > promise.due_at)


@given(
    HISTORIES, some.lists(some.sampled_from((P1, P2, P3, P3_IN_A_RELEASE)), min_size=3, max_size=3), MOMENTS, MOMENTS
)
@settings(max_examples=200, deadline=None)
def test_once_breached_or_met_a_promise_stays_so(
    moments: list[int], priorities: list[Priority], now: int, later: int
) -> None:
    now, later = sorted((now, later))
    first, second, third, fourth = (BEGAN + timedelta(minutes=minute) for minute in moments)
    history_of_changes = History(
        BEGAN,
        ((BEGAN, priorities[0]), (first, priorities[1]), (third, priorities[2])),
        (Wait(second, third),),
        attempted_at=second,
        resolved_at=fourth,
    )
    for stands in (first_reaction, resolution):
        before = stands(history_of_changes, DESK, BEGAN + timedelta(minutes=now))
        after = stands(history_of_changes, DESK, BEGAN + timedelta(minutes=later))
        if before is not None and before.standing in (Standing.BREACHED, Standing.MET):
            assert after is not None
            assert (after.standing, after.due_at) == (before.standing, before.due_at)
