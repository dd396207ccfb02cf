"""The sentence that explains one promise."""

from __future__ import annotations

from datetime import timedelta

from sla.explanation import duration, explained
from sla.priorities import P1, P2
from sla.promises import first_reaction, resolution
from tests.sla.desk import DESK, closure, local
from tests.sla.histories import P2_IN_SUPPORT_HOURS, history, resolution_at


def test_a_night_and_a_holiday_are_skipped() -> None:
    tried = history("2026-11-25 17:30", P2, attempted="2026-11-27 08:45")
    assert explained(first_reaction(tried, DESK, local("2026-11-27 09:00")), DESK) == (
        "A first reaction was promised within 1 hour of support time from Wed 25 Nov 2026 17:30 EST: "
        "counting support hours (Monday to Friday 08:30-18:00), and skipping the time outside them and "
        "Thanksgiving (Thu 26 Nov), it was due Fri 27 Nov 2026 09:00 EST, and was done Fri 27 Nov 2026 "
        "08:45 EST, in time."
    )


def test_around_the_clock_nothing_is_skipped() -> None:
    night = history("2026-07-04 22:00", P2, after_hours=True)
    assert explained(first_reaction(night, DESK, local("2026-07-04 22:31")), DESK) == (
        "A first reaction was promised within 30 minutes from Sat 4 Jul 2026 22:00 EDT: counting every hour"
        " of the day and night, and skipping nothing, it was due Sat 4 Jul 2026 22:30 EDT, and has not been"
        " kept."
    )


def test_closures_openings_and_waits_are_named() -> None:
    desk = DESK.with_closures(
        (
            closure("2026-12-01 12:00", "2026-12-01 14:00"),
            closure("2026-11-28 10:00", "2026-11-28 12:00", "the migration", opens=True),
            closure("2026-12-24 15:00", "2026-12-24 18:00", "Christmas Eve"),
        )
    )
    waiting = history("2026-11-27 17:00", P2_IN_SUPPORT_HOURS, waits=(("2026-11-30 09:00", "2026-11-30 17:30"),))
    promise = resolution(waiting, desk, local("2026-12-02 10:00"))
    assert promise is not None
    assert explained(promise, desk) == (
        "A resolution was promised within 24 hours of support time from Fri 27 Nov 2026 17:00 EST: counting"
        " support hours (Monday to Friday 08:30-18:00) and the opening for the migration (Sat 28 Nov 10:00 "
        "to 12:00), and skipping the time outside them, the closure for the office party (Tue 1 Dec 12:00 "
        "to 14:00) and 8 hours 30 minutes of waiting for the customer (Mon 30 Nov 09:00 to 17:30), it is "
        "due Thu 3 Dec 2026 11:30 EST, and is still on time."
    )


def test_while_waiting_for_the_customer_nothing_is_due() -> None:
    waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 10:00", None),))
    assert explained(resolution_at(waiting, "2026-11-27 12:00"), DESK) == (
        "A resolution was promised within 4 hours from Fri 27 Nov 2026 09:00 EST: counting every hour of "
        "the day and night, and skipping the wait for the customer since Fri 27 Nov 2026 10:00 EST, it is "
        "not due until the customer answers, and is still on time."
    )


def test_a_wait_is_named_from_its_first_instant() -> None:
    waiting = history("2026-11-27 09:00", P1, waits=(("2026-11-27 10:00", None),))
    assert "since Fri 27 Nov 2026 10:00 EST" in explained(resolution_at(waiting, "2026-11-27 10:00"), DESK)


def test_durations_are_written_in_full() -> None:
    spans = (timedelta(hours=1), timedelta(minutes=90), timedelta(hours=72, seconds=2), timedelta(0))
    assert [duration(span) for span in spans] == ["1 hour", "1 hour 30 minutes", "72 hours 2 seconds", "no time"]
