"""Whose addresses are colleagues'."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.people import technicians, users
from callbacks.people.colleagues import addresses_of_colleagues

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_technicians_and_users_are_colleagues_until_they_leave(database: Database) -> None:
    def work(session: Session) -> tuple[frozenset[str], frozenset[str]]:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True)
        technicians.add_technician(session, "Ben Cole", "+15145550102", NOW, verified=True)  # without an address
        amy.email = "Amy@desk.example"
        users.add_user(session, "sue@desk.example", "supervisor", "correct horse battery", NOW)
        before = addresses_of_colleagues(session)
        amy.left_at = NOW
        session.flush()
        return before, addresses_of_colleagues(session)

    before, after = database.write(work)
    assert before == {"amy@desk.example", "sue@desk.example"}
    assert after == {"sue@desk.example"}
