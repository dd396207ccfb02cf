"""Processes in virtual time: they stop, die, freeze and take turns at the points where a real one can.

A process runs in greenlets: a sweep, each request to the carrier, each webhook. One runs at a time, and gives way only
outside of transactions. So every interleaving that a database with one writer allows can happen, and each is repeated
exactly by the same seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from greenlet import getcurrent, greenlet

from sla.clock import MovingClock


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


class Point(StrEnum):
    """Where a process can die: between any two things that somebody else can see."""

    BEFORE_COMMIT = "before a commit"
    AFTER_COMMIT = "after a commit"
    BEFORE_REQUEST = "before a request to the carrier"
    AFTER_REQUEST = "after a request to the carrier"
    WEBHOOK_RECEIVED = "when a webhook came in"
    WEBHOOK_DONE = "before the answer to a webhook"
    BEFORE_FILE = "before a file is written"
    AFTER_FILE = "after a file is written"


@dataclass(eq=False)
class Process:
    """One process of the service."""

    name: str
    is_up: bool = True
    starts_at: datetime | None = None  # of one that is down
    dies_in: int | None = None  # points from now
    frozen_until: datetime | None = None
    tasks: list[Task] = field(default_factory=list)


class Task(greenlet):
    """Something that a process does, until it ends or gives way."""

    def __init__(self, process: Process, work: Callable[[], object]) -> None:
        super().__init__(self._work)
        self.process, self.wakes_at = process, None
        self.is_running, self.was_killed = False, False
        self._do = work
        process.tasks.append(self)

    wakes_at: datetime | None

    def _work(self) -> None:
        try:
            self._do()
        except Killed:
            self.was_killed = True

    def resume(self) -> None:
        """Run it until it ends or gives way."""
        self.parent, self.wakes_at, self.is_running = getcurrent(), None, True
        try:
            self.switch()
        finally:
            self.is_running = False
            if self.dead and self in self.process.tasks:
                self.process.tasks.remove(self)

    def kill(self) -> None:
        """End it where it is."""
        if self.dead or self.is_running:
            return
        self.parent = getcurrent()
        if self:
            self.throw(Killed())
        self.was_killed = True


@dataclass
class Steps:
    """Counts the points that are reached, and decides who goes on at each."""

    clock: MovingClock
    chance: Random = field(default_factory=Random)
    gives_way: float = 0.0  # how often a task gives way to others at a point, of 1
    reached: list[Point] = field(default_factory=list)
    dies_at: int | None = None  # the number of a point, counted over all processes
    on_death: Callable[[Process], None] = lambda _: None

    def point(self, point: Point) -> None:
        """Pass a point, or die there."""
        task = getcurrent()
        if not isinstance(task, Task):
            return
        process = task.process
        self.reached.append(point)
        if process.dies_in is not None:
            process.dies_in -= 1
        if process.dies_in == 0 or self.dies_at == len(self.reached):
            process.dies_in = None
            self._die(process)
        if not process.is_up:
            raise Killed

    def _die(self, process: Process) -> None:
        process.is_up = False
        self.on_death(process)
        raise Killed

    def between(self) -> None:
        """Let others go on, if chance says so. No transaction is open here."""
        task = getcurrent()
        if not isinstance(task, Task):
            return
        if not task.process.is_up:
            raise Killed
        frozen = task.process.frozen_until
        if frozen is not None and frozen > self.clock.now():
            self.pause(frozen)
        elif self.gives_way and self.chance.random() < self.gives_way:
            self.pause(self.clock.now())

    def pause(self, until: datetime) -> None:
        """Give way until an instant. Raise Killed if the process dies meanwhile."""
        task = getcurrent()
        if not isinstance(task, Task):
            return
        task.wakes_at = until
        task.parent.switch()
        if not task.process.is_up:
            raise Killed

    def wait(self, span: timedelta) -> None:
        self.pause(self.clock.now() + span)
