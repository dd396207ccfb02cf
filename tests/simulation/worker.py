"""The worker of the product in virtual time: its own jobs and its own loop, in greenlets instead of threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from callbacks.worker.loop import Job, SweepFailed, Worker
from callbacks.worker.senders import PATIENCE, SENDERS, Senders, _guarded
from sla.clock import Clock
from tests.simulation.steps import Process, Steps, Task
from tests.simulation.tables import Tables

T = TypeVar("T")
SWEEP_EVERY = timedelta(seconds=1)
AFTER_A_FAILURE = timedelta(seconds=5)
# Jobs that look after nothing that happens in a night are run, but not each minute.
SELDOM = timedelta(minutes=10)
ALWAYS = {"connections", "look-ups", "answers of the carrier"}


class TakingTurns(Senders):
    """Senders that are greenlets."""

    def __init__(self, steps: Steps, process: Process) -> None:
        self._steps, self._process = steps, process
        self._tasks: list[Task] = []
        self._new_tasks: list[Task] = []

    @property
    def free(self) -> int:
        self._tasks = [task for task in self._tasks if not task.dead]
        return SENDERS - len(self._tasks)

    def start(self, work: Callable[[T], object], claims: Iterable[T]) -> None:
        for claim in claims:
            task = Task(self._process, lambda claim=claim: _guarded(work, claim))  # type: ignore[misc]
            self._tasks.append(task)
            self._new_tasks.append(task)
            task.resume()

    def wait(self) -> None:
        new, self._new_tasks = self._new_tasks, []
        until = self._steps.clock.now() + PATIENCE
        while (left := [task.wakes_at or until for task in new if not task.dead]) and self._steps.clock.now() < until:
            self._steps.pause(min(until, *left))

    def close(self) -> None:
        pass


class SimulatedWorker(Worker):
    """The loop of the worker, and when it next has something to do."""

    def __init__(
        self, jobs: Sequence[Job], senders: TakingTurns, clock: Clock, process: Process, tables: Tables
    ) -> None:
        super().__init__([_simulated(job, tables) for job in jobs], senders, clock)
        self._process, self._tables = process, tables
        self._known: tuple[tuple[int, datetime, int], datetime | None] | None = None
        self._started: dict[str, Task] = {}
        self._swept_at: datetime | None = None
        self._again = self.is_sweeping = False

    def sweep_or_log(self) -> None:
        """Sweep, as the timer has it do once a second."""
        self.is_sweeping, self._swept_at, self._again = True, self._clock.now(), False
        try:
            self._again = self.sweep()
        except SweepFailed:  # each job has logged why
            self._failed_at = self._clock.now()
        finally:
            self.is_sweeping = False

    def after_a_failure(self) -> datetime:
        """Return when to sweep after one that found no database: seldom enough that long outages cost little."""
        return (self._swept_at or self._clock.now()) + AFTER_A_FAILURE

    def wakes_at(self) -> datetime | None:
        """Return when the next sweep has something to do."""
        if self._swept_at is None or self._again or self._swept_at > self._clock.now():
            return self._clock.now()
        state = (self._tables.writes, self._swept_at, sum(not task.dead for task in self._started.values()))
        if self._known is None or self._known[0] != state:
            self._known = state, self._next_sweep_at(self._swept_at)
        return self._known[1]

    def _next_sweep_at(self, swept_at: datetime) -> datetime | None:
        now, at = self._clock.now(), None
        for job in self._jobs:
            if job.name == "answers of the carrier" or self._is_running(job):
                continue
            ran_at = self._ran_at.get(job.name)
            if ran_at is not None and ran_at > now:  # the clock was set back
                ran_at = None
            due = job.next_due_at() if job.next_due_at is not None else (ran_at or now) + job.every
            if due is not None and ran_at is not None and job.next_due_at is not None:
                due = max(due, ran_at + job.every)
            if due is not None and (at is None or due < at):
                at = due
        if at is None:
            return None
        return max(at, swept_at + SWEEP_EVERY)

    def _is_running(self, job: Job) -> bool:
        task = self._started.get(job.name)
        return task is not None and not task.dead

    def _start_thread(self, job: Job) -> None:
        if not self._is_running(job):
            task = self._started[job.name] = Task(self._process, lambda: self._run_in_thread(job))
            task.resume()


def _simulated(job: Job, tables: Tables) -> Job:
    if job.next_due_at is not None:
        return replace(job, next_due_at=_remembered(job.next_due_at, tables))
    return job if job.name in ALWAYS else replace(job, every=max(job.every, SELDOM))


def _remembered(ask: Callable[[], datetime | None], tables: Tables) -> Callable[[], datetime | None]:
    """Return a function that asks again only after one of the tables it reads was written to."""
    known: list[tuple[dict[str, int], datetime | None]] = []

    def next_due_at() -> datetime | None:
        if not known or not tables.are_as(known[0][0]):
            known.clear()  # before asking, which may fail
            tables.read = {}
            known.append((tables.read, ask()))
        return known[0][1]

    return next_due_at
