"""What the tests share: a fresh database on SQLite and on PostgreSQL, migrated as the product migrates it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from hypothesis import HealthCheck, settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

from callbacks.cli.context import Compose
from callbacks.db.database import UNHURRIED, Database
from callbacks.db.migrations import migrate
from callbacks.logs import set_up_logs
from callbacks.people import passwords
from sla.zones import use_newest_rules
from tests.imap_server import ImapServer, NoImapServer, imap_server
from tests.object_store import NoObjectStore, ObjectStoreServer, object_store_server
from tests.postgres import Databases, NoPostgres, postgres_server

TEMPLATE = "desk_template"
# Where the SQL, the locks or the races are. Elsewhere the PostgreSQL variant of a test is left to `make soak`.
ON_POSTGRES_EACH_TIME = tuple(
    f"tests/{place}"
    for place in (
        *("callbacks/db/", "callbacks/inbound/", "callbacks/oncall/", "callbacks/people/", "callbacks/records/"),
        "callbacks/acts/test_joining",
        *("callbacks/backup/test_dump", "callbacks/backup/test_restore"),
        *("callbacks/acts/test_base", "callbacks/acts/test_ownership", "callbacks/reporting/test_summary"),
        *("callbacks/paging/test_outbox", "callbacks/paging/test_pages", "callbacks/paging/test_status_reports"),
        *("callbacks/paging/test_throttle", "callbacks/worker/", "ivr/twilio/", "processes/", "scenarios/"),
        "test_postgres",
    )
)

use_newest_rules()
set_up_logs()
# A property holds or does not; how long an example takes says something about the machine only.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sample", type=int, default=1, metavar="N", help="run every Nth soak test only")


@pytest.hookimpl(tryfirst=True)  # before pytest leaves out the soak tests
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("postgres") and not item.nodeid.startswith(ON_POSTGRES_EACH_TIME):
            item.add_marker("soak")
    every: int = config.getoption("--sample")
    if every == 1:
        return
    marked = [item for item in items if item.get_closest_marker("soak")]
    left_out = [item for place, item in enumerate(marked) if place % every]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


@pytest.fixture(scope="session")
def compose() -> Compose:
    """Return the function that composes the service as the process does: no test composes another one."""
    import app  # here, so that tests which need no service do not wait for its import

    return app.compose


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server with one migrated template database."""
    try:
        with postgres_server() as url:
            _admin(url, f"CREATE DATABASE {TEMPLATE}")
            template = Database(url.format(name=TEMPLATE), UNHURRIED)
            migrate(template)
            template.close()
            yield url
    except NoPostgres as why:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NO POSTGRESQL: {why} These tests only proved SQLite.")


@pytest.fixture(scope="session")
def imap() -> Iterator[ImapServer]:
    """An IMAP server. A test adds users of its own."""
    try:
        with imap_server() as server:
            yield server
    except NoImapServer as why:
        pytest.skip(f"NO IMAP SERVER: {why} Nothing was proved about reading mailboxes.")


@pytest.fixture(scope="session")
def _object_store() -> Iterator[ObjectStoreServer]:
    try:
        with object_store_server() as server:
            yield server
    except NoObjectStore as why:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NO OBJECT STORE: {why} Nothing was proved about MEDIA_URL.")


@pytest.fixture
def object_store(_object_store: ObjectStoreServer) -> ObjectStoreServer:
    """A server that speaks S3, at whose door nothing goes wrong yet. A test makes buckets of its own."""
    _object_store.door.goes_wrong(None)
    return _object_store


@pytest.fixture(scope="session", autouse=True)
def statements_are_compiled_once() -> Iterator[None]:
    """Have all engines share what SQLAlchemy compiles for them.

    Every test has a database of its own, and so an engine. To compile each statement for each of them was more than
    half of a run.
    """
    compiled: LRUCache[Any, Any] = LRUCache(5000)

    def create(*args: Any, **options: Any) -> Engine:
        return create_engine(*args, **options, execution_options={"compiled_cache": compiled})

    def is_same_kind(self: DefaultDialect, other: object) -> bool:  # the dialect is part of the cache's key
        return type(self) is type(other)

    def hash_of_kind(self: DefaultDialect) -> int:
        return hash(type(self))

    patch = pytest.MonkeyPatch()
    patch.setattr(DefaultDialect, "__eq__", is_same_kind)
    patch.setattr(DefaultDialect, "__hash__", hash_of_kind)
    for module in ("database", "sqlite"):
        patch.setattr(f"callbacks.db.{module}.create_engine", create)
    yield
    patch.undo()


class CompiledTemplates(BytecodeCache):
    """What Jinja compiled, by the text of the template."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if found := self.compiled.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def apps_are_compiled_once() -> Iterator[None]:
    """Have all apps share the code that Werkzeug makes of each route and Jinja of each template.

    Most tests compose an app of their own, and that was two thirds of what it costs. The code knows nothing of its app.
    """
    compile_builder, compiled = Rule._compile_builder, dict[tuple[object, ...], Any]()

    def compiled_once(self: Rule, append_unknown: bool = True) -> Any:
        if self.defaults:
            return compile_builder(self, append_unknown)
        key = (self.rule, tuple(self._trace), append_unknown)
        return compiled.get(key) or compiled.setdefault(key, compile_builder(self, append_unknown))

    patch = pytest.MonkeyPatch()
    patch.setattr(Rule, "_compile_builder", compiled_once)
    patch.setitem(Flask.jinja_options, "bytecode_cache", CompiledTemplates())
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly() -> None:
    """What is slow on purpose would be a quarter of the tests; `test_passwords` looks at how the service does it."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "desk.db"
    database = Database(f"sqlite:///{file}", UNHURRIED)
    migrate(database)
    database.close()
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    file = tmp_path / "desk.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def postgres_databases(postgres: str) -> Databases:
    return Databases(postgres, TEMPLATE)


@pytest.fixture
def postgres_url(postgres_databases: Databases) -> Iterator[str]:
    with postgres_databases.one() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database: every test that asks for it runs on both."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, UNHURRIED)
    yield database
    database.close()


def _admin(url: str, statement: str) -> None:
    address = url.format(name="postgres").replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
