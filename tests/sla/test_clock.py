"""The clocks, and the only way into UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla import clock
from sla.clock import MovingClock, RunningClock, SystemClock, in_utc

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
TORONTO = ZoneInfo("America/Toronto")


class Monotonic:
    """A monotonic clock that tests move by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def real(monkeypatch: pytest.MonkeyPatch) -> Monotonic:
    real = Monotonic()
    monkeypatch.setattr(clock, "time", real)
    return real


def test_the_system_clock_reads_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_moving_clock_stands_still_until_it_is_moved() -> None:
    moving = MovingClock(NOON.astimezone(TORONTO))
    assert (moving.now(), moving.now().tzinfo) == (NOON, UTC)
    moving.pass_time(timedelta(minutes=5))
    assert moving.now() == NOON + timedelta(minutes=5)
    moving.move_to(NOON - timedelta(days=1))
    assert moving.now() == NOON - timedelta(days=1)


def test_a_running_clock_runs_at_its_speed_from_where_it_was_started(real: Monotonic) -> None:
    running = RunningClock(NOON)
    real.seconds += 10
    assert running.now() == NOON + timedelta(seconds=10)
    running.run_at(60)
    real.seconds += 2
    assert running.now() == NOON + timedelta(seconds=10, minutes=2)
    running.run_at(0)
    real.seconds += 1000
    assert (running.now(), running.speed) == (NOON + timedelta(seconds=10, minutes=2), 0)
    running.pass_time(timedelta(hours=1))
    assert running.now() == NOON + timedelta(seconds=10, minutes=2, hours=1)


def test_a_running_clock_never_goes_back(real: Monotonic) -> None:
    running = RunningClock(NOON)
    with pytest.raises(ValueError, match="speed of 0 or more"):
        running.run_at(-1)
    with pytest.raises(ValueError, match="only moves forward"):
        running.pass_time(timedelta(seconds=-1))
    assert running.now() == NOON


def test_an_instant_of_any_zone_is_given_in_utc_and_a_naive_one_is_refused() -> None:
    found = in_utc(datetime(2026, 11, 27, 7, tzinfo=TORONTO))
    assert (found, found.tzinfo) == (NOON, UTC)
    with pytest.raises(ValueError, match="has no time zone"):
        in_utc(NOON.replace(tzinfo=None))
