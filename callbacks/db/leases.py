"""Leases: any number of workers share the rows that are due, and one worker at a time works on a row.

A worker that claims a row holds it for the length of a lease, by a token that rises with each claim. It works with no
transaction open, and stores its result only if the token is still the same: a worker that froze past its lease changes
nothing. After a worker died, the row is due again when the lease has run out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog
from sqlalchemy import Select
from sqlalchemy.orm import Mapped, Session, mapped_column

from callbacks.db.database import locked_or_none

log = structlog.get_logger(__name__)


class Claimable:
    """The columns of a row that one worker at a time works on when it is due."""

    id: Mapped[int] = mapped_column(primary_key=True)
    next_action_at: Mapped[datetime | None]
    token: Mapped[int] = mapped_column(default=0)


Row = TypeVar("Row", bound=Claimable)


@dataclass(frozen=True)
class Claim(Generic[Row]):
    """The right to work on one row, until another worker claims it after the lease has run out."""

    model: type[Row]
    key: int
    token: int


@dataclass(frozen=True)
class BackOff:
    """How long to wait after a failed try: twice as long each time, up to a limit."""

    first: timedelta
    longest: timedelta

    def after(self, tries: int) -> timedelta:
        """Return the pause after a number of tries."""
        doublings = min(max(tries - 1, 0), 20)
        return min(self.first * (1 << doublings), self.longest)


def claim(
    session: Session, model: type[Row], due: Select[Row], lease: timedelta, now: datetime, limit: int = 1
) -> Sequence[Row]:
    """Claim up to `limit` rows of a query, in its order, and return them. Rows that others are claiming are skipped."""
    rows = session.scalars(due.limit(limit).with_for_update(of=model, skip_locked=True)).all()
    for row in rows:
        row.token += 1
        row.next_action_at = now + lease
    return rows


def claim_on(row: Row) -> Claim[Row]:
    """Return the claim on a row that was just claimed."""
    return Claim(type(row), row.id, row.token)


@contextmanager
def renewed(every: timedelta, renew: Callable[[], bool]) -> Iterator[None]:
    """Call `renew` in a thread of its own while the block runs, until it returns False. Its failures are logged.

    So a lease can be shorter than the work, and a row waits only that long after its worker died.
    """
    done = threading.Event()

    def work() -> None:
        while not done.wait(every.total_seconds()):
            try:
                if not renew():
                    return
            except Exception:
                log.exception("a lease could not be renewed; it is tried again")

    thread = threading.Thread(target=work, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def held(session: Session, claim: Claim[Row]) -> Row | None:
    """Return the claimed row, locked until the transaction ends, or None if it is gone or another worker claimed it."""
    row = locked_or_none(session, claim.model, claim.key)
    return row if row is not None and row.token == claim.token else None
