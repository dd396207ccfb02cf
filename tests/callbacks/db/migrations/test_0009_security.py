"""Schema 0009: technicians who were paged by the release before still are, whatever their number."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from callbacks.db.migrations import check_schema, migrate
from callbacks.db.tables import Technician
from tests.callbacks.db.migrations.earlier import database_at, insert

BEGAN = datetime(2026, 11, 20, 3, tzinfo=UTC)


def technician(name: str, number: int, first: datetime | None, second: datetime | None) -> dict[str, Any]:
    return {"name": name, "phone": f"+3314268530{number}", "second_phone": f"+3906123456{number}0", "email": "",
            "language": "en", "quiet": "", "troubles": {}, "created_at": BEGAN, "verified_at": first,
            "second_verified_at": second}  # fmt: skip


def test_verified_numbers_keep_being_paged_and_others_need_consent(database_url: str) -> None:
    database = database_at(database_url, "0008")
    people = [technician("Amy", 1, BEGAN, None), technician("Ben", 2, None, BEGAN), technician("Cleo", 3, None, None)]
    insert(database, {"technicians": people})
    migrate(database)
    check_schema(database)
    allowed = select(Technician.name, Technician.phone_allowed_by, Technician.second_phone_allowed_by)
    found = database.read(lambda session: session.execute(allowed.order_by(Technician.name)).all())
    database.close()
    before = "before the upgrade"
    assert [tuple(row) for row in found] == [("Amy", before, None), ("Ben", None, before), ("Cleo", None, None)]
