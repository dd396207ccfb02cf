"""What `audit` finds after somebody with the database, but without the key, has changed a log."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callbacks.db.database import UNHURRIED, Database
from callbacks.records import audit_log, event_seals
from callbacks.records.log_check import LogCheck, check_entries, check_events, head_kept, heads
from callbacks.records.seals import Head
from tests.callbacks.records.tampering import (
    KEY,
    OTHER_KEY,
    add_entries,
    add_events,
    filled,
    rewrite_as_early,
    seal_all,
    tamper,
)

COPY = (
    "INSERT INTO events (id, contact_sid, at, actor, kind, detail) "
    "SELECT {}, contact_sid, at, actor, kind, detail FROM events WHERE id = 3"
)


@pytest.fixture
def logs(database_url: str) -> Iterator[Database]:
    database = filled(database_url)
    yield database
    database.close()


def entries(database: Database, *known: Head) -> LogCheck:
    return database.read(lambda session: check_entries(session, [("the head", head) for head in known]))


def events(database: Database, known: Head | None = None) -> LogCheck:
    return database.read(lambda session: check_events(session, known))


def test_logs_that_nobody_touched_are_as_they_were_also_after_they_grew(logs: Database) -> None:
    before = logs.read(heads)
    assert (before.entries.count, before.events.count) == (5, 5)
    add_entries(logs, "Sue", 2)
    add_events(logs, 2)
    assert events(logs).not_sealed == 2
    seal_all(logs)
    add_events(logs, 1)
    assert entries(logs, before.entries).faults == []
    found = events(logs, before.events)
    assert (found.faults, found.not_sealed) == ([], 1)
    now = logs.read(heads)
    assert (found.head, entries(logs).head) == (now.events, now.entries)
    assert now.entries.count == 7


EDITS = {
    "an edited detail": (["UPDATE audit SET detail = 'nothing' WHERE id = 4"], "entry 4"),
    "an edited entry of an early release": (["UPDATE audit SET what = 'nothing' WHERE id = 1"], "entry 1"),
    "another instant": (["UPDATE audit SET at = '2026-11-29 03:15:01' WHERE id = 4"], "entry 4"),
    "another name": (["UPDATE audit SET who = 'Ben' WHERE id = 5"], "entry 5"),
    "a removed entry": (["DELETE FROM audit WHERE id = 4"], "entry 4"),
    "a removed first entry": (["DELETE FROM audit WHERE id = 1"], "entry 1"),
    "two that changed places": (
        ["UPDATE audit SET id = -1 WHERE id = 3", "UPDATE audit SET id = 3 WHERE id = 4",
         "UPDATE audit SET id = 4 WHERE id = -1"],
        "From entry 3",
    ),
    "an old scheme within the new": (["UPDATE audit SET scheme = 'sha256' WHERE id = 4"], "entry 4"),
    "a new scheme within the old": (["UPDATE audit SET scheme = 'hmac' WHERE id = 1"], "entry 1"),
    "an unknown scheme": (["UPDATE audit SET scheme = 'none' WHERE id = 4"], "entry 4"),
    "an added entry": (
        ["INSERT INTO audit (id, at, who, what, detail, seal, scheme) "
         "SELECT 6, at, who, what, detail, seal, scheme FROM audit WHERE id = 5"],
        "entry 6",
    ),
    "an entry before the first": (
        ["INSERT INTO audit (id, at, who, what, detail, seal, scheme) "
         "SELECT 0, at, who, what, detail, seal, scheme FROM audit WHERE id = 5"],
        "entry 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "place"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_of_the_audit_log_is_found_and_its_place_named(
    logs: Database, statements: list[str], place: str
) -> None:
    tamper(logs, *statements)
    (fault,) = entries(logs).faults
    assert place in fault


def test_a_cut_end_is_found_by_a_head_from_elsewhere_and_by_the_one_in_the_seals_of_events(logs: Database) -> None:
    known, kept = logs.read(audit_log.head), logs.read(head_kept)
    tamper(logs, "DELETE FROM audit WHERE id > 3")
    assert entries(logs).faults == []  # what is left is sealed
    assert entries(logs, known).faults == ["The audit log was cut: it has 3 entries, and the head says 5."]
    assert kept is not None
    assert entries(logs, kept.head).faults == ["The audit log was cut: it has 3 entries, and the head says 5."]
    add_entries(logs, "Sue", 4)  # as long as before, and longer
    assert entries(logs, known).faults == ["The audit log was cut or rewritten: entry 5 does not match the head."]


def test_a_log_that_was_rewritten_without_the_key_is_found_by_both_heads(logs: Database) -> None:
    known, kept = logs.read(audit_log.head), logs.read(head_kept)
    rewrite_as_early(logs)
    assert entries(logs).faults == []
    assert kept is not None
    for head in (known, kept.head):
        assert len(entries(logs, head).faults) == 1


@pytest.mark.parametrize("first", [3, 4, 5])
def test_an_end_that_was_rewritten_as_by_an_early_release_does_not_fit_after_a_sealed_entry(
    logs: Database, first: int
) -> None:
    rewrite_as_early(logs, first)
    add_entries(logs, "Sue", 1)
    faults = entries(logs).faults
    if first == 3:  # none of the sealed ones is left, and the next one seals what was put in their place
        assert faults == []
        kept = logs.read(head_kept)
        assert kept is not None
        faults = entries(logs, kept.head).faults
    assert len(faults) == 1


def test_the_first_sealed_entry_seals_those_of_the_early_release(logs: Database) -> None:
    """Whoever rewrites what came before the key must forge the first seal with the key."""
    tamper(logs, "DELETE FROM audit WHERE id = 2")
    (fault,) = entries(logs).faults
    assert "entry 2" in fault


def test_another_key_is_named_as_such(logs: Database, database_url: str) -> None:
    other = Database(database_url, UNHURRIED, OTHER_KEY)
    add_entries(other, "Sue", 2)
    add_events(other, 1)
    seal_all(other)
    add_events(other, 1)
    seal_all(other)
    other.close()
    (fault,) = entries(logs).faults
    assert fault.startswith("From entry 6 of 2026-11-29 03:13:00 UTC on, no entry matches the key: AUDIT_KEY")
    (fault,) = events(logs).faults
    assert fault.startswith("From events 6 to 6")
    assert "AUDIT_KEY" in fault


def test_entries_of_an_early_release_need_no_key(logs: Database, database_url: str) -> None:
    other = Database(database_url, UNHURRIED, OTHER_KEY)
    assert [fault.split(" of ")[0] for fault in entries(other).faults] == ["From entry 3"]
    other.close()


EVENT_EDITS = {
    "an edited detail": (["UPDATE events SET detail = 'nothing' WHERE id = 2"], "events 1 to 3"),
    "another actor": (["UPDATE events SET actor = 'Ben Cole' WHERE id = 5"], "events 4 to 5"),
    "another kind": (["UPDATE events SET kind = 'taken' WHERE id = 2"], "events 1 to 3"),
    "a kind that nobody knows": (["UPDATE events SET kind = 'unknown' WHERE id = 2"], "events 1 to 3"),
    "another step": (["UPDATE events SET step = 1 WHERE id = 2"], "events 1 to 3"),
    "a removed event": (["DELETE FROM events WHERE id = 2"], "(1 removed)"),
    "a removed last event": (["DELETE FROM events WHERE id = 5"], "(1 removed)"),
    "an added event": ([COPY.format(0)], "(1 added)"),
    "an added event in the place of another": (["DELETE FROM events WHERE id = 4", COPY.format(4)], "events 4 to 5"),
    "two that changed places": (
        ["UPDATE events SET id = -1 WHERE id = 2", "UPDATE events SET id = 2 WHERE id = 3",
         "UPDATE events SET id = 3 WHERE id = -1"],
        "events 1 to 3",
    ),
    "a removed seal": (["DELETE FROM event_seals WHERE id = 1"], "events 1 to 5"),
    "a removed seal with its events": (
        ["DELETE FROM event_seals WHERE id = 1", "DELETE FROM events WHERE id <= 3"], "(3 removed)"
    ),
    "an edited seal": (["UPDATE event_seals SET entries = 3 WHERE id = 2"], "events 4 to 5"),
    "a seal over fewer": (["UPDATE event_seals SET last_event_id = 4 WHERE id = 2"], "events 4 to 4"),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "place"), EVENT_EDITS.values(), ids=EVENT_EDITS.keys())
def test_an_edit_of_the_event_log_is_found_and_its_place_named(
    logs: Database, statements: list[str], place: str
) -> None:
    tamper(logs, *statements)
    (fault,) = events(logs).faults
    assert place in fault


def test_seals_that_were_cut_are_found_by_a_head_from_elsewhere(logs: Database) -> None:
    known = logs.read(event_seals.head)
    tamper(logs, "DELETE FROM event_seals WHERE id = 2", "DELETE FROM events WHERE id = 5")
    assert events(logs).faults == []
    assert events(logs, known).faults == ["The event log was cut: its seals cover 3 events, and the head says 5."]
    add_events(logs, 3)
    seal_all(logs)
    assert len(events(logs, known).faults) == 1


def test_a_row_that_cannot_be_read_is_a_finding(sqlite_url: str) -> None:
    database = filled(sqlite_url)
    tamper(database, "UPDATE audit SET at = 'soon' WHERE id = 3", "UPDATE events SET at = 'soon' WHERE id = 2")
    assert entries(database).faults == ["The audit log was edited: one of its entries cannot be read."]
    assert events(database).faults == ["The event log was edited: one of its events cannot be read."]
    database.close()


def test_logs_without_a_row_are_not_cut(database: Database) -> None:
    assert entries(database, Head(0, "")).faults == []
    assert events(database, Head(0, "")).faults == []
    assert str(database.read(heads)) == "--head 0: --event-head 0:"
    assert database.read(head_kept) is None


def test_the_key_is_not_in_the_database(sqlite_url: str) -> None:
    filled(sqlite_url).close()
    with open(sqlite_url.removeprefix("sqlite:///"), "rb") as file:
        assert KEY not in file.read()
