"""The demo as `app.py demo` runs it, for a browser, on a clock that the test moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from callbacks.cli.context import Compose, Service
from callbacks.cli.times import desk_time
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from ivr.rehearsal.demo import running_demo
from ivr.rehearsal.scenario import SWEEP_EVERY, Scenario
from ivr.simulator import SimulatedTwilio
from sla.clock import RunningClock
from tests.ports import held_port
from tests.waiting import NeverHappened, eventually

SATURDAY_NIGHT = "2026-11-28T22:00"
CUSTOMER, NEW_YORKER = "+15145550199", "+12125550143"
A_STEP = timedelta(seconds=2)


@dataclass
class Demo:
    """The running demo, the clock that it shows, and where it is."""

    scenario: Scenario
    clock: RunningClock
    base: str
    lived_until: datetime | None = None  # everything before it has happened

    def __post_init__(self) -> None:
        moves_to = self.scenario.move_to

        def lives_until(instant: datetime, sweep_every: timedelta = SWEEP_EVERY) -> None:
            moves_to(instant, sweep_every)
            self.lived_until = instant

        self.scenario.move_to = lives_until  # type: ignore[method-assign]

    @property
    def service(self) -> Service:
        return self.scenario.service

    @property
    def carrier(self) -> SimulatedTwilio:
        return self.scenario.carrier

    def references(self) -> list[str]:
        """Every callback that there is, in the order of opening."""
        query = select(Callback.reference).order_by(Callback.id)
        return self.service.database.read(lambda session: list(session.scalars(query)))

    def listens_to(self, number: str) -> bool:
        """Whether a message of this phone is being recorded."""
        leg = self.carrier.phone(number).legs[-1]
        return leg.waiting is not None and leg.waiting.speech

    def rings(self, number: str) -> bool:
        return self.carrier.phone(number).ringing is not None

    def heard(self, words: str, number: str) -> bool:
        return any(words in heard.text for leg in self.carrier.phone(number).legs for heard in leg.heard)

    def page_behind_the_link(self, name: str, reference: str) -> str:
        """The path of the page that a technician's newest text leads to: the others' links have ended."""
        texts = self.scenario.phone_of(name).phone.texts
        links = (re.search(r"(/t/[\w.\-]+)", text.body) for text in reversed(texts) if reference in text.body)
        return next(link[1] for link in links if link)

    def hurries_until(self, happens: Callable[[], bool], within: timedelta = timedelta(minutes=2)) -> None:
        """The clock is moved on, two seconds at a time, until something has happened. Raises NeverHappened."""
        for _ in range(within // A_STEP):
            if happens():
                return
            self.passes(A_STEP.total_seconds())
        if not happens():
            raise NeverHappened(f"Nothing of the kind happened in {within} of the desk's clock.")

    def passes(self, seconds: float) -> None:
        """So much time of the desk's clock goes by, and everything happens that falls into it."""
        self.clock.pass_time(timedelta(seconds=seconds))
        target = self.clock.now()
        eventually(
            lambda: self.lived_until is not None and self.lived_until >= target,
            "the demo catches up with its clock",
        )


@contextmanager
def a_demo(
    compose: Compose, begins: str = SATURDAY_NIGHT, speed: float = 1.0, port: int = 0, host: str = "127.0.0.1"
) -> Iterator[Demo]:
    """The whole demo, on a free port unless one is named.

    At speed 0 only the story moves the clock, and a night is the same every time.
    """
    desk = read_desk(Path("support.toml"))
    clock = RunningClock(desk_time(desk, begins), speed)
    with (
        nullcontext(port) if port else held_port() as chosen,
        running_demo(compose, desk, clock, host, chosen) as scenario,
    ):
        yield Demo(scenario, clock, f"http://{host}:{chosen}")
