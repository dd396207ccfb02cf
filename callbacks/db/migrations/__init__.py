"""The schema, step by step. Every start checks that the database is at the step that this release works with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from callbacks.db.database import Database
from callbacks.errors import UnknownSchema


def migrate(database: Database, step: str = "head") -> None:
    """Bring the database to the newest step, or to a certain one, all of it or nothing."""
    config = _config()
    with database.engine.connect() as connection, _tables_made_anew(connection), connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, step)


@contextmanager
def _tables_made_anew(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by making it anew; foreign keys would keep the old one from being dropped meanwhile.

    They can be switched off outside a transaction only.
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
    """Raises UnknownSchema when this release and the database do not belong together."""
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if found != wanted:
        raise UnknownSchema(
            f"The database is at schema {found or 'nothing yet'}, this release works with {wanted}. "
            "Run: python app.py migrate."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
