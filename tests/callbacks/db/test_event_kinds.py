"""The kinds of events: what the database holds is short, distinct, and includes all that the migrations write."""

from __future__ import annotations

import importlib

from sqlalchemy import String

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.tables import Event

MIGRATION = importlib.import_module("callbacks.db.migrations.versions.0005_event_kinds")


def test_the_value_of_a_kind_is_its_name_in_lower_case() -> None:
    assert [kind.value for kind in EventKind] == [kind.name.lower() for kind in EventKind]


def test_every_kind_fits_into_its_column() -> None:
    column = Event.__table__.c.kind.type
    assert isinstance(column, String)
    assert max(len(kind.value) for kind in EventKind) <= (column.length or 0)


def test_every_kind_that_the_migration_writes_exists() -> None:
    written = {*MIGRATION.KINDS.values(), *MIGRATION.MENU_CHOICES.values(), "step", "other"}
    assert written <= {kind.value for kind in EventKind}


def test_an_actor_reads_as_what_its_column_holds() -> None:
    assert [str(actor) for actor in Actor] == ["caller", "desk", "carrier"]
