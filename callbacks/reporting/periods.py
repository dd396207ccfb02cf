"""The days of a report. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from callbacks.text.daily_span import DailySpan
from sla.wall_clock import begins, first_instant

DAY = timedelta(days=1)
FOUR_WEEKS = timedelta(days=28)
LONGEST = timedelta(days=731)


@dataclass(frozen=True)
class Days:
    """Whole days of the desk, from `since` to `until`, both included."""

    since: date
    until: date

    def begin(self, zone: ZoneInfo) -> datetime:
        """Return the first instant of the first day."""
        return begins(self.since, zone)

    def end(self, zone: ZoneInfo) -> datetime:
        """Return the first instant after the last day."""
        return begins(self.until + DAY, zone)

    def last_night_ends(self, zone: ZoneInfo, night: DailySpan) -> datetime:
        """Return the instant at which the night that begins on the last of these days ends."""
        last = self.until if night.begins < night.ends else self.until + DAY
        return max(self.end(zone), first_instant(datetime.combine(last, night.ends), zone))

    def mondays(self) -> list[date]:
        """Return the Monday of every week that has one of these days."""
        first = monday_of(self.since)
        return [first + timedelta(weeks=week) for week in range((self.until - first).days // 7 + 1)]

    def in_address(self) -> dict[str, str]:
        """Return these days as a query string has them."""
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}


def month_named(text: str) -> Days | None:
    """Return the days of a month, such as "2026-11"; None if it is not written so, or before 2000."""
    found = re.fullmatch(r"(2[0-9]{3})-(0[1-9]|1[0-2])", text, re.ASCII)
    if found is None:
        return None
    first = date(int(found[1]), int(found[2]), 1)
    return Days(first, (first + timedelta(days=31)).replace(day=1) - DAY)


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def presets(today: date) -> Mapping[str, Days]:
    """Return the usual choices by name. "Last week" and "Last month" are complete; the others end today."""
    monday, first = monday_of(today), today.replace(day=1)
    return {
        "Last four weeks": Days(today - FOUR_WEEKS + DAY, today),
        "Last week": Days(monday - timedelta(weeks=1), monday - DAY),
        "Last month": Days((first - DAY).replace(day=1), first - DAY),
        "This year": Days(today.replace(month=1, day=1), today),
    }


def days_from(since: str, until: str, today: date) -> tuple[Days, str]:
    """Return the days that an address asks for and "", or the last four weeks and why not the ones asked for.

    `since` and `until` are ISO dates, or "" for the usual ones. A last day after today becomes today.
    """
    usual = presets(today)["Last four weeks"]
    try:
        last = min(date.fromisoformat(until), today) if until else today
        first = date.fromisoformat(since) if since else last - FOUR_WEEKS + DAY
    except (ValueError, OverflowError):
        return usual, "Not a valid date. These are the last four weeks."
    if first.year < 2000 or last.year < 2000:
        return usual, "A report starts in 2000 at the earliest. These are the last four weeks."
    if first > last:
        return usual, "The first day is after the last, or in the future. These are the last four weeks."
    if last - first > LONGEST:
        return usual, "A report covers two years at most. These are the last four weeks."
    return Days(first, last), ""
