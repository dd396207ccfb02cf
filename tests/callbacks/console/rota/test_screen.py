"""What the rota screen lists below the calendar: entries that can be removed, rotations, and hours on call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.console.rota.calendar import Dates, View
from callbacks.console.rota.screen import RotaScreen, hours_between, rota_screen
from callbacks.oncall import store
from callbacks.people.technicians import remove_technician, technician_named
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.callbacks.console.rota.rota_screen import csv_rows, shown

WEEK = View("week", date(2026, 11, 30))
STARTS, ENDS = datetime(2026, 12, 1, 23, tzinfo=UTC), datetime(2026, 12, 2, 13, tzinfo=UTC)


def test_whoever_leaves_is_paid_for_what_they_did(sue: Console) -> None:
    sue.database.write(lambda s: remove_technician(s, technician_named(s, "Amy Roy"), sue.clock.now()))
    hours = {row["person"]: row["primary"] for row in csv_rows(sue, "/rota/hours.csv?from=2026-11-28&until=2026-11-29")}
    assert hours["Amy Roy"] == "22.23"  # until 22:14 on the first day
    assert shown(sue, "/rota", "primary", "Sun 29 Nov") == "nobody"


def screen_of(session: Session) -> RotaScreen:
    return rota_screen(session, DESK, WEEK.days(DESK.zone), WEEK.dates, BEGAN)


def test_each_entry_is_listed_in_words_with_its_number(sue: Console) -> None:
    def work(session: Session) -> RotaScreen:
        amy, ben = (technician_named(session, name) for name in ("Amy Roy", "Ben Cole"))
        store.add_override(session, DESK, "primary", ben, amy, STARTS, ENDS, BEGAN)
        store.add_absence(session, ben, STARTS, ENDS, BEGAN)
        return screen_of(session)

    screen = sue.database.write(work)
    assert [(entry.what, entry.words) for entry in screen.upcoming] == [
        ("cover", "Ben Cole covers primary for Amy Roy"),
        ("off", "Ben Cole is off"),
        ("shift", "Amy Roy is on primary"),
        ("shift", "Ben Cole is on backup"),
    ]
    assert {(entry.starts_at, entry.ends_at) for entry in screen.upcoming[:2]} == {(STARTS, ENDS)}
    assert screen.people == ["Amy Roy", "Ben Cole"]


def test_a_cover_of_everybody_names_whoever_is_on(sue: Console) -> None:
    def work(session: Session) -> RotaScreen:
        store.add_override(session, DESK, "primary", technician_named(session, "Ben Cole"), None, STARTS, ENDS, BEGAN)
        return screen_of(session)

    assert sue.database.write(work).upcoming[0].words == "Ben Cole covers primary for whoever is on"


def test_a_rotation_keeps_the_place_of_a_member_who_left(sue: Console) -> None:
    def work(session: Session) -> RotaScreen:
        amy, ben = (technician_named(session, name) for name in ("Amy Roy", "Ben Cole"))
        turn = timedelta(days=7)
        store.add_rotation(session, DESK, "manager", [amy, ben], date(2026, 11, 30), "18:00", turn, BEGAN)
        remove_technician(session, ben, BEGAN)
        return screen_of(session)

    (rotation,) = sue.database.write(work).rotations
    assert rotation.words == "manager: Amy Roy, (left), every 168 h from 2026-11-30 18:00"


def test_the_hours_of_one_day_are_as_long_as_the_day(sue: Console) -> None:
    clocks_go_back = Dates(date(2027, 11, 7), date(2027, 11, 7))
    people = sue.database.read(lambda session: hours_between(session, DESK, clocks_go_back))
    assert [(each.name, each.on("primary"), each.total) for each in people] == [
        ("Amy Roy", 25, 25),
        ("Ben Cole", 0, 25),
    ]
