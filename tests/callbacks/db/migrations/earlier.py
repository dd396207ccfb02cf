"""Databases of earlier releases, for tests of the migrations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, MetaData, inspect

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.migrations import migrate

Rows = Mapping[str, Iterable[Mapping[str, Any]]]


def database_at(url: str, revision: str) -> Database:
    """Return an empty database with the schema of a revision, in place of what was there."""
    database = Database(url, UNHURRIED)
    with database.engine.begin() as connection:
        _drop_everything(connection)
    migrate(database, revision)
    return database


def insert(database: Database, rows: Rows) -> None:
    """Insert rows by table, into the schema that the database has now. Give every row of a table the same columns."""
    schema = schema_of(database)
    with database.engine.begin() as connection:
        for table in schema.sorted_tables:
            if table.name in rows:
                connection.execute(table.insert(), list(rows[table.name]))


def schema_of(database: Database) -> MetaData:
    """Return the tables that the database has now, without Alembic's own."""
    schema = MetaData()
    schema.reflect(database.engine, only=lambda name, _: name != "alembic_version")
    return schema


def _drop_everything(connection: Connection) -> None:
    cascade = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for table in reversed(inspect(connection).get_table_names()):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}{cascade}")
