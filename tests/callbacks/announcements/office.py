"""A desk that announces things, its clock, and its subscribers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.announcements import changes, notices, subscriptions
from callbacks.announcements.changes import Content
from callbacks.db.database import Database
from callbacks.db.states import Channel, CustomerMessageKind, SubscribedBy
from callbacks.db.tables import Announcement, AnnouncementUpdate, CustomerMessage, Subscription
from callbacks.desk.desk_file import Desk, read_desk
from callbacks.links import Links
from callbacks.paging.customer_messages import Recipient
from sla.clock import MovingClock

T = TypeVar("T")
DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)  # 10:12 p.m. on a Saturday
HOUR = timedelta(hours=1)
SLOW = Content("Mail is delayed.", "Le courriel est retardé.", notifies=True)
LEA, MAX = "+15145550123", "+15145550124"


@dataclass
class Office:
    """The desk of these tests."""

    database: Database
    clock: MovingClock = field(default_factory=lambda: MovingClock(NOW))
    desk: Desk = DESK

    def __post_init__(self) -> None:
        self.links = Links("x" * 32, "https://desk.test", self.clock)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def passes(self, span: timedelta) -> Office:
        self.clock.move_to(self.now + span)
        return self

    def does(self, work: Callable[[Session], T]) -> T:
        return self.database.write(work)

    # Announcements

    def starts(self, content: Content = SLOW, starts_at: datetime | None = None) -> int:
        return self.does(lambda session: changes.start(session, self.desk, content, "sue", self.now, starts_at).id)

    def changes(self, number: int, content: Content) -> None:
        self.does(lambda session: changes.change(session, self.desk, number, content, "sue", self.now))

    def ends(self, number: int) -> None:
        self.does(lambda session: changes.end(session, number, "sue", self.now))

    def worker_turns(self) -> None:
        self.does(lambda session: changes.turn_due(session, self.now))

    def announcement(self, number: int) -> Announcement:
        return self.database.read(lambda session: session.get_one(Announcement, number))

    def history(self) -> list[tuple[str, str, datetime]]:
        """What happened, who did it, and when."""
        query = select(AnnouncementUpdate).order_by(AnnouncementUpdate.id)
        rows = self.database.read(lambda session: session.scalars(query).all())
        return [(row.change.value, row.by, row.at) for row in rows]

    # Subscribers

    def subscribes(self, address: str = LEA, language: str = "en", announcement: int | None = None) -> int:
        to = Recipient(Channel.MAIL if "@" in address else Channel.TEXT, address, language)
        return self.does(
            lambda session: subscriptions.subscribe(session, to, SubscribedBy.TEXT, self.now, announcement).id
        )

    def subscription(self, number: int) -> Subscription:
        return self.database.read(lambda session: session.get_one(Subscription, number))

    def writes_batch(self) -> bool:
        return self.does(lambda session: notices.write_batch(session, self.desk, self.links, self.now))

    def writes_all(self) -> None:
        while self.writes_batch():
            pass

    def messages(self, kind: CustomerMessageKind = CustomerMessageKind.NOTICE) -> Sequence[CustomerMessage]:
        query = select(CustomerMessage).where(CustomerMessage.kind == kind).order_by(CustomerMessage.id)
        return self.database.read(lambda session: session.scalars(query).all())

    def told(self) -> list[tuple[str, str]]:
        """Who was written a notice, and its state."""
        return [(row.address, row.state.value) for row in self.messages()]
