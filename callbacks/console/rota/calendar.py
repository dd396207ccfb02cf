"""The rota as a calendar: the week or month that an address means, and who is on call on each of its days. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from callbacks.oncall.schedule import Assignment, Schedule, Segment
from sla.wall_clock import begins

DAY, WEEK, MINUTE, HOUR = timedelta(days=1), timedelta(days=7), timedelta(minutes=1), timedelta(hours=1)
FARTHEST = 3660  # days from today; anything beyond is a typing mistake
LONGEST_SPAN = 400  # days whose hours on call are counted at once


@dataclass(frozen=True)
class Dates:
    """Days at the desk, including the last."""

    first: date
    last: date

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        return begins(self.first, zone), begins(self.last + DAY, zone)


@dataclass(frozen=True)
class View:
    """A week, from its Monday, or a month."""

    kind: Literal["week", "month"]
    first: date

    @classmethod
    def containing(cls, kind: str, day: date) -> View:
        """Return the week or the month that contains a day."""
        return cls("month", day.replace(day=1)) if kind == "month" else cls("week", day - day.weekday() * DAY)

    @property
    def dates(self) -> Dates:
        return Dates(self.first, self.next.first - DAY)

    @property
    def next(self) -> View:
        return View.containing(self.kind, self.first + (31 * DAY if self.kind == "month" else WEEK))

    @property
    def previous(self) -> View:
        return View.containing(self.kind, self.first - DAY)

    @property
    def name(self) -> str:
        if self.kind == "month":
            return f"{self.first:%B %Y}"
        last = self.dates.last
        return f"{self.first.day} {self.first:%B} to {last.day} {last:%B %Y}"

    def days(self, zone: ZoneInfo) -> list[Day]:
        dates = [self.first + n * DAY for n in range((self.next.first - self.first).days)]
        return [Day(date, begins(date, zone), begins(date + DAY, zone), zone) for date in dates]

    def in_address(self) -> dict[str, Any]:
        """Return the query parameters for this view."""
        return {"view": self.kind, "from": self.first.isoformat()}


def view_from(fields: Mapping[str, str], today: date) -> View:
    """Return the view that an address asks for; the current one when it cannot be read."""
    return View.containing(fields.get("view", ""), _day(fields.get("from", ""), today) or today)


def dates_from(first: str, last: str, otherwise: Dates, today: date) -> Dates:
    """Return the days that an address asks for; `otherwise` when they cannot be read or are too many."""
    found = _day(first, today), _day(last, today)
    if found[0] is None or found[1] is None or not 0 <= (found[1] - found[0]).days < LONGEST_SPAN:
        return otherwise
    return Dates(found[0], found[1])


def _day(text: str, today: date) -> date | None:
    try:
        found = date.fromisoformat(f"{text}-01" if len(text) == len("2026-11") else text)
    except ValueError:
        return None
    return found if abs((found - today).days) <= FARTHEST else None


@dataclass(frozen=True)
class Day:
    """One day at the desk: 23 or 25 hours long when the clocks change."""

    date: date
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo

    @property
    def minutes(self) -> float:
        return (self.ends_at - self.starts_at) / MINUTE

    @property
    def change(self) -> str:
        """Return in words that the clocks change on this day; "" when they do not."""
        length = (self.ends_at - self.starts_at) / HOUR
        return "" if length == 24 else f"{length:g} hours: the clocks change"

    @property
    def hours(self) -> list[str]:
        """Return what the clock shows at the start of each of its hours."""
        count = -int(-(self.ends_at - self.starts_at) // HOUR)
        return [f"{self._local(self.starts_at + n * HOUR):%H:%M}" for n in range(count)]

    def minute_of(self, at: datetime) -> float:
        return (at - self.starts_at) / MINUTE

    def clock(self, at: datetime) -> str:
        """Return a time of this day, with its zone's name when the clocks change."""
        if at >= self.ends_at:
            return "24:00"
        return f"{self._local(at):%H:%M}" if not self.change else f"{self._local(at):%H:%M %Z}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


@dataclass(frozen=True)
class DaySegment:
    """The part of a segment that lies in one day, and the times that a cover of it would have."""

    begins: str
    ends: str
    minute: float  # of the day
    minutes: float
    assignments: tuple[Assignment, ...]
    is_gap: bool
    is_all_day: bool
    cover_from: str
    cover_until: str


@dataclass(frozen=True)
class LayerRow:
    """One layer: the segments of each day, in order."""

    name: str
    days: Sequence[Sequence[DaySegment]]


def layer_rows(plan: Schedule, days: Sequence[Day], now: datetime) -> list[LayerRow]:
    """Return every staffed layer, day by day."""
    span = days[0].starts_at, days[-1].ends_at
    segments = {layer: plan.segments(layer, *span) for layer in plan.staffed_layers()}
    return [
        LayerRow(layer, [[_segment(each, day, now) for each in found if _touches(each, day)] for day in days])
        for layer, found in segments.items()
    ]


def _touches(segment: Segment, day: Day) -> bool:
    return segment.starts_at < day.ends_at and day.starts_at < segment.ends_at


def _segment(segment: Segment, day: Day, now: datetime) -> DaySegment:
    starts_at, ends_at = max(segment.starts_at, day.starts_at), min(segment.ends_at, day.ends_at)
    # A cover takes the whole of a night, but only this day of a longer segment.
    is_short = segment.ends_at - segment.starts_at <= DAY
    cover_from, cover_until = (segment.starts_at, segment.ends_at) if is_short else (starts_at, ends_at)
    return DaySegment(
        begins=day.clock(starts_at),
        ends=day.clock(ends_at),
        minute=day.minute_of(starts_at),
        minutes=(ends_at - starts_at) / MINUTE,
        assignments=segment.assignments,
        # Whether somebody could be reached in the past is not on record.
        is_gap=not segment.assignments or (segment.ends_at > now and segment.is_gap),
        is_all_day=(starts_at, ends_at) == (day.starts_at, day.ends_at),
        cover_from=f"{cover_from.astimezone(day.zone):%Y-%m-%dT%H:%M}",
        cover_until=f"{cover_until.astimezone(day.zone):%Y-%m-%dT%H:%M}",
    )


def weeks_of(days: Sequence[Day]) -> list[list[int | None]]:
    """Return a month's days, by index, as weeks from Monday; None for a day of another month."""
    before = days[0].date.weekday()
    places = [None] * before + list(range(len(days)))
    places += [None] * (-len(places) % 7)
    return [places[n : n + 7] for n in range(0, len(places), 7)]
