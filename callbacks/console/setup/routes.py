"""The desk as it is set up: its lines as the desk file says, its hours, and the closed days of a year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.access import ConsoleParts, for_everyone, for_supervisors, note_change
from callbacks.console.forms import done, refused
from callbacks.db.tables import ClosureRow, HolidayChange
from callbacks.desk import business_hours
from callbacks.desk.desk_file import Desk
from callbacks.errors import DeskError, WrongState
from callbacks.text.formats import day_in_words, moment, readable_number
from sla.holidays import spoken


@dataclass(frozen=True)
class HolidayShown:
    day: date
    name: str
    places: str
    is_workday: bool  # the desk would be open otherwise


@dataclass(frozen=True)
class YearShown:
    holidays: Sequence[HolidayShown]
    changes: Sequence[HolidayChange]
    closures: Sequence[ClosureRow]


@dataclass(frozen=True)
class LineShown:
    name: str
    number: str
    menu: str
    priority: str
    language: str


def setup_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes below /setup. What stands in the desk file is shown; what changes weekly is edited."""

    @console.get("/setup")
    @for_everyone
    def setup() -> str:
        told, this_year = request.args.get("year", ""), parts.clock.now().astimezone(parts.desk.zone).year
        year = int(told) if told.isdecimal() and 1990 < int(told[:6]) < 2190 else this_year
        shown = parts.database.read(lambda session: year_shown(session, parts.desk, year))
        return render_template(
            "setup.html", title="Setup", year=year, shown=shown, lines=_lines(parts.desk), hours=_hours(parts.desk),
            zone=parts.desk.zone.key, policies=list(parts.desk.escalations),
        )  # fmt: skip

    @console.post("/setup/<act>")
    @for_supervisors
    def change_setup(act: str) -> ResponseReturnValue:
        chosen, now = ACTS.get(act), parts.clock.now()
        if chosen is None:
            abort(404)

        def work(session: Session) -> str:
            said = chosen(session, parts.desk, now)
            note_change(session, now, f"setup: {act}")
            return said

        try:
            done(parts.database.write(work))
        except DeskError as fault:
            refused(fault)
        return redirect(url_for("console.setup", year=request.form.get("year") or None))


def year_shown(session: Session, desk: Desk, year: int) -> YearShown:
    """Load and word what is closed, and when, in a year."""
    hours = business_hours.support_hours(session, desk)
    holidays = [
        HolidayShown(
            day,
            spoken(found, "en"),
            ", ".join(dict.fromkeys(holiday.place for holiday in found)),
            bool(hours.week.get(day.weekday())),
        )
        for day, found in sorted(hours.holidays.in_year(year).items())
    ]
    return YearShown(
        holidays, business_hours.holiday_changes(session, year), business_hours.closures_of(session, year, desk.zone)
    )


def _lines(desk: Desk) -> list[LineShown]:
    return [
        LineShown(
            name,
            readable_number(line.number),
            ", ".join(f"{key}: {choice}" for key, choice in line.menu.items()) or "none: straight to support",
            line.priority.value,
            line.language,
        )
        for name, line in desk.lines.items()
    ]


def _hours(desk: Desk) -> list[tuple[str, str]]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return [(day.capitalize(), ", ".join(map(str, getattr(desk.hours, day))) or "closed") for day in days]


def _field(name: str) -> str:
    return request.form.get(name, "").strip()[:200]


def _day() -> date:
    try:
        return date.fromisoformat(_field("day"))
    except ValueError:
        raise WrongState(f"{_field('day')!r} is no day. Write it as 2026-12-24.") from None


def _reasons() -> tuple[str, str]:
    english, french = _field("english"), _field("french")
    if not english or not french:
        raise WrongState("Callers hear the reason: give it in English and in French.")
    return english, french


def _close(session: Session, desk: Desk, now: datetime) -> str:
    starts_at, ends_at, opens = desk.instant(_field("from")), desk.instant(_field("until")), _field("opens") == "1"
    if ends_at <= now:
        raise WrongState("That is over already, and calls then went as they went.")
    business_hours.add_closure(session, starts_at, ends_at, *_reasons(), opens=opens)
    since, until = (moment(at, desk.zone, now) for at in (starts_at, ends_at))
    return f"The desk is {'open' if opens else 'closed'} from {since} until {until}."


def _drop_closure(session: Session, desk: Desk, now: datetime) -> str:
    business_hours.drop_closure(session, int(_field("closure")) if _field("closure").isdecimal() else 0)
    return "It is taken back: the desk keeps its hours."


def _strike(session: Session, desk: Desk, now: datetime) -> str:
    day = _day()
    if not business_hours.support_hours(session, desk).holidays.on(day):
        raise WrongState(f"{day_in_words(day)} is no holiday: it is worked as it is.")
    business_hours.strike_out(session, day)
    return f"{day_in_words(day)} is worked, holiday or not."


def _add_holiday(session: Session, desk: Desk, now: datetime) -> str:
    day = _day()
    business_hours.add_holiday(session, day, *_reasons())
    return f"The desk is closed on {day_in_words(day)}."


def _as_by_law(session: Session, desk: Desk, now: datetime) -> str:
    day = _day()
    business_hours.as_by_law(session, day)
    return f"{day_in_words(day)} is as the list of holidays says."


ACTS: dict[str, Callable[[Session, Desk, datetime], str]] = {
    "close": _close,
    "drop-closure": _drop_closure,
    "strike": _strike,
    "add-holiday": _add_holiday,
    "as-by-law": _as_by_law,
}
