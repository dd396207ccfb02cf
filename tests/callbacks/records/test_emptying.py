"""Details are removed from both logs with a record of it, and both still verify. Any other change is still found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.tables import AuditEntry, Event
from callbacks.records.emptying import EMPTIED, empty_entries, empty_events
from callbacks.records.log_check import check_entries, check_events, check_removals, heads
from tests.callbacks.records.tampering import (
    BEGAN,
    OTHER_KEY,
    add_entries,
    add_events,
    filled,
    seal_all,
    tamper,
)

LATER = BEGAN + timedelta(days=90)
BOSS = "boss@example.com"


@pytest.fixture
def logs(database_url: str) -> Iterator[Database]:
    """Five events under two seals (1 to 3, 4 and 5), and five entries, two of them of an early release."""
    database = filled(database_url)
    yield database
    database.close()


def empty(database: Database, *ids: int) -> int:
    return database.write(lambda session: empty_events(session, ids, BOSS, LATER))


def empty_entry(database: Database, *ids: int) -> int:
    return database.write(lambda session: empty_entries(session, ids, BOSS, LATER))


def faults(database: Database) -> list[str]:
    checks = (check_entries, check_events, check_removals)
    return [fault for check in checks for fault in database.read(check).faults]


def removed(database: Database) -> list[str]:
    return database.read(check_removals).removed


def details(database: Database) -> dict[int, str]:
    query = select(Event.id, Event.detail).order_by(Event.id)
    return database.read(lambda session: {row.id: row.detail for row in session.execute(query)})


def test_events_lose_their_details_and_the_old_seals_still_verify(logs: Database) -> None:
    known = logs.read(heads)
    assert empty(logs, 2, 4) == 2
    assert (details(logs)[2], details(logs)[3], details(logs)[4]) == (EMPTIED, "note 2", EMPTIED)
    assert faults(logs) == []
    assert logs.read(lambda session: check_events(session, known.events)).faults == []
    assert removed(logs) == ["2 events were emptied on 2027-02-27 by boss@example.com."]


def test_events_that_follow_are_sealed_and_verify_too(logs: Database) -> None:
    empty(logs, 2)
    add_events(logs, 2)
    empty(logs, 6)  # not sealed yet
    seal_all(logs)
    empty(logs, 3, 7)
    assert faults(logs) == []
    assert removed(logs) == ["4 events were emptied on 2027-02-27 by boss@example.com."]


def test_what_is_empty_already_is_no_removal(logs: Database) -> None:
    assert empty(logs, 2) == 1
    assert empty(logs, 2) == 0
    assert removed(logs) == ["1 event was emptied on 2027-02-27 by boss@example.com."]


@pytest.mark.parametrize("entry", [1, 2, 3, 4, 5])
def test_an_entry_loses_its_details_whichever_release_wrote_it(logs: Database, entry: int) -> None:
    kept = logs.read(lambda session: session.get_one(AuditEntry, entry))
    emptied = empty_entry(logs, entry)
    left = logs.read(lambda session: session.get_one(AuditEntry, entry))
    assert emptied == 1
    assert (left.detail, left.who, left.what, left.at, left.seal) == (EMPTIED, kept.who, kept.what, kept.at, kept.seal)
    add_entries(logs, "Sue", 1)
    assert faults(logs) == []
    assert removed(logs) == ["1 audit entry was emptied on 2027-02-27 by boss@example.com."]


EDITS = {
    "a detail, without a record": "UPDATE events SET detail = '[removed]' WHERE id = 3",
    "a detail beside one that was removed": "UPDATE events SET detail = 'nothing' WHERE id = 3",
    "words put in place of what was removed": "UPDATE events SET detail = 'nothing' WHERE id = 2",
    "the actor of an emptied event": "UPDATE events SET actor = 'nobody' WHERE id = 2",
    "an event beside one that was emptied is gone": "DELETE FROM events WHERE id = 3",
    "the record is gone": "DELETE FROM emptyings",
    "who removed it": "UPDATE emptyings SET who = 'nobody'",
    "when": "UPDATE emptyings SET at = '2026-01-01 00:00:00'",
    "how many": "UPDATE emptyings SET emptied = 7",
    "an entry, without a record": "UPDATE audit SET detail = '[removed]' WHERE id = 5",
    "an emptied entry": "UPDATE audit SET who = 'nobody' WHERE id = 4",
}


@pytest.mark.parametrize("statement", EDITS.values(), ids=EDITS.keys())
def test_any_other_change_is_still_found(logs: Database, statement: str) -> None:
    empty(logs, 2)
    empty_entry(logs, 4)
    assert faults(logs) == []
    tamper(logs, statement)
    assert faults(logs) != []


def test_a_removal_hides_no_earlier_edit(logs: Database) -> None:
    """What was edited before is not sealed anew, so it is reported after as before."""
    with logs.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            connection.execute(text("DROP TRIGGER events_refuses_update"))
        connection.execute(text("UPDATE events SET detail = 'never said' WHERE id = 3"))
    assert empty(logs, 2) == 1
    assert details(logs)[2] == EMPTIED
    (fault,) = faults(logs)
    assert "events 1 to 3" in fault


def test_a_record_cannot_be_made_without_the_key(logs: Database, database_url: str) -> None:
    other = Database(database_url, UNHURRIED, OTHER_KEY)
    empty(other, 2)
    other.close()
    assert faults(logs) != []


REFUSED = [
    "UPDATE events SET detail = 'nothing' WHERE id = 2",
    "UPDATE events SET detail = '[removed]', actor = 'nobody' WHERE id = 2",
    "UPDATE events SET detail = '[removed]', step = 7 WHERE id = 2",
    "DELETE FROM events WHERE id = 2",
    "UPDATE audit SET detail = 'nothing' WHERE id = 4",
    "UPDATE audit SET detail = '[removed]', who = 'nobody' WHERE id = 4",
    "DELETE FROM audit WHERE id = 4",
    "UPDATE emptyings SET who = 'nobody'",
    "DELETE FROM emptyings",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_database_lets_a_detail_go_and_refuses_everything_else(logs: Database, statement: str) -> None:
    empty(logs, 3)
    with pytest.raises(DatabaseError, match=r"only ever added|P0001"), logs.engine.begin() as connection:
        connection.execute(text(statement))
