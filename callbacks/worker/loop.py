"""The worker: a table of jobs, and one loop that runs those that are due.

All state is in the database: a sweep that dies loses nothing, and two workers do nothing twice.
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
    """One job of the worker. `run` returns whether there is more to do now.

    A slow job runs in a thread of its own, once at a time, so that no other job waits for it.
    """

    name: str
    every: timedelta
    run: Callable[[], bool | None]
    next_due_at: Callable[[], datetime | None] | None = None  # without it, the job is due whenever `every` has passed
    is_vital: bool = False  # a sweep in which it fails does not count as finished
    is_slow: bool = False
    may_be_interrupted: bool = False  # a worker that stops does not wait for it: its lease runs out and it runs again
    needs_success: bool = False  # skipped in a sweep in which a vital job has failed
    stop: Callable[[], None] | None = None  # has a job that waits for others end soon, when the worker stops


@dataclass(frozen=True)
class Answer:
    """When a job is next due, as it said at an instant about the database as it was seen."""

    seen: object
    at: datetime
    due_at: datetime | None


class SweepFailed(DeskError):
    """A vital job failed. All other jobs that were due have run."""

    def __init__(self, jobs: Sequence[str]) -> None:
        self.jobs = tuple(jobs)
        super().__init__(f"The sweep did not finish: {', '.join(jobs)} failed.")


class Worker:
    """Runs the jobs of a table in their order."""

    def __init__(
        self, jobs: Sequence[Job], senders: Senders, clock: Clock, snapshot: Callable[[], object] = object
    ) -> None:
        """`snapshot` returns a value that stays equal while the database does. Jobs are not asked again until then."""
        self._jobs, self._senders, self._clock = tuple(jobs), senders, clock
        self._snapshot = snapshot
        self._seen: object = None
        self._due_at: dict[str, Answer] = {}
        self._ran_at: dict[str, datetime] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._stopping = threading.Event()

    def sweep(self) -> bool:
        """Run every job that is due. Return whether there is more to do now.

        A failure is logged, and the other jobs run all the same. Raise SweepFailed at the end if a vital job failed.
        """
        has_more, failed = False, list[str]()
        self._look()
        for job in self._jobs:
            if job.needs_success and failed:
                continue
            try:
                has_more |= self._run_if_due(job)
            except Exception:
                log.exception("a job failed and runs again when it is due", job=job.name)
                failed += [job.name] if job.is_vital else []
        if failed:
            raise SweepFailed(failed)
        return has_more

    def run(self, name: str) -> bool:
        """Run one job now, due or not. Return whether there is more to do now."""
        job = next(job for job in self._jobs if job.name == name)
        return bool(job.run())

    def next_due_at(self) -> datetime | None:
        """Return when a sweep next has something to do, as far as its jobs know, or None."""
        self._look()
        due = [self._ask(job, job.next_due_at) for job in self._jobs if job.next_due_at and not job.is_slow]
        return min((at for at in due if at is not None), default=None)

    def wait_for_slow_jobs(self) -> None:
        """Wait until the slow jobs have ended, except those that may be interrupted."""
        for job in self._jobs:
            if job.name in self._threads and not job.may_be_interrupted:
                self._threads[job.name].join()

    def close(self) -> None:
        """Finish what has started, and start nothing more."""
        self._stopping.set()
        for job in self._jobs:
            if job.stop is not None:
                job.stop()
        self.wait_for_slow_jobs()
        self._senders.close()

    def _run_if_due(self, job: Job) -> bool:
        now = self._clock.now()
        if not self._is_due(job, now):
            return False
        self._ran_at[job.name] = now
        if job.is_slow:
            self._start_thread(job)
            return False
        try:
            has_more = bool(job.run())
        finally:
            self._look()
        if has_more:
            del self._ran_at[job.name]
        return has_more

    def _is_due(self, job: Job, now: datetime) -> bool:
        ran_at = self._ran_at.get(job.name)
        if ran_at is not None and timedelta(0) <= now - ran_at < job.every:
            return False
        if job.next_due_at is None:
            return True
        due_at = self._ask(job, job.next_due_at)
        return due_at is not None and due_at <= now

    def _look(self) -> None:
        try:
            self._seen = self._snapshot()
        except Exception:  # whatever is wrong with the database, the jobs meet it and say so
            self._seen = object()

    def _ask(self, job: Job, next_due_at: Callable[[], datetime | None]) -> datetime | None:
        """Return when a job is next due. Its last answer holds until the database changes or the clock is set back."""
        now, seen, known = self._clock.now(), self._seen, self._due_at.get(job.name)
        if known is None or known.seen != seen or now < known.at:
            known = self._due_at[job.name] = Answer(seen, now, next_due_at())
        return known.due_at

    def _start_thread(self, job: Job) -> None:
        running = self._threads.get(job.name)
        if running is None or not running.is_alive():
            # A daemon thread, so that the process can end while a job that may be interrupted still runs.
            thread = threading.Thread(target=self._run_in_thread, args=(job,), name=job.name, daemon=True)
            self._threads[job.name] = thread
            thread.start()

    def _run_in_thread(self, job: Job) -> None:
        try:
            while job.run() and not self._stopping.is_set():
                pass
        except Exception:
            log.exception("a job failed and runs again when it is due", job=job.name)
