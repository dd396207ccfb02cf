"""What a transaction removes is recorded until it ends."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.removals import record_removal, record_removal_from, removals_of
from callbacks.db.tables import ClosureRow

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def test_a_transaction_knows_what_it_removes_and_the_next_one_does_not(database: Database) -> None:
    def work(session: Session) -> tuple[str, ...]:
        record_removal(session, "one")
        row = ClosureRow(starts_at=NOON, ends_at=NOON, opens=False, reason_en="", reason_fr="")
        record_removal_from(row, "of a row that is in no session")
        session.add(row)
        record_removal_from(row, "two")
        return tuple(removals_of(session))

    assert database.write(work) == ("one", "two")
    assert database.write(work) == ("one", "two")
    assert database.read(removals_of) == ()
