"""Business hours with a supervisor's decisions: closures, extra openings, holidays removed or added."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.db.tables import ClosureRow, HolidayChange
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound, WrongState
from callbacks.text.formats import utc_span
from sla.hours import Closure, SupportHours


def support_hours(session: Session, desk: Desk) -> SupportHours:
    """Return the current hours of the desk, with changed holidays, closures and openings."""
    hours = _with_holiday_changes(session, desk.regular_hours)
    rows = session.scalars(select(ClosureRow).order_by(ClosureRow.id)).all()
    return hours.with_closures(tuple(_closure(row) for row in rows)) if rows else hours


def add_closure(
    session: Session, starts_at: datetime, ends_at: datetime, reason: str, reason_in_french: str, *, opens: bool = False
) -> None:
    """Close the desk, or open it, whatever hours and holidays say. Raise WrongState if it ends before it begins."""
    if ends_at <= starts_at:
        raise WrongState("It ends before it begins. Give a later end.")
    row = ClosureRow(starts_at=starts_at, ends_at=ends_at, opens=opens, reason_en=reason, reason_fr=reason_in_french)
    session.add(row)


def remove_closure(session: Session, closure_id: int) -> None:
    """Remove a closure or an opening. Raise NotFound."""
    row = session.get(ClosureRow, closure_id)
    if row is None:
        raise NotFound("This closure does not exist any more.")
    kind = "opening" if row.opens else "closure"
    record_removal(session, f"{kind} {row.id}, {utc_span(row.starts_at, row.ends_at)}: {row.reason_en}")
    session.delete(row)


def closures_of(session: Session, year: int, zone: ZoneInfo) -> list[ClosureRow]:
    """Return every closure and opening that overlaps a local year, in order of time."""
    rows = session.scalars(select(ClosureRow).order_by(ClosureRow.starts_at, ClosureRow.id))
    return [row for row in rows if row.starts_at.astimezone(zone).year <= year <= row.ends_at.astimezone(zone).year]


def holiday_changes(session: Session, year: int) -> list[HolidayChange]:
    """Return every change to the statutory holidays of a year."""
    rows = session.scalars(select(HolidayChange).order_by(HolidayChange.day))
    return [row for row in rows if row.day.year == year]


def undo_holiday_change(session: Session, day: date) -> None:
    """Go back to the statutory holidays for a day. Raise NotFound."""
    change = session.get(HolidayChange, day)
    if change is None:
        raise NotFound(f"{day} was not changed.")
    record_removal(session, _change_in_words(change))
    session.delete(change)


def remove_holiday(session: Session, day: date) -> None:
    """Open on a statutory holiday, or on a day that was added."""
    _change(session, HolidayChange(day=day, struck=True))


def add_holiday(session: Session, day: date, name: str, name_in_french: str) -> None:
    """Close on a day that is not a statutory holiday."""
    _change(session, HolidayChange(day=day, struck=False, name_en=name, name_fr=name_in_french))


def _change(session: Session, change: HolidayChange) -> None:
    before = session.get(HolidayChange, change.day)
    if before is not None:
        record_removal(session, _change_in_words(before))
        session.delete(before)
        session.flush()
    session.add(change)


def _change_in_words(change: HolidayChange) -> str:
    return f"{change.day} as a {'working day' if change.struck else f'holiday, {change.name_en}'}"


def _with_holiday_changes(session: Session, hours: SupportHours) -> SupportHours:
    changes = session.scalars(select(HolidayChange).order_by(HolidayChange.day)).all()
    if not changes:
        return hours
    added = {row.day: {"en": row.name_en, "fr": row.name_fr} for row in changes if not row.struck}
    struck = (row.day for row in changes if row.struck)
    return replace(hours, holidays=hours.holidays.with_changes(struck, added))


def _closure(row: ClosureRow) -> Closure:
    return Closure(row.starts_at, row.ends_at, row.opens, {"en": row.reason_en, "fr": row.reason_fr})
