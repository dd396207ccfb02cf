"""Leases: one worker at a time works on a row, and one that comes back late changes nothing."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from callbacks.db import leases
from callbacks.db.database import Database, locked, locked_or_none
from callbacks.db.leases import BackOff, Claim
from callbacks.db.tables import CalendarSource
from callbacks.errors import NotFound
from tests.waiting import eventually

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)
SECOND = timedelta(seconds=1)


def add_rows(database: Database, count: int) -> None:
    def work(session: Session) -> None:
        for number in range(count):
            session.add(CalendarSource(layer="primary", url=f"https://{number}.test", next_action_at=NOON))

    database.write(work)


def due_at(now: datetime) -> Select[CalendarSource]:
    due = select(CalendarSource).where(CalendarSource.next_action_at <= now)
    return due.order_by(CalendarSource.next_action_at, CalendarSource.id)


def claim(database: Database, now: datetime, limit: int = 1) -> list[Claim[CalendarSource]]:
    def work(session: Session) -> list[Claim[CalendarSource]]:
        rows = leases.claim(session, CalendarSource, due_at(now), LEASE, now, limit)
        return [leases.claim_on(row) for row in rows]

    return database.write(work)


def store(database: Database, held: Claim[CalendarSource], result: str, again_at: datetime) -> bool:
    """Store a result, if the claim still holds; return whether it did."""

    def work(session: Session) -> bool:
        row = leases.held(session, held)
        if row is not None:
            row.trouble, row.next_action_at = result, again_at
        return row is not None

    return database.write(work)


def results(database: Database) -> list[str]:
    query = select(CalendarSource.trouble).order_by(CalendarSource.id)
    return database.read(lambda session: list(session.scalars(query)))


def test_rows_are_claimed_in_the_order_of_the_query_up_to_a_limit(database: Database) -> None:
    add_rows(database, 5)
    assert [c.key for c in claim(database, NOON, 2)] == [1, 2]
    assert [c.key for c in claim(database, NOON, 9)] == [3, 4, 5]
    assert claim(database, NOON, 9) == []


def test_what_is_not_due_is_not_claimed(database: Database) -> None:
    add_rows(database, 1)
    assert claim(database, NOON - SECOND) == []


def test_a_claimed_row_is_free_when_its_lease_has_run_out(database: Database) -> None:
    add_rows(database, 1)
    (first,) = claim(database, NOON)
    assert claim(database, NOON + LEASE - SECOND) == []
    (second,) = claim(database, NOON + LEASE)
    assert (second.key, second.token) == (first.key, first.token + 1)


def test_an_old_token_changes_nothing_before_and_after_the_other_is_done(database: Database) -> None:
    add_rows(database, 1)
    (frozen,) = claim(database, NOON)
    (current,) = claim(database, NOON + LEASE)
    assert not store(database, frozen, "old", NOON)
    assert results(database) == [""]
    assert store(database, current, "new", NOON + 2 * LEASE)
    assert not store(database, frozen, "old", NOON)
    assert results(database) == ["new"]


def test_a_row_that_is_gone_is_not_held(database: Database) -> None:
    add_rows(database, 1)
    (claimed,) = claim(database, NOON)
    database.write(lambda session: session.delete(session.get_one(CalendarSource, claimed.key)))
    assert not store(database, claimed, "late", NOON)


def test_concurrent_workers_never_claim_the_same_row(database: Database) -> None:
    add_rows(database, 60)
    barrier, claims, faults = threading.Barrier(4), list[Claim[CalendarSource]](), list[BaseException]()

    def run(seed: int) -> None:
        draw = random.Random(seed)
        barrier.wait()
        try:
            while found := claim(database, NOON, draw.randint(1, 5)):
                claims.extend(found)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    # A claimer that found every due row locked by others may stop early; nothing is lost by that.
    claims += claim(database, NOON, 60)
    assert sorted(held.key for held in claims) == list(range(1, 61))


@pytest.mark.parametrize("seed", range(12))
def test_only_the_last_worker_to_claim_a_row_can_store_its_result(sqlite_url: str, seed: int) -> None:
    """Workers claim, freeze, come back and store, in any order, while time passes."""
    database, draw, now = Database(sqlite_url), random.Random(seed), NOON
    add_rows(database, 3)
    claims = list[Claim[CalendarSource]]()
    last = dict[int, Claim[CalendarSource]]()
    expected = {1: "", 2: "", 3: ""}
    for step in range(60):
        match draw.choice(["claim", "claim", "store", "store", "wait"]):
            case "claim":
                found = claim(database, now, draw.randint(1, 3))
                claims += found
                last |= {held.key: held for held in found}
            case "store" if claims:
                held = draw.choice(claims)
                stored = store(database, held, f"step {step}", now + draw.randint(0, 40) * SECOND)
                assert stored is (held == last[held.key])
                expected |= {held.key: f"step {step}"} if stored else {}
            case "wait":
                now += draw.randint(1, 40) * SECOND
    assert results(database) == list(expected.values())
    database.close()


def test_a_row_that_is_locked_is_skipped_or_waited_for(postgres_url: str) -> None:
    database = Database(postgres_url)
    add_rows(database, 1)
    is_locked, may_end = threading.Event(), threading.Event()

    def lock_it(session: Session) -> None:
        row = locked(session, CalendarSource, 1)
        row.trouble = "changed"
        is_locked.set()
        may_end.wait(10)

    holder = threading.Thread(target=lambda: database.write(lock_it))
    holder.start()
    is_locked.wait(10)
    skipped = database.write(lambda session: locked_or_none(session, CalendarSource, 1, skip_locked=True))
    threading.Timer(0.2, may_end.set).start()
    waited_for = database.write(lambda session: locked(session, CalendarSource, 1))
    holder.join()
    assert skipped is None
    assert waited_for.trouble == "changed"
    database.close()


def test_locking_a_row_reads_it_again(database: Database) -> None:
    add_rows(database, 1)

    def work(session: Session) -> str:
        session.get_one(CalendarSource, 1)
        session.connection().exec_driver_sql("UPDATE calendar_sources SET trouble = 'changed' WHERE id = 1")
        return locked(session, CalendarSource, 1).trouble

    assert database.write(work) == "changed"


def test_a_row_that_is_not_there_cannot_be_locked(database: Database) -> None:
    assert database.write(lambda session: locked_or_none(session, CalendarSource, 7)) is None
    with pytest.raises(NotFound):
        database.write(lambda session: locked(session, CalendarSource, 7))


@pytest.mark.parametrize(("tries", "seconds"), [(0, 5), (1, 5), (2, 10), (3, 20), (4, 40), (5, 60), (6, 60), (999, 60)])
def test_a_pause_doubles_up_to_its_limit(tries: int, seconds: int) -> None:
    assert BackOff(first=5 * SECOND, longest=60 * SECOND).after(tries) == seconds * SECOND


def test_a_lease_is_renewed_while_the_work_goes_on_and_not_afterwards() -> None:
    renewals = [0]

    def renew() -> bool:
        renewals[0] += 1
        if renewals[0] == 1:
            raise OSError("the database is away")
        return True

    with capture_logs() as logs, leases.renewed(timedelta(milliseconds=1), renew):
        eventually(lambda: renewals[0] > 2, "two renewals after one that failed")
    assert [line["event"] for line in logs] == ["a lease could not be renewed; it is tried again"]
    assert "lease" not in {thread.name for thread in threading.enumerate()}


def test_a_lease_that_is_lost_is_not_renewed() -> None:
    renewals = list[bool]()

    def renew() -> bool:
        renewals.append(True)
        return False

    with leases.renewed(timedelta(milliseconds=1), renew):
        eventually(lambda: "lease" not in {thread.name for thread in threading.enumerate()}, "the end of the renewals")
    assert len(renewals) == 1
