"""The daily canary: when it is due, which stage is missing, and what its last run says."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.db import marks
from callbacks.db.database import Database
from callbacks.lifecycle import canary
from callbacks.lifecycle.canary import LastRuns, Missing, Progress, is_due, is_during, missing

MONTREAL = ZoneInfo("America/Toronto")
ELEVEN = time(11)
BEGAN = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)  # eleven at the desk
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("began_at", "now", "due"),
    [
        (None, BEGAN - MINUTE, False),
        (None, BEGAN, True),
        (None, BEGAN + 10 * 60 * MINUTE, True),  # the worker was down at eleven
        (BEGAN, BEGAN + MINUTE, False),
        (BEGAN, BEGAN + 12 * 60 * MINUTE, False),  # it is Sunday in UTC, and still Saturday at the desk
        (BEGAN, BEGAN + DAY - MINUTE, False),
        (BEGAN, BEGAN + DAY, True),
        (BEGAN + DAY, BEGAN, False),  # the clock was set back
    ],
)
def test_it_is_due_once_a_day_of_the_desk(began_at: datetime | None, now: datetime, due: bool) -> None:
    assert is_due(ELEVEN, MONTREAL, began_at, now) is due


@pytest.mark.parametrize(
    ("progress", "stage"),
    [
        (Progress(False, False, False, False), Missing.CALL),
        (Progress(True, False, False, False), Missing.ARRIVAL),
        (Progress(True, True, False, False), Missing.RECORDING),
        (Progress(True, True, True, False), Missing.PAGE),
        (Progress(True, True, True, True), Missing.RECEIPT),
        (Progress(False, True, False, False), Missing.RECORDING),  # the carrier's answer to the call was lost
    ],
)
def test_the_first_stage_after_the_last_one_that_was_reached_is_missing(progress: Progress, stage: Missing) -> None:
    assert missing(progress) is stage


@pytest.mark.parametrize(
    ("began_at", "at", "ended_at", "during"),
    [
        (None, BEGAN, None, False),
        (BEGAN, BEGAN - MINUTE, None, False),
        (BEGAN, BEGAN, None, True),
        (BEGAN, BEGAN + 9 * MINUTE, None, True),
        (BEGAN, BEGAN + 10 * MINUTE, None, False),
        (BEGAN, BEGAN + MINUTE, BEGAN - DAY, True),  # yesterday's came back
        (BEGAN, BEGAN + 2 * MINUTE, BEGAN + MINUTE, False),
    ],
)
def test_it_is_under_way_until_it_is_back_and_for_ten_minutes_at_most(
    began_at: datetime | None, at: datetime, ended_at: datetime | None, during: bool
) -> None:
    assert is_during(began_at, at, ended_at) is during


@pytest.mark.parametrize(
    ("back_at", "failed_at", "failed"),
    [
        (None, None, False),
        (None, BEGAN - MINUTE, True),
        (BEGAN - DAY, BEGAN - MINUTE, True),
        (BEGAN - MINUTE, BEGAN - DAY, False),
        (None, BEGAN - 3 * DAY, False),  # it was switched off since
    ],
)
def test_a_failure_is_news_until_the_next_one_comes_back(
    back_at: datetime | None, failed_at: datetime | None, failed: bool
) -> None:
    assert LastRuns(back_at, None, failed_at, Missing.CALL).has_failed(BEGAN) is failed


def test_of_two_workers_one_begins_it_and_of_two_calls_one_is_it(database: Database) -> None:
    for result in (True, False):
        assert database.write(lambda session: canary.begin(session, ELEVEN, MONTREAL, BEGAN)) is result
    for result in (True, False):
        assert database.write(lambda session: canary.take_arrival(session, BEGAN, BEGAN + MINUTE)) is result


def test_one_that_is_not_back_is_reported_once(database: Database) -> None:
    def began(at: datetime) -> None:
        database.write(lambda session: marks.record(session, canary.BEGAN, at))

    def to_be_failed(at: datetime) -> datetime | None:
        return database.read(lambda session: canary.to_be_failed(session, at))

    assert to_be_failed(BEGAN) is None
    began(BEGAN)
    late = BEGAN + 10 * MINUTE
    assert to_be_failed(late - MINUTE) is None
    assert to_be_failed(late) == BEGAN
    database.write(lambda session: canary.note_failed(session, Missing.PAGE, late))
    assert to_be_failed(late + MINUTE) is None
    began(BEGAN + DAY)
    database.write(lambda session: canary.note_back(session, BEGAN + DAY, BEGAN + DAY + MINUTE))
    assert to_be_failed(late + DAY) is None
    runs = database.read(canary.last_runs)
    assert runs == LastRuns(BEGAN + DAY + MINUTE, MINUTE, late, Missing.PAGE)
