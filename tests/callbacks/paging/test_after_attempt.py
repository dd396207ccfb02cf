"""What follows an attempt: the next attempt, the wait, the closing, the resolution. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from callbacks.desk.retry_policy import Retry, RetryPolicy
from callbacks.paging.after_attempt import Duty, Rules, TriedCase, follow_up, next_attempt_at
from sla.priorities import P1, P2
from sla.promises import Promise, Wait, resolution
from tests.sla.desk import DESK, local
from tests.sla.histories import history

MINUTE = timedelta(minutes=1)
RETRIES = RetryPolicy((Retry(15 * MINUTE), Retry(60 * MINUTE), Retry(None)), 3, timedelta(days=5))
USUAL = Rules(RETRIES, 10 * MINUTE, overdue_every=None)
URGENT = Rules(replace(RETRIES, retries=(Retry(30 * MINUTE),)), 10 * MINUTE, overdue_every=30 * MINUTE)
CALLED = local("2026-11-27 22:00")  # a Friday night


def case(*unsuccessful: str, **facts: Any) -> TriedCase:
    """Return the case of a call at 22:00 that Amy took at 22:01, with her attempts since."""
    tries = tuple(local(f"2026-11-27 {at}") for at in unsuccessful)
    usual = TriedCase(
        contact_at=CALLED,
        is_reached=False,
        unsuccessful=tries,
        has_owner=True,
        owned_since=CALLED + MINUTE,
        acted_at=tries[-1] if tries else CALLED + MINUTE,
        asked_at=None,
        waiting_since=None,
        closes_at=None,
        resolution=None,
        warned_at=None,
        overdue_told_at=None,
    )
    return replace(usual, **facts)


def duties(given: TriedCase, at: str | datetime, rules: Rules = USUAL) -> tuple[Duty, ...]:
    now = local(at) if isinstance(at, str) else at
    return follow_up(given, rules, DESK, now).duties


class TestTheNextAttempt:
    def test_the_owner_is_asked_fifteen_minutes_after_the_first(self) -> None:
        tried = case("22:10")
        assert duties(tried, "2026-11-27 22:24:59") == ()
        assert duties(tried, "2026-11-27 22:25") == (Duty.ASK,)
        assert follow_up(tried, USUAL, DESK, local("2026-11-27 22:11")).next_action_at == local("2026-11-27 22:25")

    def test_an_owner_who_does_not_react_is_passed_over(self) -> None:
        asked = case("22:10", asked_at=local("2026-11-27 22:25"))
        assert duties(asked, "2026-11-27 22:34:59") == ()
        assert duties(asked, "2026-11-27 22:35") == (Duty.PASS_OVER,)

    def test_an_emergency_by_mail_is_answered_at_once_whatever_was_tried_or_agreed_before(self) -> None:
        at = local("2026-11-27 22:40")
        for facts in (
            {"is_reached": True, "contact_at": local("2026-11-27 22:10")},
            {"waiting_since": local("2026-11-27 22:11")},
            {"named_time_at": local("2026-11-28 10:00")},
        ):
            wrote = replace(case(), emergency_at=at, **facts)
            assert next_attempt_at(wrote, USUAL, DESK) == at
            assert Duty.ASK in duties(wrote, at)
            asked = replace(wrote, asked_at=at)
            assert Duty.PASS_OVER not in duties(asked, at + 9 * MINUTE)
            assert Duty.PASS_OVER in duties(asked, at + 10 * MINUTE)

    @pytest.mark.parametrize(
        ("unsuccessful", "mailed", "facts", "due"),
        [
            (("22:10", "22:26", "23:27"), "2026-11-28 03:00", {}, "2026-11-30 08:30"),
            ((), "2026-11-28 03:00", {"is_reached": True}, "2026-11-30 08:45"),
            # What was due before that anyway, stays due.
            (("22:10",), "2026-11-27 22:20", {}, "2026-11-27 22:25"),
            ((), "2026-11-28 03:00", {"named_time_at": local("2026-11-28 10:00")}, "2026-11-28 10:00"),
            # The owner was asked before, and can still react.
            (("22:10",), "2026-11-27 22:30", {"asked_at": local("2026-11-27 22:25")}, "2026-11-27 22:35"),
            (("22:10",), "2026-11-27 22:36", {"asked_at": local("2026-11-27 22:25")}, "2026-11-30 08:30"),
            (("22:10",), "2026-11-27 22:36", {"emergency_at": local("2026-11-27 22:36")}, "2026-11-27 22:36"),
        ],
    )
    def test_a_mail_that_wakes_nobody_counts_from_when_the_desk_opens(
        self, unsuccessful: tuple[str, ...], mailed: str, facts: dict[str, Any], due: str
    ) -> None:
        before, at = case(*unsuccessful, **facts), local(mailed)
        again_at = None if before.is_reached else at
        after = replace(before, contact_at=at, is_reached=False, unsuccessful=(), called_again_at=again_at)
        assert next_attempt_at(replace(after, before_mail=before), USUAL, DESK) == local(due)

    def test_an_owner_who_reacts_has_as_long_again(self) -> None:
        asked = case("22:10", asked_at=local("2026-11-27 22:25"), acted_at=local("2026-11-27 22:30"))
        assert duties(asked, "2026-11-27 22:39:59") == ()
        assert duties(asked, "2026-11-27 22:40") == (Duty.PASS_OVER,)

    def test_the_second_is_followed_an_hour_later(self) -> None:
        tried = case("22:10", "22:26", asked_at=local("2026-11-27 22:25"))
        assert next_attempt_at(tried, USUAL, DESK) == local("2026-11-27 23:26")

    def test_from_the_third_on_the_desk_waits_for_the_customer_until_it_opens(self) -> None:
        tried = case("22:10", "22:26", "23:27")
        assert duties(tried, "2026-11-27 23:27") == (Duty.WAIT,)
        waiting = replace(tried, waiting_since=local("2026-11-27 23:27"))
        assert duties(waiting, "2026-11-30 08:29:59") == ()
        assert duties(waiting, "2026-11-30 08:30") == (Duty.ASK,)

    def test_a_critical_customer_is_tried_every_half_hour_around_the_clock(self) -> None:
        tried = case("22:10", "22:40", "23:10", "23:40", waiting_since=local("2026-11-27 23:10"))
        assert next_attempt_at(tried, URGENT, DESK) == local("2026-11-28 00:10")

    def test_a_new_owner_has_as_long_as_one_who_is_reminded(self) -> None:
        taken = case("22:10", owned_since=local("2026-11-27 22:40"))
        assert next_attempt_at(taken, USUAL, DESK) == local("2026-11-27 22:50")
        early = case("22:10", owned_since=local("2026-11-27 22:20"))
        assert next_attempt_at(early, USUAL, DESK) == local("2026-11-27 22:25")

    def test_who_was_reached_is_not_called_again(self) -> None:
        assert next_attempt_at(case(is_reached=True), USUAL, DESK) is None

    def test_a_customer_who_has_to_act_is_not_called(self) -> None:
        waiting = case("22:10", waiting_since=local("2026-11-27 22:12"))
        assert next_attempt_at(waiting, USUAL, DESK) is None

    def test_without_an_owner_nobody_is_asked(self) -> None:
        assert duties(case("22:10", has_owner=False, closes_at=local("2026-12-03 10:00")), "2026-11-27 23:00") == ()


def test_when_the_customer_gets_in_touch_the_clock_runs_again_and_they_are_called() -> None:
    at = local("2026-11-28 10:00")
    heard = case(contact_at=at, waiting_since=local("2026-11-27 23:27"))
    assert duties(heard, at) == (Duty.RESUME,)
    assert next_attempt_at(heard, USUAL, DESK) == at + 15 * MINUTE


def test_it_closes_when_the_desk_opens_and_nothing_else_happens_then() -> None:
    silent = case("22:10", "22:26", "23:27", waiting_since=CALLED, closes_at=local("2026-12-02 23:00"))
    assert Duty.CLOSE not in duties(silent, "2026-12-03 08:29:59")
    assert duties(silent, "2026-12-03 08:30") == (Duty.CLOSE,)


def test_an_owner_who_has_nothing_to_do_hears_from_time_to_time_that_it_is_open() -> None:
    reached = case(is_reached=True, contact_at=local("2026-11-27 22:10"))
    assert duties(reached, "2026-12-03 08:29:59") == ()
    assert duties(reached, "2026-12-03 08:30") == (Duty.REVIEW,)


class TestTheResolution:
    def test_the_owner_is_warned_before_it_is_overdue(self) -> None:
        promised = owed(P1, "2026-11-28 01:00")
        assert promised.at_risk_at == local("2026-11-28 01:00")
        working = case(is_reached=True, resolution=promised)
        assert duties(working, "2026-11-28 00:59:59", URGENT) == ()
        assert duties(working, "2026-11-28 01:00", URGENT) == (Duty.WARN,)
        assert duties(replace(working, warned_at=local("2026-11-28 01:00")), "2026-11-28 01:30", URGENT) == ()

    def test_an_overdue_critical_one_is_reported_again_and_again_until_somebody_acts(self) -> None:
        late = case(is_reached=True, warned_at=local("2026-11-28 01:00"), resolution=owed(P1, "2026-11-28 02:01"))
        assert duties(late, "2026-11-28 02:01", URGENT) == (Duty.REPORT_OVERDUE,)
        told = replace(late, overdue_told_at=local("2026-11-28 02:01"))
        assert duties(told, "2026-11-28 02:30", URGENT) == ()
        assert duties(told, "2026-11-28 02:31", URGENT) == (Duty.REPORT_OVERDUE,)
        acted = replace(told, acted_at=local("2026-11-28 02:20"))
        assert duties(acted, "2026-11-28 02:49", URGENT) == ()

    def test_any_other_one_is_reported_when_the_desk_opens(self) -> None:
        late = case(is_reached=True, warned_at=local("2026-11-28 16:00"), resolution=owed(P2, "2026-11-28 22:01"))
        assert duties(late, "2026-11-30 08:29", USUAL) == ()
        assert duties(late, "2026-11-30 08:30", USUAL) == (Duty.REPORT_OVERDUE,)
        told = replace(late, overdue_told_at=local("2026-11-30 08:30"))
        assert duties(told, "2026-11-30 17:00", USUAL) == ()
        assert duties(told, "2026-12-01 08:30", USUAL) == (Duty.REPORT_OVERDUE,)

    def test_a_warning_in_the_night_waits_for_the_morning_unless_that_is_too_late(self) -> None:
        friday = history("2026-11-26 21:00", P2)  # at risk on Friday at 15:00, due at 21:00
        promised = resolution(friday, DESK, local("2026-11-27 15:00"))
        assert duties(case(is_reached=True, resolution=promised), "2026-11-27 15:00") == (Duty.WARN,)
        at_night = case(is_reached=True, resolution=owed(P2, "2026-11-28 16:00"))  # at risk and due on Saturday
        assert duties(at_night, "2026-11-28 16:00") == (Duty.WARN,)

    def test_nothing_is_reported_while_the_desk_waits_for_the_customer_or_after_a_workaround(self) -> None:
        late = owed(P1, "2026-11-28 03:00")
        waiting = case(is_reached=True, waiting_since=local("2026-11-28 02:30"), resolution=late)
        assert duties(waiting, "2026-11-28 03:00", URGENT) == ()
        helped = case(is_reached=True, resolution=replace(late, done_at=local("2026-11-28 02:30")))
        assert duties(helped, "2026-11-28 03:00", URGENT) == ()


def owed(priority: Any, now: str) -> Promise:
    """Return the resolution of the call at 22:00, as it stands."""
    found = resolution(history("2026-11-27 22:00", priority), DESK, local(now))
    assert found is not None
    return found


AFTER = some.integers(0, 8 * 24 * 60).map(lambda minutes: CALLED + minutes * MINUTE)


@given(
    some.lists(AFTER, max_size=5),
    some.booleans(),
    some.lists(some.none() | AFTER, min_size=6, max_size=6),
    some.sampled_from([USUAL, URGENT]),
    AFTER,
)
def test_there_is_always_something_to_come(
    tries: list[datetime], is_reached: bool, instants: list[datetime | None], rules: Rules, now: datetime
) -> None:
    """Whatever happened, an owner has something due now, or something later: nobody is forgotten."""
    asked, waiting, closes, warned, told, owned = instants
    waits = (Wait(waiting),) if waiting is not None else ()
    promise = resolution(replace(history("2026-11-27 22:00", P1), waits=waits), DESK, now)
    known = TriedCase(
        CALLED, is_reached, tuple(sorted(tries)), True, owned, max([CALLED, *tries]), asked, waiting, closes, promise,
        warned, told,
    )  # fmt: skip
    found = follow_up(known, rules, DESK, now)
    assert found.duties or (found.next_action_at is not None and found.next_action_at > now)
