"""The database: one way to read, one way to write, on SQLite and on PostgreSQL alike.

A transaction is a function of a session, because it may run again: after a deadlock, a lost connection or a busy
database it starts from its beginning. SQL never calls now(): instants are bound.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import structlog
from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session, sessionmaker
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.types import TypeDecorator

from callbacks.db.sqlite import WriterQueue, sqlite_engine
from callbacks.errors import NotFound

T = TypeVar("T")
Row = TypeVar("Row", bound=DeclarativeBase)
log = structlog.get_logger(__name__)

TRIES = 4
POOLED, MOST = 12, 32  # connections kept open, and open at once: one for every thread of a web server
AUDIT_KEY = "audit key"  # in the info of a session
# Deadlock, serialization failure, lock not available, and a server that is shutting down or starting.
TRANSIENT_SQLSTATES = {"40P01", "40001", "55P03", "57P01", "57P02", "57P03", "57014", "08006", "08001", "08003"}

# Classes of SQLSTATE whose first line names tables and settings, but never the values of a row.
QUOTES_NO_VALUES = {"08", "25", "28", "3D", "40", "42", "53", "55", "57", "P0"}


@dataclass(frozen=True)
class Limits:
    """How long the database may take, in real time, before a transaction fails."""

    connection: timedelta = timedelta(seconds=3)  # to connect, or until a connection of the pool is free
    lock: timedelta = timedelta(seconds=3)  # PostgreSQL: held by another transaction
    file_lock: timedelta = timedelta(seconds=4)  # SQLite: while another process writes
    turn: timedelta = timedelta(seconds=10)  # SQLite: while other threads of this process write
    statement: timedelta = timedelta(seconds=8)
    idle_in_transaction: timedelta = timedelta(seconds=15)
    network: timedelta = timedelta(seconds=10)  # until a server that acknowledges no packet counts as gone


PRODUCTION = Limits()
FAR = timedelta(hours=1)
UNHURRIED = Limits(FAR, FAR, FAR, FAR, FAR, FAR, FAR)  # for tests and rehearsals, where a slow machine must not matter


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant. A naive one is refused, because it would silently come back hours off."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone; the database keeps aware instants only.")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """The database of the desk."""

    def __init__(self, url: str, limits: Limits = PRODUCTION, audit_key: bytes | None = None) -> None:
        """Each session carries the key that seals both logs. Without a key, a random one is used."""
        self.engine, self._limits = engine_for(url, limits), limits
        self._audit_key = audit_key or secrets.token_bytes(32)
        info = {AUDIT_KEY: self._audit_key}
        readers = self.engine.execution_options(reads_only=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, info=info)
        self._readers = sessionmaker(readers, expire_on_commit=False, info=info)
        self._writers = WriterQueue(limits.turn) if self.engine.dialect.name == "sqlite" else None
        self.writes_end_with: Callable[[Session], None] | None = None  # such as a function that writes the audit log
        self._watching = threading.Lock()
        self._watcher: list[PoolProxiedConnection] = []  # one at most; a list, so that `without` shares it

    def beside(self, url: str) -> Database:
        """Return another database with the same key, and the same end of each transaction that writes."""
        other = Database(url, self._limits, self._audit_key)
        other.writes_end_with = self.writes_end_with
        return other

    def without(self, *hidden: LoaderCriteriaOption) -> Database:
        """Return the same database for those who are not to see some rows: their queries have these criteria too."""
        view = copy(self)
        view._sessions, view._readers = sessionmaker(**self._sessions.kw), sessionmaker(**self._readers.kw)
        for sessions in (view._sessions, view._readers):
            event.listen(sessions, "do_orm_execute", partial(_leave_out, hidden))
        return view

    def write(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and return its result. After a transient error it runs again from its start."""

        def work_and_last(session: Session) -> T:
            done = work(session)
            if self.writes_end_with is not None:
                self.writes_end_with(session)
            return done

        with self._writers.turn() if self._writers else nullcontext():
            return self._run(self._sessions, work_and_last)

    def read(self, work: Callable[[Session], T]) -> T:
        """Run `work` in a transaction that only reads, and return its result."""
        return self._run(self._readers, work)

    def snapshot(self) -> object:
        """Return a value that stays equal while nobody changes the database. It is cheap to ask for."""
        if self.engine.dialect.name != "sqlite":
            return self.read(lambda session: session.scalar(text("SELECT pg_current_snapshot()::text")))
        with self._watching:
            if not self._watcher:  # a connection of its own: SQLite says what others changed since it last asked
                self._watcher.append(self.engine.raw_connection())
                self._watcher[0].detach()
            cursor = self._watcher[0].cursor()
            try:
                return cursor.execute("PRAGMA data_version").fetchone()
            finally:
                cursor.close()

    def _run(self, sessions: sessionmaker[Session], work: Callable[[Session], T]) -> T:
        for left in reversed(range(TRIES)):
            try:
                with sessions.begin() as session:
                    return work(session)
            except DBAPIError as error:
                if not left or not is_transient(error):
                    raise
                log.info("a transaction runs again", cause=type(error.orig).__name__)
                time.sleep(0.05 * (TRIES - left))
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Close all connections."""
        with self._watching:
            while self._watcher:
                self._watcher.pop().close()
        self.engine.dispose()


def _leave_out(hidden: Sequence[LoaderCriteriaOption], state: ORMExecuteState) -> None:
    if state.is_select and not state.is_column_load and not state.is_relationship_load:
        state.statement = state.statement.options(*hidden)


def is_transient(error: DBAPIError) -> bool:
    """Return whether the same transaction may succeed if it runs again."""
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return state in TRANSIENT_SQLSTATES
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def engine_for(url: str, limits: Limits = PRODUCTION) -> Engine:
    """Return an engine for a database URL, with limits on how long anything waits for the database."""
    address = make_url(url)
    pool = {
        "pool_size": POOLED,
        "max_overflow": MOST - POOLED,
        "pool_timeout": limits.connection.total_seconds(),
    }
    if address.get_backend_name() == "sqlite":
        return sqlite_engine(url, limits.file_lock, pool)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    server_settings = {
        "statement_timeout": _milliseconds(limits.statement),
        "lock_timeout": _milliseconds(limits.lock),
        "idle_in_transaction_session_timeout": _milliseconds(limits.idle_in_transaction),
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in server_settings.items())
    engine = create_engine(
        address,
        hide_parameters=True,
        pool_pre_ping=True,
        **pool,
        connect_args={
            "connect_timeout": int(limits.connection.total_seconds()),
            "options": options,
            "tcp_user_timeout": _milliseconds(limits.network),
        },
    )
    event.listen(engine, "handle_error", _without_values)
    return engine


def _without_values(context: ExceptionContext) -> None:
    """Remove the values of rows from a PostgreSQL error, which quotes them ("Key (email)=(...) already exists").

    SQLAlchemy's own error repeats its message, and a log shows both.
    """
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    diagnosis: Any = getattr(error, "diag", None)
    if getattr(diagnosis, "sqlstate", None) is None:  # such as a server that cannot be reached
        return
    told = ["table_name", "column_name", "constraint_name"]
    if diagnosis.sqlstate[:2] in QUOTES_NO_VALUES:
        told = ["message_primary"]
    named = [getattr(diagnosis, each) for each in told]
    words = f"{type(error).__name__} (SQLSTATE {diagnosis.sqlstate}): {' '.join(filter(None, named))}"
    error.args = (words,)
    if wrapped is not None:
        wrapped.args = (words,)


def _milliseconds(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def locked(session: Session, model: type[Row], key: object) -> Row:
    """Return a row as it is now, locked until the transaction ends. Raise NotFound."""
    found = locked_or_none(session, model, key)
    if found is None:
        raise NotFound(f"There is no such {model.__name__.lower()}.")
    return found


def locked_or_none(session: Session, model: type[T], key: object, *, skip_locked: bool = False) -> T | None:
    """Return a row as it is now, locked until the transaction ends, or None where there is none.

    With `skip_locked`, None too for a row that another transaction has locked; otherwise this waits for it.
    """
    lock = {"of": model, "skip_locked": skip_locked}
    return session.get(model, key, with_for_update=lock, populate_existing=True)


def lock_name(session: Session, name: str) -> None:
    """Lock a name until the transaction ends: another transaction that locks the same one waits.

    SQLite has one writing transaction at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def insert_once(session: Session, row: type[DeclarativeBase], **values: Any) -> bool:
    """Insert a row unless one with the same key exists. Return whether it was inserted.

    Of two transactions with the same key at the same time, the second waits for the first and then finds its row.
    """
    insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
    done = session.execute(insert(row).values(**values).on_conflict_do_nothing().returning(*inspect(row).primary_key))
    return done.first() is not None
