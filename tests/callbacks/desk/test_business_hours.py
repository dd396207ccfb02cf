"""Closures, openings and changed holidays: what a supervisor decides, over the hours of the desk file."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk import business_hours
from callbacks.desk.desk_file import read_desk
from callbacks.errors import NotFound, WrongState

DESK = read_desk(Path("support.toml"))
CHRISTMAS = date(2026, 12, 25)
INVENTORY = date(2026, 12, 10)  # a Thursday


def is_open(database: Database, text: str) -> bool:
    at = DESK.instant(text)
    return database.read(lambda session: business_hours.support_hours(session, DESK)).is_open(at)


def span(text: str, hours: int) -> tuple[datetime, datetime]:
    starts_at = DESK.instant(text)
    return starts_at, starts_at + timedelta(hours=hours)


def test_without_decisions_the_hours_are_those_of_the_desk_file(database: Database) -> None:
    hours = database.read(lambda session: business_hours.support_hours(session, DESK))
    assert hours == DESK.regular_hours


def test_a_closure_and_an_opening_hold_until_they_are_removed(database: Database) -> None:
    def work(session: Session) -> None:
        business_hours.add_closure(session, *span("2026-12-10T12:00", 2), "Team lunch", "Repas")
        business_hours.add_closure(session, *span("2026-12-12T10:00", 2), "Migration", "Migration", opens=True)

    database.write(work)
    assert not is_open(database, "2026-12-10T13:00")
    assert is_open(database, "2026-12-12T11:00")
    rows = database.read(lambda session: business_hours.closures_of(session, 2026, DESK.zone))
    assert [row.reason_en for row in rows] == ["Team lunch", "Migration"]
    for row in rows:
        database.write(lambda session, number=row.id: business_hours.remove_closure(session, number))  # type: ignore[misc]
    assert is_open(database, "2026-12-10T13:00")
    with pytest.raises(NotFound, match="does not exist any more"):
        database.write(lambda session: business_hours.remove_closure(session, rows[0].id))


def test_a_closure_over_new_year_belongs_to_both_years(database: Database) -> None:
    closure = span("2026-12-31T12:00", 48)
    database.write(lambda session: business_hours.add_closure(session, *closure, "Year end", "Fin d'année"))
    for year, count in ((2025, 0), (2026, 1), (2027, 1), (2028, 0)):
        found = database.read(lambda session, y=year: business_hours.closures_of(session, y, DESK.zone))  # type: ignore[misc]
        assert len(found) == count


def test_a_closure_that_ends_before_it_begins_is_refused(database: Database) -> None:
    ends_at, starts_at = span("2026-12-10T12:00", 2)
    with pytest.raises(WrongState, match="ends before it begins"):
        database.write(lambda session: business_hours.add_closure(session, starts_at, ends_at, "Lunch", "Repas"))


def test_a_holiday_is_removed_added_and_restored(database: Database) -> None:
    assert not is_open(database, "2026-12-25T10:00")
    database.write(lambda session: business_hours.remove_holiday(session, CHRISTMAS))
    assert is_open(database, "2026-12-25T10:00")
    database.write(lambda session: business_hours.add_holiday(session, INVENTORY, "Inventory", "Inventaire"))
    assert not is_open(database, "2026-12-10T10:00")
    changes = database.read(lambda session: business_hours.holiday_changes(session, 2026))
    assert [(row.day, row.struck) for row in changes] == [(INVENTORY, False), (CHRISTMAS, True)]
    database.write(lambda session: business_hours.undo_holiday_change(session, CHRISTMAS))
    assert not is_open(database, "2026-12-25T10:00")
    with pytest.raises(NotFound, match="was not changed"):
        database.write(lambda session: business_hours.undo_holiday_change(session, CHRISTMAS))


def test_the_last_change_of_a_day_replaces_the_one_before(database: Database) -> None:
    database.write(lambda session: business_hours.add_holiday(session, INVENTORY, "Inventory", "Inventaire"))
    database.write(lambda session: business_hours.remove_holiday(session, INVENTORY))
    assert is_open(database, "2026-12-10T10:00")
    assert len(database.read(lambda session: business_hours.holiday_changes(session, 2026))) == 1
