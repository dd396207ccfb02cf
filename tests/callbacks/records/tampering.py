"""Both logs, and an attacker who has the database but not the key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import SealScheme
from callbacks.db.tables import AuditEntry
from callbacks.inbound import calls
from callbacks.records import audit_log
from callbacks.records.audit_log import early_seal_of
from callbacks.records.event_log import record_event
from callbacks.records.event_seals import highest_event_id, seal_events

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
KEY = b"the key of the service"
OTHER_KEY = b"a key that nobody wrote down"


def filled(url: str) -> Database:
    """Return a database with two entries of an early release, three sealed ones, and five events under two seals."""
    database = Database(url, UNHURRIED, KEY)
    database.write(add_early_entries)
    add_entries(database, "Sue", 3)
    database.write(
        lambda session: calls.record_call(
            session, calls.Arrival("CA9", "direct", "", "en", False, "", "TN-Validation-Passed-A"), BEGAN
        )
    )
    add_events(database, 2)
    seal_all(database)
    add_events(database, 2)
    seal_all(database)
    return database


def add_early_entries(session: Session) -> None:
    before = ""
    for n in (1, 2):
        row = {"at": BEGAN, "who": "Ada", "what": f"act {n}", "detail": "one; two: three"}
        before = early_seal_of(before, BEGAN, "Ada", f"act {n}", "one; two: three")
        session.execute(insert(AuditEntry).values(**row, seal=before, scheme=SealScheme.SHA256))


def add_entries(database: Database, who: str, count: int) -> None:
    for n in range(1, count + 1):
        at = BEGAN + timedelta(minutes=n)
        database.write(lambda session, n=n, at=at: audit_log.note(session, at, who, f"act {n}"))  # type: ignore[misc]


def add_events(database: Database, count: int) -> None:
    for n in range(1, count + 1):
        words = f"note {n}"
        database.write(
            lambda session, words=words: record_event(session, "CA9", BEGAN, "Amy Roy", EventKind.NOTE, words)  # type: ignore[misc]
        )


def seal_all(database: Database) -> None:
    while database.write(lambda session: seal_events(session, highest_event_id(session), BEGAN)):
        pass


def tamper(database: Database, *statements: str) -> None:
    """Run statements as somebody who may do anything with the database."""
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(text(statement))


def rewrite_as_early(database: Database, first: int = 1) -> None:
    """Replace every entry from one on by another, sealed as the early releases did, for which no key is needed."""
    earlier = select(AuditEntry.seal).where(AuditEntry.id == first - 1)
    statements, before = list[str](), database.read(lambda session: session.scalar(earlier)) or ""
    for n in range(first, 6):
        before = early_seal_of(before, BEGAN, "nobody", "nothing", "")
        instant = f"{BEGAN:%Y-%m-%d %H:%M:%S.%f}" + ("+00" if database.engine.name == "postgresql" else "")
        statements.append(
            f"UPDATE audit SET at = '{instant}', who = 'nobody', what = 'nothing', detail = '', "
            f"seal = '{before}', scheme = 'sha256' WHERE id = {n}"
        )
    tamper(database, *statements)
