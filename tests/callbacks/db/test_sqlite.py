"""SQLite: the library with a safe WAL where there is one, and writers of one process in the order of arrival."""

from __future__ import annotations

import importlib.util
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import TimeoutError as TookTooLong

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.sqlite import JOURNAL, WAL_IS_SAFE_FROM, WriterQueue, sqlite
from callbacks.db.tables import Watermark
from tests.waiting import FAR, eventually

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def waiting(queue: WriterQueue) -> int:
    return len(queue._waiting)


def test_the_library_that_is_installed_for_it_is_the_one_that_everything_takes() -> None:
    if importlib.util.find_spec("pysqlite3") is None:
        assert sqlite is sqlite3
    else:
        assert sqlite.__name__.startswith("pysqlite3")
        assert sqlite.sqlite_version_info >= WAL_IS_SAFE_FROM


def test_where_it_is_not_installed_the_interpreters_own_is_taken() -> None:
    code = "import sys; sys.modules['pysqlite3'] = None; from callbacks.db.sqlite import sqlite; print(sqlite.__name__)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "sqlite3"


def test_a_file_has_the_journal_that_is_safe_with_this_library(sqlite_url: str) -> None:
    database = Database(sqlite_url, UNHURRIED)
    pragmas = ("journal_mode", "synchronous", "foreign_keys")
    with database.engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in pragmas]
    assert found == [JOURNAL.lower(), 2, 1]
    assert (JOURNAL == "WAL") == (sqlite.sqlite_version_info >= WAL_IS_SAFE_FROM)
    database.close()


def test_writers_have_their_turns_in_the_order_in_which_they_came() -> None:
    queue, order = WriterQueue(FAR), list[int]()

    def write(number: int) -> None:
        with queue.turn():
            order.append(number)

    with queue.turn():
        threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
        for number, thread in enumerate(threads, start=1):
            thread.start()
            eventually(lambda number=number: waiting(queue) == number, "it waits")  # type: ignore[misc]
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_a_turn_that_does_not_come_is_an_error_and_nobody_waits_behind_it() -> None:
    queue = WriterQueue(timedelta(0))
    failed = list[Exception]()

    def write() -> None:
        try:
            with queue.turn():
                raise AssertionError("It had a turn while another one wrote.")
        except TookTooLong as fault:
            failed.append(fault)

    with queue.turn():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert waiting(queue) == 0
    assert "no turn to write" in str(failed)
    with queue.turn():
        pass


def test_a_failed_writer_hands_its_turn_on() -> None:
    queue = WriterQueue(timedelta(0))
    with pytest.raises(ValueError, match="of the test"), queue.turn():
        raise ValueError("of the test")
    with queue.turn():
        pass


def test_a_writer_within_a_writer_is_refused_at_once() -> None:
    queue = WriterQueue(FAR)
    with queue.turn(), pytest.raises(RuntimeError, match="wait for itself"), queue.turn():
        pass
    with queue.turn():
        pass


def test_no_thread_of_one_process_ever_finds_the_file_locked(sqlite_url: str) -> None:
    """SQLite may wait for nobody here, so one transaction beside another one would fail."""
    database = Database(sqlite_url, replace(UNHURRIED, file_lock=timedelta(0)))
    faults, start = list[BaseException](), threading.Barrier(12)

    def write(who: int) -> None:
        try:
            start.wait()
            for n in range(10):
                database.write(lambda session, n=n: session.add(Watermark(name=f"{who} {n}", at=NOON)))  # type: ignore[misc]
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(who,)) for who in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(Watermark))) == 120
    database.close()
