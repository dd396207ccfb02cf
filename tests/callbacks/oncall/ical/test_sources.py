"""Shifts that are imported from somebody else's calendar."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import CalendarSource, ShiftRow
from callbacks.errors import NotFound, WrongState
from callbacks.oncall import store
from callbacks.oncall.ical import sources
from callbacks.oncall.ical.parse import FoundShift
from tests.callbacks.oncall.rota import DESK, NOW

NIGHT = NOW + timedelta(hours=8), NOW + timedelta(hours=20)
ADDRESS = "https://cal.example.com/secret.ics"


def imported(rota: Database, *titles: str) -> sources.Imported:
    def work(session: Session) -> sources.Imported:
        source = sources.add_source(session, DESK, "backup", ADDRESS, NOW)
        return sources.import_shifts(session, source, [FoundShift(title, *NIGHT) for title in titles], NOW)

    return rota.write(work)


def on_backup(rota: Database) -> list[str]:
    plan = rota.read(lambda session: store.schedule(session, DESK, NOW))
    return [person.name for person in plan.on_call("backup", NIGHT[0])]


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("On call: Ben Cole (nights)", ["Ben Cole"]),
        ("BEN  cole", ["Ben Cole"]),
        ("Amy Roy for Ben Cole", ["Ben Cole"]),  # the longer name
        ("Ben", []),
        ("", []),
    ],
)
def test_an_event_belongs_to_the_technician_whose_full_name_is_in_its_title(
    rota: Database, title: str, names: list[str]
) -> None:
    assert imported(rota, title) == sources.Imported(len(names), () if names else (title,))
    assert on_backup(rota) == names


def test_an_import_replaces_the_previous_one_and_leaves_manual_shifts(rota: Database) -> None:
    imported(rota, "Ben Cole")
    imported(rota, "Amy Roy", "Zoe", "Zoe")
    assert on_backup(rota) == ["Amy Roy"]
    assert len(rota.read(lambda session: session.scalars(select(CalendarSource)).all())) == 1
    manual = rota.read(lambda session: [row.layer for row in store.manual_shifts(session, NOW)])
    assert manual == ["supervisor"]


def test_removing_a_calendar_removes_its_shifts(rota: Database) -> None:
    imported(rota, "Ben Cole")
    source = rota.read(lambda session: session.scalars(select(CalendarSource)).one()).id
    rota.write(lambda session: sources.remove_source(session, source, NOW))
    assert rota.read(lambda session: [row.layer for row in session.scalars(select(ShiftRow))]) == ["supervisor"]
    with pytest.raises(NotFound, match="There is no calendar"):
        rota.write(lambda session: sources.remove_source(session, source, NOW))


def test_a_layer_that_does_not_exist_is_refused(rota: Database) -> None:
    with pytest.raises(WrongState, match="no layer 'fax'"):
        rota.write(lambda session: sources.add_source(session, DESK, "fax", ADDRESS, NOW))


def test_a_new_calendar_is_read_an_hour_later_and_shifts_are_imported_from_yesterday_on(rota: Database) -> None:
    source = rota.write(lambda session: sources.add_source(session, DESK, "backup", ADDRESS, NOW))
    assert source.next_action_at == NOW + timedelta(hours=1)
    assert sources.import_span(NOW) == (NOW - timedelta(days=1), NOW + timedelta(days=120))
