"""The log that nobody can edit: the database refuses it, and a broken chain shows."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.tables import (
    AuditEntry,
    Technician,
)
from callbacks.inbound import calls
from callbacks.records import audit_log

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize("table", ["audit", "events"])
@pytest.mark.parametrize("act", ["UPDATE {} SET detail = 'nothing happened'", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_written(database: Database, table: str, act: str) -> None:
    def work(session: Session) -> None:
        session.add(Technician(name="Amy", phone="+15145550101", created_at=BEGAN))
        call = calls.record_call(session, calls.Arrival("CA9", "direct", "", "en", False, ""), BEGAN)
        audit_log.note(session, BEGAN, "sue@example.com", "did something", call.sid)

    database.write(work)
    with pytest.raises(DBAPIError, match="only ever added"):
        database.write(lambda session: session.execute(text(act.format(table))))


def test_an_edit_past_the_database_breaks_the_chain(sqlite_url: str) -> None:
    database = Database(sqlite_url, UNHURRIED)
    for n in range(5):
        database.write(partial(audit_log.note, at=BEGAN, who="sue@example.com", what=f"act {n}"))
    assert database.read(audit_log.first_broken) is None

    def forge(session: Session) -> None:
        session.execute(text("DROP TRIGGER audit_refuses_delete"))
        session.execute(text("DELETE FROM audit WHERE what = 'act 2'"))

    database.write(forge)
    broken = database.read(audit_log.first_broken)
    assert broken is not None
    assert broken.what == "act 3"
    database.close()


def test_two_that_write_at_once_do_not_break_the_chain(database: Database) -> None:
    def run(name: str) -> None:
        for n in range(10):
            database.write(partial(audit_log.note, at=BEGAN, who=name, what=f"act {n}"))

    threads = [threading.Thread(target=run, args=(f"{n}@example.com",)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.read(audit_log.first_broken) is None
    assert len(database.read(lambda s: s.scalars(select(AuditEntry)).all())) == 30
