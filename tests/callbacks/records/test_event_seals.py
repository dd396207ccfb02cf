"""Seals over events: each new event once, in the order of the ids, in batches, by any number of workers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.tables import EventSeal
from callbacks.records import event_seals
from callbacks.records.event_seals import head, highest_event_id, latest_seal, seal_events
from callbacks.records.log_check import check_events
from tests.callbacks.records.tampering import BEGAN, add_entries, add_events, filled


@pytest.fixture
def logs(database_url: str) -> Database:
    return filled(database_url)


def seals(database: Database) -> list[tuple[int, int, int]]:
    query = select(EventSeal.last_event_id, EventSeal.events, EventSeal.entries).order_by(EventSeal.id)
    rows = database.read(lambda session: session.execute(query).all())
    return [(last, events, entries) for last, events, entries in rows]


def test_a_seal_covers_what_is_new_and_nothing_makes_no_seal(logs: Database) -> None:
    assert seals(logs) == [(3, 3, 5), (5, 5, 5)]
    assert not logs.write(lambda session: seal_events(session, highest_event_id(session), BEGAN))
    assert seals(logs) == [(3, 3, 5), (5, 5, 5)]
    last = logs.read(latest_seal)
    assert last is not None
    assert logs.read(head).seal == last.seal
    logs.close()


def test_nothing_beyond_an_id_is_sealed(logs: Database) -> None:
    add_events(logs, 3)
    logs.write(lambda session: seal_events(session, 7, BEGAN))
    assert seals(logs)[-1] == (7, 7, 5)
    assert logs.read(check_events).not_sealed == 1
    logs.close()


def test_entries_of_the_audit_log_alone_make_a_seal_too(logs: Database) -> None:
    add_entries(logs, "Sue", 2)
    logs.write(lambda session: seal_events(session, highest_event_id(session), BEGAN))
    assert seals(logs)[-1] == (5, 5, 7)
    assert logs.read(check_events).faults == []
    logs.close()


def test_many_events_are_sealed_in_batches(logs: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_seals, "BATCH", 2)
    add_events(logs, 5)
    more = [logs.write(lambda session: seal_events(session, highest_event_id(session), BEGAN)) for _ in range(3)]
    assert more == [True, True, False]
    assert seals(logs)[2:] == [(7, 7, 5), (9, 9, 5), (10, 10, 5)]
    assert logs.read(check_events).faults == []
    logs.close()


def test_several_workers_seal_each_event_once(logs: Database) -> None:
    add_events(logs, 4)

    def seal(_: int) -> bool:
        return logs.write(lambda session: seal_events(session, highest_event_id(session), BEGAN))

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(seal, range(8))) == [False] * 8
    assert seals(logs)[2:] == [(9, 9, 5)]
    assert logs.read(check_events).faults == []
    logs.close()


def test_a_desk_without_events_has_no_seal(database: Database) -> None:
    assert database.read(highest_event_id) == 0
    assert not database.write(lambda session: seal_events(session, 0, BEGAN))
    assert seals(database) == []
