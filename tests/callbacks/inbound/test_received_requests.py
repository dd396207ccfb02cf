"""Each signature is accepted for one SID, for thirty days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.tables import ReceivedRequest
from callbacks.inbound.received_requests import KEPT_FOR, forget_old, is_new_or_retry
from tests.callbacks.inbound.texting import DESK

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def takes(database: Database, signature: str, sid: str, at: datetime = NOW) -> bool:
    return database.write(lambda session: is_new_or_retry(session, signature, sid, at))


def test_a_signature_comes_again_with_its_own_sid_only(database: Database) -> None:
    assert takes(database, "one", "CA1")
    assert takes(database, "one", "CA1")
    assert not takes(database, "one", "CA2")
    assert takes(database, "two", "CA2")


def test_old_ones_are_forgotten(database: Database) -> None:
    takes(database, "one", "CA1")
    takes(database, "two", "CA2", NOW + KEPT_FOR)
    now = NOW + KEPT_FOR + timedelta(seconds=1)
    takes(database, "three", "CA3", now)
    database.write(lambda session: forget_old(session, DESK, now))
    kept = database.read(lambda session: session.scalars(select(ReceivedRequest.signature)).all())
    assert sorted(kept) == ["three", "two"]
