"""Long reads in short transactions.

On SQLite, nobody can write while somebody reads, and callers wait for the transactions of webhooks. So code that may
read many rows reads them in batches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from callbacks.db.database import Database

T = TypeVar("T")
A_PIECE = timedelta(weeks=1)
IDS_IN_A_PIECE = 500


def by_weeks(
    database: Database, read: Callable[[Session, datetime, datetime], Iterable[T]], since: datetime, until: datetime
) -> list[T]:
    """Return what `read` finds from `since` on and before `until`, reading a week in a transaction."""
    found: list[T] = []
    for begins, ends in _weeks(since, until):
        found += _read(database, read, begins, ends)
    return found


def by_ids(
    database: Database, read: Callable[[Session, Sequence[int]], Iterable[T]], ids: Sequence[int]
) -> Iterator[T]:
    """Yield what `read` finds for each id, in their order, reading some in a transaction.

    No transaction is open while the caller works with what it got.
    """
    for start in range(0, len(ids), IDS_IN_A_PIECE):
        yield from _read(database, read, ids[start : start + IDS_IN_A_PIECE])


def _read(database: Database, read: Callable[..., Iterable[T]], *which: object) -> list[T]:
    return database.read(lambda session: list(read(session, *which)))


def _weeks(since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        yield since, min(since + A_PIECE, until)
        since += A_PIECE
