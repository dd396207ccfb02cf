"""What a test leaves in its PostgreSQL database is not there for the next test."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.tables import Technician, Watermark
from callbacks.people.technicians import add_technician
from tests.postgres import Databases

pytestmark = pytest.mark.postgres
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def leaves_rows(url: str) -> tuple[int, Session]:
    """Return the number of a technician and a session, which is left in the middle of a transaction."""
    database = Database(url, UNHURRIED)
    session = database._sessions()
    session.add(Watermark(name="x", at=NOON))
    session.commit()
    amy = add_technician(session, "Amy Roy", "+15145550101", NOON)
    session.flush()
    number = amy.id
    session.commit()
    session.scalars(select(Technician).with_for_update()).all()
    return number, session


def test_rows_locks_and_numbers_of_a_test_are_gone_for_the_next(postgres_databases: Databases) -> None:
    with postgres_databases.one() as first:
        number, left_open = leaves_rows(first)
    left_open.invalidate()  # its server is gone; collected later, it would be an error in the log of another test
    with postgres_databases.one() as second:
        assert second == first
        found, left_open = leaves_rows(second)
        assert found == number == 1
    left_open.invalidate()


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE left_over (id int)",
        "ALTER TABLE watermarks ADD COLUMN left_over int",
        "DROP TABLE watermarks",
        "ALTER TABLE events DISABLE TRIGGER ALL",
        "CREATE INDEX left_over ON watermarks (at)",
        "UPDATE alembic_version SET version_num = 'left over'",
        "DELETE FROM alembic_version",
    ],
)
def test_a_database_whose_schema_was_changed_is_not_used_again(postgres_databases: Databases, change: str) -> None:
    with postgres_databases.one() as first, psycopg.connect(first) as connection:
        connection.execute(change.encode())
    with postgres_databases.one() as second:
        assert second != first
