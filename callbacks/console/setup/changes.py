"""Changes of the days on which the desk is closed, or open by exception."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from callbacks.console.forms import field, number_field
from callbacks.desk import business_hours
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.text.formats import day_in_words, moment


def _add_closure(session: Session, desk: Desk, now: datetime) -> str:
    starts_at, ends_at, opens = desk.instant(field("from")), desk.instant(field("until")), field("opens") == "1"
    if ends_at <= now:
        raise WrongState("That time is over already. Enter one that ends in the future.")
    business_hours.add_closure(session, starts_at, ends_at, *_reasons(), opens=opens)
    since, until = (moment(at, desk.zone, now) for at in (starts_at, ends_at))
    return f"The desk is {'open' if opens else 'closed'} from {since} until {until}."


def _remove_closure(session: Session, desk: Desk, now: datetime) -> str:
    business_hours.remove_closure(session, number_field("closure"))
    return "The entry was removed. The usual hours apply again."


def _work_on_holiday(session: Session, desk: Desk, now: datetime) -> str:
    day = _day()
    if not business_hours.support_hours(session, desk).holidays.on(day):
        raise WrongState(f"{day_in_words(day)} is not a holiday.")
    business_hours.remove_holiday(session, day)
    return f"{day_in_words(day)} is a working day."


def _add_holiday(session: Session, desk: Desk, now: datetime) -> str:
    day = _day()
    business_hours.add_holiday(session, day, *_reasons())
    return f"The desk is closed on {day_in_words(day)}."


def _restore_day(session: Session, desk: Desk, now: datetime) -> str:
    day = _day()
    business_hours.undo_holiday_change(session, day)
    return f"{day_in_words(day)} follows the list of holidays again."


def _day() -> date:
    try:
        return date.fromisoformat(field("day"))
    except ValueError:
        raise WrongState(f"{field('day')!r} is not a valid date. Enter one such as 2026-12-24.") from None


def _reasons() -> tuple[str, str]:
    english, french = field("english"), field("french")
    if not english or not french:
        raise WrongState("Callers hear the reason. Enter it in English and in French.")
    return english, french


CHANGES: dict[str, Callable[[Session, Desk, datetime], str]] = {
    "close": _add_closure,
    "drop-closure": _remove_closure,
    "strike": _work_on_holiday,
    "add-holiday": _add_holiday,
    "as-by-law": _restore_day,
}
