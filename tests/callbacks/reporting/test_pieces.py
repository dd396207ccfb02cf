"""Long reads in short transactions: others write in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from callbacks.db.database import Database, Limits
from callbacks.db.tables import Watermark
from callbacks.reporting import pieces
from callbacks.reporting.pieces import by_ids, by_weeks

MONDAY = datetime(2026, 11, 23, 5, tzinfo=UTC)
DAY = timedelta(days=1)
AT_ONCE = timedelta(milliseconds=1)


def marks(database: Database, *days: int) -> None:
    database.write(lambda session: session.add_all(Watermark(name=f"{n}", at=MONDAY + n * DAY) for n in days))


def between(session: Session, since: datetime, until: datetime) -> Sequence[str]:
    query = select(Watermark.name).where(Watermark.at >= since, Watermark.at < until).order_by(Watermark.at)
    return session.scalars(query).all()


def test_by_weeks_everything_is_found_once(database: Database) -> None:
    marks(database, -1, 0, 6, 7, 13, 14, 19, 20)
    begun = list[object]()
    event.listen(database.engine, "begin", begun.append)
    assert by_weeks(database, between, MONDAY, MONDAY + 20 * DAY) == ["0", "6", "7", "13", "14", "19"]
    assert len(begun) == 3


def test_no_days_yield_nothing(database: Database) -> None:
    marks(database, 0)
    assert by_weeks(database, between, MONDAY, MONDAY) == []


def test_while_a_long_export_is_being_taken_others_write(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock is waited for no longer than a millisecond here, so a transaction that reads would refuse the writers."""
    monkeypatch.setattr(pieces, "IDS_IN_A_PIECE", 2)
    database = Database(sqlite_url, Limits(file_lock=AT_ONCE))
    sizes = list[int]()

    def read(session: Session, ids: Sequence[int]) -> Sequence[int]:
        session.execute(text("SELECT * FROM callbacks")).all()
        sizes.append(len(ids))
        return ids

    for number in by_ids(database, read, range(1, 6)):
        marks(database, number)
    assert sizes == [2, 2, 1]
    database.close()
