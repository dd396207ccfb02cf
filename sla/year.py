"""One year of the desk for a supervisor to confirm: its holidays, closures and openings, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sla.holidays import Holiday, spoken
from sla.hours import Closure, SupportHours


def lines_of_year(hours: SupportHours, year: int) -> list[str]:
    """Return a line for each holiday of the year, and for each closure and opening that begins in it, by date."""
    lines = [(day, _holiday(day, found, hours)) for day, found in hours.holidays.in_year(year).items()]
    for closure in hours.closures:
        begins = closure.starts_at.astimezone(hours.zone)
        if begins.year == year:
            lines.append((begins.date(), _closure(closure, hours)))
    return [f"{day:%a} {day}  {line}" for day, line in sorted(lines)]


def _holiday(day: date, found: tuple[Holiday, ...], hours: SupportHours) -> str:
    return f"closed  {spoken(found, 'en')} / {spoken(found, 'fr')} ({'; '.join(_remarks(day, found, hours))})"


def _remarks(day: date, found: tuple[Holiday, ...], hours: SupportHours) -> Iterator[str]:
    yield ", ".join(dict.fromkeys(holiday.place for holiday in found))
    if all(holiday.observed for holiday in found):
        yield "observed"
    if not hours.week.get(day.weekday()):
        yield "not a working day"


def _closure(closure: Closure, hours: SupportHours) -> str:
    starts, ends = (at.astimezone(hours.zone) for at in (closure.starts_at, closure.ends_at))
    ending = f"{ends:%H:%M}" if ends.date() == starts.date() else f"{ends:%a} {ends.date()} {ends:%H:%M}"
    state = "open  " if closure.opens else "closed"
    return f"{state}  {starts:%H:%M} to {ending}: {closure.reason['en']} / {closure.reason['fr']}"
