"""SQLite: which library, which journal, and one writer at a time in the order of arrival."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import TimeoutError as TookTooLong

from callbacks.private_files import make_private_folder

__all__ = ["JOURNAL", "WAL_IS_SAFE_FROM", "WriterQueue", "sqlite", "sqlite_engine"]

# The interpreter's own SQLite may be old (Debian 12: 3.40). One process must not open a file with two libraries: when
# one of them closes it, the operating system drops the locks of the other. So everything takes this one.
try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # no wheel for this machine, such as Linux on ARM
    import sqlite3 as sqlite

# Before this version, two connections that commit at the same time can corrupt a WAL file (sqlite.org, 2026-03).
WAL_IS_SAFE_FROM = (3, 51, 3)
JOURNAL = "WAL" if sqlite.sqlite_version_info >= WAL_IS_SAFE_FROM else "TRUNCATE"


class WriterQueue:
    """The threads of this process that want to write: one writes, the others wait in the order in which they came.

    Without it they would all poll SQLite's lock. Who gets it then is chance, and under load some wait until they fail.
    """

    def __init__(self, longest: timedelta) -> None:
        """Nobody waits longer than `longest`."""
        self._longest = longest
        self._lock = threading.Lock()
        self._waiting = deque[threading.Lock]()
        self._writer: int | None = None  # the thread that writes, or that was handed the turn

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for this thread's turn and keep it. Raise SQLAlchemy's TimeoutError if it does not come."""
        self._wait()
        try:
            yield
        finally:
            self._hand_on()

    def _wait(self) -> None:
        me = threading.get_ident()
        with self._lock:
            if self._writer is None:
                self._writer = me
                return
            if self._writer == me:
                raise RuntimeError("A transaction that writes began another one that writes: it would wait for itself.")
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        came = called.acquire(timeout=self._longest.total_seconds())
        with self._lock:
            if not came and called in self._waiting:
                self._waiting.remove(called)
                raise TookTooLong(f"The database was busy: no turn to write came within {self._longest}.")
            self._writer = me

    def _hand_on(self) -> None:
        with self._lock:
            self._writer = None
            if self._waiting:
                self._writer = 0  # taken, by a thread that does not run yet
                self._waiting.popleft().release()


def sqlite_engine(url: str, file_lock: timedelta, pool: dict[str, Any]) -> Engine:
    """Return an engine for an SQLite file. `file_lock` is how long a transaction waits for one of another process."""
    file = make_url(url).database
    if file and file != ":memory:":
        make_private_folder(Path(file).parent)
    engine = create_engine(
        url,
        module=sqlite,
        hide_parameters=True,
        connect_args={"timeout": file_lock.total_seconds(), "check_same_thread": False},
        **pool,
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver opens no transactions of its own
        for pragma in ("foreign_keys=ON", f"journal_mode={JOURNAL}", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A plain BEGIN that reads first and writes later would fail at once if another connection wrote in between.
        reads_only = connection.get_execution_options().get("reads_only", False)
        connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    return engine
