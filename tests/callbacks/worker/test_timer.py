"""The timer: a sweep a second, more while there is more to do, and none that fails stops the next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from callbacks.worker.loop import SweepFailed
from callbacks.worker.timer import SweepTimer


class Sweeps:
    """Counts sweeps. `result` returns what each returns, or raises."""

    def __init__(self, enough: int, result: Callable[[int], bool | None]) -> None:
        self.count, self._enough, self._result = 0, enough, result
        self.were_enough = threading.Event()

    def sweep(self) -> bool | None:
        self.count += 1
        if self.count >= self._enough:
            self.were_enough.set()
        return self._result(self.count)


def until_enough(sweeps: Sweeps, every: timedelta) -> None:
    timer = SweepTimer(sweeps.sweep, every)
    timer.start()
    assert sweeps.were_enough.wait(30)
    timer.stop()


def test_it_sweeps_again_and_again() -> None:
    until_enough(Sweeps(3, lambda _: None), timedelta(milliseconds=50))


def test_it_sweeps_again_at_once_while_there_is_more_to_do() -> None:
    sweeps = Sweeps(5, lambda count: count < 5)
    timer = SweepTimer(sweeps.sweep, every=timedelta(seconds=1))
    timer.start()
    assert sweeps.were_enough.wait(30)
    timer.stop()
    assert sweeps.count == 5


def test_it_stops_though_there_is_always_more_to_do() -> None:
    until_enough(Sweeps(20, lambda _: True), timedelta(milliseconds=50))


@pytest.mark.parametrize("fault", [SweepFailed(["escalations"]), RuntimeError("broken")])
def test_a_sweep_that_fails_is_logged_and_followed_by_the_next(
    fault: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    def fails_at_first(count: int) -> bool:
        if count == 1:
            raise fault
        return False

    until_enough(Sweeps(3, fails_at_first), timedelta(milliseconds=50))
    assert "a sweep" in caplog.text
