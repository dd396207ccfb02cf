"""The timer: a sweep every second, and a watchdog that ends a process whose sweeps have stopped.

APScheduler only starts the sweeps, from its memory store. It stops when the wall clock is set back or its thread dies,
and a thread that hangs cannot notice that it does. So a watchdog on monotonic time ends the process, and whatever
started the process starts it again.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from callbacks.worker.loop import SweepFailed

log = structlog.get_logger(__name__)

SWEEP_EVERY = timedelta(seconds=1)
WATCHDOG_PATIENCE = timedelta(seconds=60)  # without a finished sweep
WATCHDOG_EXIT = 70  # exit code


class SweepTimer:
    """Sweeps once a second in a thread of its own, and again at once while there is more to do."""

    def __init__(
        self,
        sweep: Callable[[], bool | None],
        every: timedelta = SWEEP_EVERY,
        patience: timedelta = WATCHDOG_PATIENCE,
    ) -> None:
        self._sweep, self._patience = sweep, patience
        self._finished_at = time.monotonic()
        self._stopping = threading.Event()
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._scheduler.add_job(
            self._sweep_while_there_is_more,
            "interval",
            seconds=every.total_seconds(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )

    def start(self) -> None:
        """Start the sweeps and the watchdog."""
        self._finished_at = time.monotonic()
        self._scheduler.start()
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Let the current sweep finish, and start no other."""
        self._stopping.set()
        self._scheduler.shutdown(wait=True)

    def _sweep_while_there_is_more(self) -> None:
        while self._sweep_once() and not self._stopping.is_set():
            pass

    def _sweep_once(self) -> bool:
        try:
            has_more = self._sweep()
        except SweepFailed as failure:  # each job has logged why
            log.error("a sweep did not finish", jobs=failure.jobs)
            return False
        except Exception:
            log.exception("a sweep failed")
            return False
        self._finished_at = time.monotonic()
        return bool(has_more)

    def _watch(self) -> None:
        while not self._stopping.wait(1.0):
            if time.monotonic() - self._finished_at > self._patience.total_seconds():
                log.critical("no sweep has finished for too long; this process ends so that it is started again")
                os._exit(WATCHDOG_EXIT)
