"""Migrations of the schema. Each start checks that the database has the schema of this release."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from callbacks.db.database import Database
from callbacks.errors import UnknownSchema


def migrate(database: Database, revision: str = "head") -> None:
    """Migrate the database to a revision, by default the newest, in one transaction."""
    if revision == "head" and _schema_of(database) == _newest_schema():
        return
    config = _config()
    with database.engine.connect() as connection, _without_foreign_keys(connection), connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Switch off SQLite's foreign keys: it alters a table by copying it, and they would stop the old one's removal.

    They can only be switched off outside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def check_schema(database: Database) -> None:
    """Raise UnknownSchema unless the database has the schema of this release."""
    found, wanted = _schema_of(database), _newest_schema()
    if found != wanted:
        has = f"has schema {found}" if found else "is empty"
        raise UnknownSchema(f"The database {has}; this release needs schema {wanted}. Run: python app.py migrate.")


def _schema_of(database: Database) -> str | None:
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache  # the scripts are part of the release
def _newest_schema() -> str | None:
    return _scripts().get_current_head()


def is_known(revision: str) -> bool:
    """Return whether this release can upgrade a database with this schema; "" is none at all."""
    return not revision or any(revision == each.revision for each in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
