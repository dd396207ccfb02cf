"""What the setup screen shows: lines, opening hours, and the holidays and closures of a year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from callbacks.db.tables import ClosureRow, HolidayChange
from callbacks.desk import business_hours
from callbacks.desk.desk_file import Desk
from callbacks.text.formats import readable_number
from sla.holidays import spoken

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class HolidayRow:
    day: date
    name: str
    places: str
    is_workday: bool  # the desk would be open otherwise


@dataclass(frozen=True)
class YearScreen:
    holidays: Sequence[HolidayRow]
    changes: Sequence[HolidayChange]
    closures: Sequence[ClosureRow]


@dataclass(frozen=True)
class LineRow:
    name: str
    number: str
    menu: str
    priority: str
    language: str


def year_screen(session: Session, desk: Desk, year: int) -> YearScreen:
    """Return the days of a year on which the desk is closed, or open by exception."""
    return YearScreen(
        list(_holidays(session, desk, year)),
        business_hours.holiday_changes(session, year),
        business_hours.closures_of(session, year, desk.zone),
    )


def _holidays(session: Session, desk: Desk, year: int) -> Iterator[HolidayRow]:
    hours = business_hours.support_hours(session, desk)
    for day, found in sorted(hours.holidays.in_year(year).items()):
        places = ", ".join(dict.fromkeys(holiday.place for holiday in found))
        yield HolidayRow(day, spoken(found, "en"), places, bool(hours.week.get(day.weekday())))


def line_rows(desk: Desk) -> list[LineRow]:
    return [
        LineRow(
            name,
            readable_number(line.number),
            _menu_in_words(desk, name),
            line.priority.value,
            line.language,
        )
        for name, line in desk.lines.items()
    ]


def _menu_in_words(desk: Desk, line: str) -> str:
    menu = desk.menu_of(line)
    if menu is None:
        return "none: straight to support"
    return ", ".join(f"{key}: {choice.to}" for key, choice in menu.keys.items())


def opening_hours(desk: Desk) -> list[tuple[str, str]]:
    """Return each day of the week with its support hours."""
    return [(day.capitalize(), ", ".join(map(str, getattr(desk.hours, day))) or "closed") for day in DAYS]
