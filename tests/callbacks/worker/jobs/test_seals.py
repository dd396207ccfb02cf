"""The worker seals events that are old enough, and logs the heads of both logs once a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from callbacks.db.database import Database
from callbacks.records import audit_log, event_seals
from callbacks.records.log_check import check_events, heads
from callbacks.worker.jobs.seals import LAG, EventSealer, log_heads
from sla.clock import MovingClock
from tests.callbacks.records.tampering import BEGAN, add_entries, add_events, filled


@pytest.fixture
def logs(database_url: str) -> Iterator[Database]:
    database = filled(database_url)
    yield database
    database.close()


def waiting(logs: Database) -> int:
    return logs.read(check_events).not_sealed


def test_an_event_is_sealed_once_every_transaction_that_began_before_it_is_over(logs: Database) -> None:
    clock = MovingClock(BEGAN)
    sealer = EventSealer(logs, clock)
    add_events(logs, 1)
    assert not sealer.run()
    add_events(logs, 1)  # not there when the sealer first looked
    clock.pass_time(LAG - timedelta(seconds=1))
    sealer.run()
    assert waiting(logs) == 2
    clock.pass_time(timedelta(seconds=1))
    sealer.run()
    assert waiting(logs) == 1
    clock.pass_time(LAG)
    sealer.run()
    assert waiting(logs) == 0
    assert logs.read(check_events).faults == []


def test_it_goes_on_at_once_while_there_are_more(logs: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_seals, "BATCH", 2)
    clock = MovingClock(BEGAN)
    sealer = EventSealer(logs, clock)
    add_events(logs, 5)
    sealer.run()
    clock.pass_time(LAG)
    assert [sealer.run(), sealer.run(), sealer.run()] == [True, True, False]
    assert waiting(logs) == 0


def test_a_clock_that_was_set_back_only_delays_it(logs: Database) -> None:
    clock = MovingClock(BEGAN)
    sealer = EventSealer(logs, clock)
    add_events(logs, 1)
    sealer.run()
    clock.pass_time(-timedelta(days=1))
    sealer.run()
    clock.pass_time(LAG)
    sealer.run()
    assert waiting(logs) == 0


def test_the_heads_are_logged_once_a_day_by_any_number_of_workers(logs: Database) -> None:
    clock, before = MovingClock(BEGAN), logs.read(heads)
    with capture_logs() as lines:
        log_heads(logs, clock)
        log_heads(logs, clock)
        clock.pass_time(timedelta(hours=23))
        add_entries(logs, "Sue", 1)
        log_heads(logs, clock)
        clock.pass_time(timedelta(hours=1))
        log_heads(logs, clock)
    after = logs.read(audit_log.head)
    assert [(line["event"], line["head"], line["event_head"]) for line in lines] == [
        ("audit log head", str(before.entries), str(before.events)),
        ("audit log head", str(after), str(before.events)),
    ]
