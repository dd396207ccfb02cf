"""The worker: a table of jobs, and one loop that runs what is due.

All state is in the database, so a sweep that dies loses nothing and a second worker doubles nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from callbacks.errors import DeskError
from callbacks.worker.senders import Senders
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY_SWEEP = timedelta(0)


@dataclass(frozen=True)
class Job:
    """One duty of the worker. `run` returns whether there is more to do at once.

    A slow job runs beside the sweep, one at a time, so that nothing waits for it.
    """

    name: str
    every: timedelta
    run: Callable[[], bool | None]
    next_due_at: Callable[[], datetime | None] | None = None  # when there is work; without it, the clock alone decides
    is_vital: bool = False  # a sweep in which it fails is not finished
    is_slow: bool = False
    may_be_cut_off: bool = False  # a worker that stops does not wait for it: a lease brings the work back
    needs_success: bool = False  # skipped in a sweep in which a vital job failed


class SweepFailed(DeskError):
    """A vital job failed; the other jobs have had their turn."""

    def __init__(self, jobs: Sequence[str]) -> None:
        self.jobs = tuple(jobs)
        super().__init__(f"The sweep is not finished: {', '.join(jobs)} failed.")


class Worker:
    """Runs the jobs of a table, in its order."""

    def __init__(self, jobs: Sequence[Job], senders: Senders, clock: Clock) -> None:
        self._jobs, self._senders, self._clock = tuple(jobs), senders, clock
        self._ran_at: dict[str, datetime] = {}
        self._beside: dict[str, threading.Thread] = {}
        self._stopping = threading.Event()

    def sweep(self) -> bool:
        """Run every job that is due, and return whether there is more to do at once.

        A job that fails is logged and keeps no other from running. Raise SweepFailed at the end if it was vital.
        """
        has_more, failed = False, list[str]()
        for job in self._jobs:
            if job.needs_success and failed:
                continue
            try:
                has_more |= self._take_turn(job)
            except Exception:
                log.exception("a job failed; it runs again when it is due", job=job.name)
                failed += [job.name] if job.is_vital else []
        if failed:
            raise SweepFailed(failed)
        return has_more

    def run(self, name: str) -> bool:
        """Run one job of the table now, due or not, and return whether there is more to do at once."""
        job = next(job for job in self._jobs if job.name == name)
        return bool(job.run())

    def next_due_at(self) -> datetime | None:
        """Return the next instant at which a sweep has something to do."""
        in_the_sweep = [job.next_due_at() for job in self._jobs if job.next_due_at is not None and not job.is_slow]
        return min((at for at in in_the_sweep if at is not None), default=None)

    def wait_for_slow_jobs(self) -> None:
        """Wait until the jobs beside the sweep have come to their end, but for those that may be cut off."""
        for job in self._jobs:
            if job.name in self._beside and not job.may_be_cut_off:
                self._beside[job.name].join()

    def close(self) -> None:
        """Finish what was begun, and begin nothing more."""
        self._stopping.set()
        self.wait_for_slow_jobs()
        self._senders.close()

    def _take_turn(self, job: Job) -> bool:
        now = self._clock.now()
        if not self._is_due(job, now):
            return False
        self._ran_at[job.name] = now
        if job.is_slow:
            self._start_beside(job)
            return False
        has_more = bool(job.run())
        if has_more:
            del self._ran_at[job.name]
        return has_more

    def _is_due(self, job: Job, now: datetime) -> bool:
        ran_at = self._ran_at.get(job.name)
        if ran_at is not None and timedelta(0) <= now - ran_at < job.every:
            return False
        if job.next_due_at is None:
            return True
        due_at = job.next_due_at()
        return due_at is not None and due_at <= now

    def _start_beside(self, job: Job) -> None:
        running = self._beside.get(job.name)
        if running is None or not running.is_alive():
            # A daemon, so that a job that may be cut off does not hold up the end of the process.
            thread = threading.Thread(target=self._run_beside, args=(job,), name=job.name, daemon=True)
            self._beside[job.name] = thread
            thread.start()

    def _run_beside(self, job: Job) -> None:
        try:
            while job.run() and not self._stopping.is_set():
                pass
        except Exception:
            log.exception("a job failed; it runs again when it is due", job=job.name)
