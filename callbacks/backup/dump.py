"""A copy of the database in one file, made while the service runs, and the database made from such a file.

SQLite copies itself page by page (its online backup). PostgreSQL is copied by its own `pg_dump`, in its custom format.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, inspect, make_url, text
from sqlalchemy.pool import NullPool

from callbacks.db.database import Database
from callbacks.db.sqlite import sqlite
from callbacks.db.tables import Base
from callbacks.errors import BrokenBackup

Environ = Mapping[str, str]
NO_ENVIRON: Environ = {"PATH": os.defpath}
SQLITE, POSTGRES = "sqlite", "postgresql"
PAGES_AT_ONCE = 2000  # of SQLite; between two steps, others may write
MOST_STARTS = 3
VERSION_TABLE = "alembic_version"
# The parameters of a URL that PostgreSQL's programs read from the environment.
IN_ENVIRONMENT = {
    "host": "PGHOST",
    "port": "PGPORT",
    "password": "PGPASSWORD",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


@dataclass(frozen=True)
class Dump:
    """What a dump contains."""

    schema: str  # the revision, "" for none
    counts: Mapping[str, int]  # rows of each table


def kind_of(url: str) -> str:
    """Return "sqlite" or "postgresql"."""
    return make_url(url).get_backend_name()


def dump(url: str, file: Path, environ: Environ = NO_ENVIRON) -> Dump:
    """Copy the database into a new file, as it is at one instant. Raise BrokenBackup."""
    return _dump_sqlite(url, file) if kind_of(url) == SQLITE else _dump_postgres(url, file, environ)


def look_into(kind: str, file: Path) -> Dump | None:
    """Return what the dump in a file contains; None where only a server could say. Raise BrokenBackup if it is broken.

    A dump of SQLite is checked page by page, and its rows are counted. PostgreSQL's is read through to its end.
    """
    if kind == POSTGRES:
        _run_program("pg_restore", NO_ENVIRON, "--file", os.devnull, str(file))
        return None
    with closing(sqlite.connect(f"file:{file}?mode=ro&immutable=1", uri=True)) as connection:
        try:
            faults = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            if faults != ["ok"]:
                raise BrokenBackup(f"The copy of the database is damaged: {faults[0]}.")
            return _content_of_sqlite(connection)
        except sqlite.DatabaseError as fault:
            raise BrokenBackup(f"The copy of the database cannot be read: {fault}.") from None


def load(url: str, file: Path, environ: Environ = NO_ENVIRON) -> None:
    """Replace the database by the dump in a file, all of it or nothing. Raise BrokenBackup."""
    if kind_of(url) == POSTGRES:
        _load_postgres(url, file, environ)
        return
    with closing(sqlite.connect(file)) as source, closing(sqlite.connect(file_of(url))) as target:
        try:
            source.backup(target)
        except sqlite.Error as fault:
            raise BrokenBackup(f"The database could not be replaced: {fault}. Stop the service first.") from None


def rows_in(database: Database) -> int:
    """Return how many rows the tables of the desk have, 0 where there are no tables."""
    with database.engine.connect() as connection:
        return sum(_counts(connection).values())


# SQLite


def file_of(url: str) -> str:
    """Return the file of an SQLite database. Raise BrokenBackup if it has none."""
    file = make_url(url).database
    if not file or file == ":memory:":
        raise BrokenBackup("A database in memory cannot be backed up. Set DATABASE_URL.")
    return file


def _dump_sqlite(url: str, file: Path) -> Dump:
    with (
        closing(sqlite.connect(f"file:{file_of(url)}?mode=ro", uri=True)) as source,
        closing(sqlite.connect(file)) as target,
    ):
        _copy_sqlite(source, target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, complete by itself
        return _content_of_sqlite(target)


def _copy_sqlite(source: Any, target: Any) -> None:
    """Copy a database while others write to it.

    With a write-ahead log, they do so beside a reader. Otherwise a reader holds up whoever writes, so the copy is made
    in short steps; it starts again when somebody wrote in between, and is made in one step when that goes on.
    """
    if source.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        source.backup(target)
        return
    steps = _Steps()
    try:
        source.backup(target, pages=PAGES_AT_ONCE, progress=steps.note, sleep=0.01)
    except _NeverDone:
        source.backup(target)


class _NeverDone(Exception):
    """The copy started again too often."""


class _Steps:
    """Counts how often a copy has started again: then more is left than after the step before."""

    def __init__(self) -> None:
        self._left, self._starts = sys.maxsize, 0

    def note(self, _status: int, left: int, _all: int) -> None:
        self._starts += left >= self._left
        self._left = left
        if self._starts > MOST_STARTS:
            raise _NeverDone


def _content_of_sqlite(connection: Any) -> Dump:
    tables = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    counts = {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - names from SQLite
        for name in sorted(tables)
        if name != VERSION_TABLE and not name.startswith("sqlite_")
    }
    found = (
        connection.execute("SELECT version_num FROM alembic_version").fetchone() if VERSION_TABLE in tables else None
    )
    return Dump(str(found[0]) if found else "", counts)


# PostgreSQL


def _dump_postgres(url: str, file: Path, environ: Environ) -> Dump:
    """Count and dump in one snapshot, so that the counts are those of the dump."""
    with _snapshot(url) as (connection, snapshot):
        counts = _counts(connection)
        schema = connection.scalar(text("SELECT version_num FROM alembic_version"))
        arguments = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}")
        _run_program("pg_dump", {**environ, **_environment(url)}, *arguments, *_address(url))
    return Dump(str(schema or ""), counts)


@contextmanager
def _snapshot(url: str) -> Iterator[tuple[Connection, str]]:
    """Give a transaction that lasts as long as the dump takes, and the name of what it sees."""
    address = make_url(url)
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    engine = create_engine(address, poolclass=NullPool, isolation_level="REPEATABLE READ", hide_parameters=True)
    with engine.connect() as connection, connection.begin():
        for limit in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = 0"))
        yield connection, str(connection.scalar(text("SELECT pg_export_snapshot()")))
    engine.dispose()


def _load_postgres(url: str, file: Path, environ: Environ) -> None:
    arguments = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    _run_program("pg_restore", {**environ, **_environment(url)}, *arguments, *_address(url), str(file))


def _address(url: str) -> tuple[str, ...]:
    """Return the options that name database and user. The rest, and above all the password, is in the environment."""
    address = make_url(url)
    user = (f"--username={address.username}",) if address.username else ()
    return ("--no-password", *user, f"--dbname={address.database or ''}")


def _environment(url: str) -> dict[str, str]:
    address: URL = make_url(url)
    asked = {name: str(value) for name, value in address.query.items()}
    given = {"host": address.host, "port": address.port, "password": address.password, **asked}
    return {IN_ENVIRONMENT[name]: str(value) for name, value in given.items() if value and name in IN_ENVIRONMENT}


def _run_program(name: str, environment: Mapping[str, str], *arguments: str) -> None:
    program = shutil.which(name)
    if program is None:
        raise BrokenBackup(
            f"{name} is not on the PATH. Install PostgreSQL's client programs (Debian: postgresql-client)."
        )
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program; nothing goes through a shell
        [program, *arguments], env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[0]
        raise BrokenBackup(f"{name} failed: {said}.")


# Both


def _counts(connection: Connection) -> dict[str, int]:
    there = set(_tables(connection))
    names = sorted(table.name for table in Base.metadata.sorted_tables if table.name in there)
    return {
        name: int(connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0)  # noqa: S608 - our own tables
        for name in names
    }


def _tables(connection: Connection) -> list[str]:
    return list(inspect(connection).get_table_names())
