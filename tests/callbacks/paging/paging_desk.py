"""A desk with people on call and one open callback, for tests of paging without a carrier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageKind, PageState
from callbacks.db.tables import Callback, Event, Page, PageAttempt, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.paging.decide import Decision
from callbacks.paging.escalate import take_next_step
from callbacks.people.technicians import add_technician, technician_named

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # 10:12 p.m. at the desk
CUSTOMER = "+15145550199"
PEOPLE = {"Amy Roy": "primary", "Ben Cole": "backup", "Cleo Martin": "manager", "Sue Tran": "supervisor"}

Found = TypeVar("Found")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@dataclass
class PagingDesk:
    """What the database holds of one callback and its pages."""

    database: Database

    def write(self, work: Callable[[Session, Callback], Found]) -> Found:
        """Change the first callback, and return what the change returns."""
        return self.database.write(lambda session: work(session, self._first(session)))

    def edit(self, name: str, work: Callable[[Technician], object]) -> None:
        """Change a technician."""
        self.database.write(lambda session: work(technician_named(session, name)))

    def opens_another(self, began_at: datetime = BEGAN) -> int:
        """Open one more callback, with its first page, and return its id."""
        return self.database.write(lambda session: _open(session, began_at).id)

    def takes_step(self, after: float) -> Decision:
        """Do what the policy says, so many minutes after the callback opened."""
        return self.write(lambda session, callback: take_next_step(session, DESK, callback, BEGAN + minutes(after)))

    def bundles(self, lead: Page, other: Page) -> None:
        """Have one page wait to be sent in the same message as another."""

        def work(session: Session, _: Callback) -> None:
            page = session.get_one(Page, other.id)
            page.state, page.bundled_into_id, page.next_action_at = PageState.BUNDLED, lead.id, None

        self.write(work)

    @property
    def callback(self) -> Callback:
        return self.database.read(self._first)

    def _first(self, session: Session) -> Callback:
        return session.scalars(select(Callback).order_by(Callback.id)).unique().all()[0]

    def pages(self, *kinds: PageKind) -> list[Page]:
        query = select(Page).order_by(Page.id)
        found = self.database.read(lambda session: session.scalars(query).unique().all())
        return [page for page in found if not kinds or page.kind in kinds]

    def paged(self, *kinds: PageKind) -> list[str]:
        """Return who is paged how: "Amy Roy text"."""
        return [f"{page.technician.name} {page.channel.value}" for page in self.pages(*kinds)]

    def alerts(self) -> list[str]:
        """Return the alerts by text, as Sue gets them."""
        return [page.words for page in self.pages(PageKind.ALARM, PageKind.OUTAGE) if page.channel is Channel.TEXT]

    def events(self, kind: EventKind) -> list[str]:
        query = select(Event.detail).where(Event.kind == kind).order_by(Event.id)
        return self.database.read(lambda session: list(session.scalars(query)))

    def attempts(self) -> list[PageAttempt]:
        query = select(PageAttempt).order_by(PageAttempt.id)
        return self.database.read(lambda session: list(session.scalars(query).unique()))

    def is_sent(
        self,
        page_id: int,
        at: datetime = BEGAN,
        sid: str | None = None,
        status: CarrierStatus = CarrierStatus.QUEUED,
    ) -> int:
        """Store that the carrier accepted a page, and return the id of the attempt."""

        def work(session: Session) -> int:
            page = session.get_one(Page, page_id)
            page.state, page.next_action_at, page.tries = PageState.SENT, None, 1
            attempt = PageAttempt(page_id=page_id, started_at=at, state=AttemptState.ACCEPTED)
            attempt.sid, attempt.carrier_status = sid or f"SM{page_id}", status
            session.add(attempt)
            session.flush()
            return attempt.id

        return self.database.write(work)


def seed(database: Database) -> PagingDesk:
    """Return a desk with one person a layer, and a callback whose first page, to Amy, waits in the outbox."""

    def work(session: Session) -> None:
        for number, (name, layer) in enumerate(PEOPLE.items(), 1):
            row = add_technician(session, name, f"+1514555010{number}", BEGAN, verified=True)
            store.add_shift(session, DESK, row, layer, None, None, BEGAN)
        _open(session, BEGAN)

    database.write(work)
    return PagingDesk(database)


def _open(session: Session, began_at: datetime) -> Callback:
    count = len(session.scalars(select(Callback.id)).all())
    arrival = calls.Arrival(
        f"CA{count}", "direct", CUSTOMER, "en", False, "outside support hours", "TN-Validation-Passed-A"
    )
    call = calls.record_call(session, arrival, began_at)
    call.is_separate = True  # each is about something else
    return open_callback(session, DESK, call, began_at)
