"""Nights and the days of a report. A night belongs to the evening on which it begins. Pure."""

from __future__ import annotations

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
    """Whole days of the desk, the last one too."""

    since: date
    until: date

    def begin(self, zone: ZoneInfo) -> datetime:
        return begins(self.since, zone)

    def end(self, zone: ZoneInfo) -> datetime:
        return begins(self.until + DAY, zone)

    def last_night_ends(self, zone: ZoneInfo, night: DailySpan) -> datetime:
        """Return the instant at which the night that begins on the last of these days ends."""
        last = self.until if night.begins < night.ends else self.until + DAY
        return max(self.end(zone), first_instant(datetime.combine(last, night.ends), zone))

    def mondays(self) -> list[date]:
        """The Monday of every week that has one of these days."""
        first = monday_of(self.since)
        return [first + timedelta(weeks=week) for week in range((self.until - first).days // 7 + 1)]

    def in_address(self) -> dict[str, str]:
        return {"since": self.since.isoformat(), "until": self.until.isoformat()}


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def presets(today: date) -> Mapping[str, Days]:
    """The spans that are asked for most. Those named "last" have come to their end."""
    monday, first = monday_of(today), today.replace(day=1)
    return {
        "Last four weeks": Days(today - FOUR_WEEKS + DAY, today),
        "Last week": Days(monday - timedelta(weeks=1), monday - DAY),
        "Last month": Days((first - DAY).replace(day=1), first - DAY),
        "This year": Days(today.replace(month=1, day=1), today),
    }


def days_from(since: str, until: str, today: date) -> tuple[Days, str]:
    """Read the days of a report from an address; the last four weeks, with a word, when they cannot be."""
    usual = presets(today)["Last four weeks"]
    try:
        last = min(date.fromisoformat(until), today) if until else today
        first = date.fromisoformat(since) if since else last - FOUR_WEEKS + DAY
    except (ValueError, OverflowError):
        return usual, "That is no day: these are the last four weeks."
    if first.year < 2000 or last.year < 2000:
        return usual, "That is too far away: these are the last four weeks."
    if first > last:
        return usual, "The first day lies after the last, or has not come yet: these are the last four weeks."
    if last - first > LONGEST:
        return usual, "At most two years at once: these are the last four weeks."
    return Days(first, last), ""
