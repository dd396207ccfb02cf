"""A simulated desk with people to page, on a clock that the test moves.

When a story is over, any text that nobody read, any call that nobody noticed, any complaint of the carrier and any
logged error that the story did not expect fails it.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callbacks.cli.context import Compose, Service
from callbacks.cli.times import desk_time
from callbacks.db.tables import AuditEntry, Call, Callback, Event, Page, ReachAttempt, Technician, Voicemail
from callbacks.desk.desk_file import desk_from
from callbacks.paging.outbox import Outbox
from callbacks.people.technicians import technician_named
from callbacks.records import audit_log
from callbacks.records.event_words import event_words
from callbacks.worker.table import outbox_for
from ivr.rehearsal.scenario import Person, Scenario
from ivr.rehearsal.simulated_desk import recordings_that_differ, simulated_desk
from ivr.simulator import Fault, FaultKind, Place, SimulatedTwilio

SATURDAY_NIGHT = "2026-11-28T22:12"
TUESDAY_MORNING = "2026-11-24T10:00"
CUSTOMER = "+15145550199"
# Customers get texts only in the stories about them, which then mention each: customer_texts=CUSTOMER_TEXTS.
NO_CUSTOMER_TEXTS = {"receipts": False, "attempts": False}
CUSTOMER_TEXTS = {"receipts": True, "attempts": True}


# For stories that are about people and not about the database: PostgreSQL lives through them in `make soak`.
POSTGRES_IN_SOAK = pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.soak])],
    indirect=True,
)


@dataclass
class ScenarioDesk:
    """A scenario, and what the database says of it."""

    scenario: Scenario
    expected_errors: list[str] = field(default_factory=list)
    carrier_may_complain: bool = False

    @property
    def service(self) -> Service:
        return self.scenario.service

    @property
    def carrier(self) -> SimulatedTwilio:
        return self.scenario.carrier

    @property
    def outbox(self) -> Outbox:
        """An outbox beside the worker's own, as of another worker."""
        service = self.service
        return outbox_for(service.settings, service.desk, service.database, service.carrier, service.clock)

    def customer(self, number: str = CUSTOMER) -> Person:
        return self.scenario.caller(number)

    def phone_of(self, name: str) -> Person:
        return self.scenario.phone_of(name)

    def fails(self, where: str, what: str, times: float = 1, match: str = "") -> None:
        """Something will go wrong at the carrier."""
        self.carrier.faults.add(Fault(Place(where), FaultKind(what), times, match=match))

    def expects_error(self, words: str) -> None:
        self.expected_errors.append(words)

    def leaves_a_message(self, line: str = "direct") -> None:
        call = self.customer().dials(line).hears("leave a message").hears_the_beep().says(8).presses("#")
        call.hears("Thank you").hangs_up()

    # The log

    def callbacks(self) -> list[Callback]:
        query = select(Callback).order_by(Callback.id)
        return self.service.database.read(lambda session: list(session.scalars(query)))

    @property
    def callback(self) -> Callback:
        (only,) = self.callbacks()
        return only

    def calls(self) -> list[Call]:
        return self.service.database.read(lambda s: list(s.scalars(select(Call).order_by(Call.began_at))))

    @property
    def voicemail(self) -> Voicemail:
        return self.service.database.read(lambda session: session.scalars(select(Voicemail)).one())

    def pages(self) -> list[Page]:
        return self.service.database.read(lambda session: list(session.scalars(select(Page).order_by(Page.id))))

    def attempts(self) -> list[ReachAttempt]:
        query = select(ReachAttempt).order_by(ReachAttempt.id)
        return self.service.database.read(lambda session: list(session.scalars(query)))

    def listeners(self) -> list[tuple[str, str]]:
        """Who heard a message, and which, as the audit log has it."""
        query = select(AuditEntry).where(AuditEntry.what == audit_log.HEARD_A_MESSAGE)
        found = self.service.database.read(lambda session: session.scalars(query).all())
        details = [(entry.who, audit_log.details_of(entry)) for entry in found]
        return [(who, f"{heard['callback']}, {heard['how']}") for who, heard in details]

    def edit(self, work: Callable[[Session, Technician], object], who: str = "Amy Roy") -> None:
        """Something is changed at the desk, about a technician."""
        self.service.database.write(lambda session: work(session, technician_named(session, who)))

    def clock_moves_to(self, desk_clock: str) -> None:
        """Hours in which nothing happens are not lived through second by second."""
        self.scenario.clock.move_to(desk_time(self.service.desk, desk_clock))

    @property
    def now(self) -> datetime:
        return self.service.clock.now()

    def log_says(self, what: str) -> bool:
        return any(what in line for line in self.log())

    def log(self) -> list[str]:
        events = self.service.database.read(lambda session: list(session.scalars(select(Event).order_by(Event.id))))
        return [f"{event.actor} {event_words(event.kind, event.step)} {event.detail}" for event in events]


@pytest.fixture
def open_desk(
    compose: Compose, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[Callable[..., ScenarioDesk]]:
    """Opens a desk at a time of its own (desk time), with a database of its own in a `folder` if there is one."""
    desks: list[ScenarioDesk] = []

    def open_at(
        begins: str,
        folder: Path | None = None,
        model: Path | None = None,
        smtp_url: str = "",
        object_store: Mapping[str, str] | None = None,
        **changes: dict[str, Any],
    ) -> ScenarioDesk:
        content = tomllib.loads(Path("support.toml").read_text(encoding="utf-8"))
        desk = desk_from({**content, "customer_texts": NO_CUSTOMER_TEXTS, **changes}, Path("support.toml"))
        instant = desk_time(desk, begins)
        url = database_url if folder is None else f"sqlite:///{folder / 'desk.db'}"
        scenario = simulated_desk(
            compose,
            desk,
            instant,
            folder or tmp_path,
            database_url=url,
            senders=1,
            transcribe_model=model,
            smtp_url=smtp_url,
            object_store=object_store,
        )
        if url.startswith("sqlite"):  # a test's machine does not lose its power
            event.listen(scenario.service.database.engine, "connect", lambda c, _: c.execute("PRAGMA synchronous=OFF"))
            scenario.service.database.engine.dispose()
        desks.append(ScenarioDesk(scenario))
        return desks[-1]

    yield open_at
    try:
        for opened in desks:
            _must_have_been_quiet(opened, caplog)
    finally:
        for opened in desks:
            opened.service.close()


@pytest.fixture
def desk(open_desk: Callable[[str], ScenarioDesk]) -> ScenarioDesk:
    """A desk on a Saturday night."""
    return open_desk(SATURDAY_NIGHT)


def _must_have_been_quiet(desk: ScenarioDesk, caplog: pytest.LogCaptureFixture) -> None:
    if desk.carrier_may_complain:
        desk.carrier.ledger.errors.clear()
    desk.scenario.ends()
    errors = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert [e for e in errors if not any(expected in e for expected in desk.expected_errors)] == []
    assert recordings_that_differ(desk.scenario) == []
