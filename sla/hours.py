"""Support hours: whether the desk is open and why, when it opens next, and business time between instants.

Arguments are aware instants, results are in UTC. Windows open and close in local time (`sla.wall_clock`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain, pairwise
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from sla.clock import in_utc
from sla.holidays import Holiday, StatutoryHolidays, spoken
from sla.timeline import DAY, NOTHING, Span, Timeline, changed
from sla.wall_clock import begins, first_instant, local_day

MIDNIGHT = time()
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

# Limits, so that no search runs endlessly.
SEARCH = timedelta(days=20 * 366)
YEARS = range(1900, 2200)

_NOT_DRAWN = Timeline(datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC), ())


class NeverOpen(ValueError):
    """The desk does not open, or not for long enough, within the search limit."""


@dataclass(frozen=True)
class Window:
    """From `opens` until `closes` in local time. One that closes earlier than it opens runs past midnight.

    00:00-00:00 is the whole day.
    """

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError(f"The window {self} has a time zone. Leave it out: windows are in the desk's zone.")
        if self.opens == self.closes != MIDNIGHT:
            raise ValueError(f"The window {self} closes when it opens. Write 00:00-00:00 for the whole day.")

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True)
class Closure:
    """A supervisor's decision that the desk is closed (or open, with `opens`), whatever hours and holidays say."""

    starts_at: datetime
    ends_at: datetime
    opens: bool
    reason: Mapping[str, str]
    """What callers hear, by language ("en", "fr")."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "starts_at", in_utc(self.starts_at))
        object.__setattr__(self, "ends_at", in_utc(self.ends_at))
        if self.ends_at <= self.starts_at:
            raise ValueError(f"The closure from {self.starts_at} ends at {self.ends_at}. Give a later end.")
        if missing := {"en", "fr"} - self.reason.keys():
            raise ValueError(f"The closure from {self.starts_at} has no reason in {' or '.join(sorted(missing))!r}.")

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True)
class WithinHours:
    """Open: inside this window of the week."""

    window: Window
    is_open: ClassVar[bool] = True

    def spoken(self, language: str) -> str:
        return {"en": "within support hours", "fr": "pendant les heures de soutien"}[language]


@dataclass(frozen=True)
class OutsideHours:
    """Closed: an ordinary day, outside its windows."""

    is_open: ClassVar[bool] = False

    def spoken(self, language: str) -> str:
        return {"en": "outside support hours", "fr": "en dehors des heures de soutien"}[language]


@dataclass(frozen=True)
class OnHoliday:
    """Closed: the whole local day is a statutory holiday, from midnight to midnight."""

    holidays: tuple[Holiday, ...]
    is_open: ClassVar[bool] = False

    def spoken(self, language: str) -> str:
        return spoken(self.holidays, language)


@dataclass(frozen=True)
class Closed:
    """Closed by a supervisor."""

    closure: Closure
    is_open: ClassVar[bool] = False

    def spoken(self, language: str) -> str:
        return self.closure.reason[language]


@dataclass(frozen=True)
class Opened:
    """Opened by a supervisor."""

    closure: Closure
    is_open: ClassVar[bool] = True

    def spoken(self, language: str) -> str:
        return self.closure.reason[language]


Reason = WithinHours | OutsideHours | OnHoliday | Closed | Opened
"""Why the desk is open or closed; `spoken(language)` is how a caller hears it: "Thanksgiving", "la fête du Travail"."""


@dataclass(frozen=True)
class Verdict:
    is_open: bool
    reason: Reason
    until: datetime | None
    """When that changes, or None if it does not within the search limit."""


class _Part(NamedTuple):
    """The part of a window within one local day. Closing at 00:00 means the midnight at the end of the day."""

    opens: time
    closes: time
    window: Window


_Week = tuple[tuple[_Part, ...], ...]


@dataclass(frozen=True)
class SupportHours:
    """A week of windows in a zone, without holidays, and with closures and extra openings (policy: Hours).

    Where closures overlap, the last one in the tuple wins. Raise ValueError for windows that overlap or are out of
    order, and for a week that is never open.
    """

    zone: ZoneInfo
    week: Mapping[int, tuple[Window, ...]]
    """Windows in order, by the weekday they open on. 0 is Monday."""
    holidays: StatutoryHolidays
    closures: tuple[Closure, ...] = ()
    _parts: _Week = field(init=False, repr=False, compare=False)
    _drawn: tuple[range, Timeline] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_parts", _cut_at_midnight(self.week))
        object.__setattr__(self, "_drawn", (range(0), _NOT_DRAWN))

    def with_closures(self, closures: tuple[Closure, ...]) -> SupportHours:
        """Return the same hours with these closures and openings only."""
        return replace(self, closures=closures)

    def verdict(self, at: datetime) -> Verdict:
        """Return whether the desk is open, why, and until when."""
        at = in_utc(at)
        reason = self._reason(at)
        change = self._search(at, Timeline.next_closing if reason.is_open else Timeline.next_opening)
        return Verdict(reason.is_open, reason, change)

    def is_open(self, at: datetime) -> bool:
        at = in_utc(at)
        return self._covering(at, at).is_open(at)

    def next_opening(self, at: datetime) -> datetime:
        """Return the first open instant from `at` on, which is `at` itself while open. Raise NeverOpen."""
        opening = self._search(in_utc(at), Timeline.next_opening)
        if opening is None:
            raise NeverOpen(f"The desk does not open in the twenty years after {at}. Check its closures.")
        return opening

    def next_closing(self, at: datetime) -> datetime | None:
        """Return the first closed instant from `at` on, which is `at` itself while closed, or None if there is none."""
        return self._search(in_utc(at), Timeline.next_closing)

    def add_business_time(self, at: datetime, duration: timedelta) -> datetime:
        """Return the first instant by which the desk was open for `duration` since `at`.

        This can be the instant of closing: an hour from 17:00 ends at 18:00, not on the next morning. A duration of
        zero that starts while closed ends when the desk opens. Raise NeverOpen if it takes more than twenty years.
        """
        if duration <= NOTHING:
            if duration < NOTHING:
                raise ValueError(f"Business time cannot be negative, and {duration} is.")
            return self.next_opening(at)
        at = in_utc(at)
        timeline = self._covering(at, at)
        while (due_at := timeline.when_worked(timeline.worked_before(at) + duration)) is None:
            if timeline.ends_at - at > SEARCH:
                raise NeverOpen(f"The desk is not open for {duration} in the twenty years after {at}.")
            timeline = self._further(at, timeline)
        return due_at

    def business_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how long the desk is open between two instants. It is negative if `end` comes first."""
        start = start if start.tzinfo is UTC else in_utc(start)
        end = end if end.tzinfo is UTC else in_utc(end)
        if end < start:
            return -self.business_time_between(end, start)
        timeline = self._covering(start, end)
        return timeline.worked_before(end) - timeline.worked_before(start)

    def _reason(self, at: datetime) -> Reason:
        for closure in reversed(self.closures):
            if closure.holds(at):
                return Opened(closure) if closure.opens else Closed(closure)
        day = local_day(at, self.zone)
        if holidays := self.holidays.on(day):
            return OnHoliday(holidays)
        for part in self._parts[day.weekday()]:
            opens, closes = _span(part, day, self.zone)
            if opens <= at < closes:
                return WithinHours(part.window)
        return OutsideHours()

    def _search(self, at: datetime, look: Callable[[Timeline, datetime], datetime | None]) -> datetime | None:
        timeline = self._covering(at, at)
        while (found := look(timeline, at)) is None and timeline.ends_at - at <= SEARCH:
            timeline = self._further(at, timeline)
        return found

    def _further(self, at: datetime, timeline: Timeline) -> Timeline:
        return self._covering(at, timeline.ends_at + (timeline.ends_at - at))

    def _covering(self, first: datetime, last: datetime) -> Timeline:
        years, timeline = self._drawn
        if timeline.starts_at <= first and last < timeline.ends_at:
            return timeline
        if first.year not in YEARS or last.year not in YEARS:
            raise ValueError(f"{first} to {last} is outside the years {YEARS[0]} to {YEARS[-1]}.")
        wanted = range(first.year - 1, last.year + 2)
        years = range(min(wanted.start, years.start), max(wanted.stop, years.stop)) if years else wanted
        timeline = self._draw(years)
        # Two threads may both draw a timeline. Either one is right, so it does not matter which is kept.
        object.__setattr__(self, "_drawn", (years, timeline))
        return timeline

    def _draw(self, years: range) -> Timeline:
        starts_at, ends_at = (begins(date(year, 1, 1), self.zone) for year in (years.start, years.stop))
        ordinary = (_ordinary_year(self.zone, self._parts, self.holidays, year) for year in years)
        spans = list(chain.from_iterable(ordinary))
        for closure in self.closures:
            first, last = max(closure.starts_at, starts_at), min(closure.ends_at, ends_at)
            if first < last:
                spans = changed(spans, first, last, closure.opens)
        return Timeline(starts_at, ends_at, spans)


def _span(part: _Part, day: date, zone: ZoneInfo) -> Span:
    closes_on = day + DAY if part.closes == MIDNIGHT else day
    return (
        first_instant(datetime.combine(day, part.opens), zone),
        first_instant(datetime.combine(closes_on, part.closes), zone),
    )


@lru_cache(maxsize=1024)
def _ordinary_year(zone: ZoneInfo, week: _Week, holidays: StatutoryHolidays, year: int) -> tuple[Span, ...]:
    closed = holidays.in_year(year)
    first, following = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
    days = (day for day in map(date.fromordinal, range(first, following)) if day not in closed)
    return tuple(_span(part, day, zone) for day in days for part in week[day.weekday()])


def _cut_at_midnight(week: Mapping[int, tuple[Window, ...]]) -> _Week:
    days: tuple[list[_Part], ...] = ([], [], [], [], [], [], [])
    for weekday, windows in sorted(week.items()):
        if weekday not in range(7):
            raise ValueError(f"There is no weekday {weekday}: 0 is Monday and 6 is Sunday.")
        for earlier, later in pairwise(windows):
            if later.opens < earlier.opens:
                raise ValueError(f"{WEEKDAYS[weekday]}'s windows are out of order: {earlier}, then {later}. Swap them.")
        for window in windows:
            if MIDNIGHT < window.closes < window.opens:
                days[weekday].append(_Part(window.opens, MIDNIGHT, window))
                days[(weekday + 1) % 7].append(_Part(MIDNIGHT, window.closes, window))
            else:
                days[weekday].append(_Part(window.opens, window.closes, window))
    if not any(days):
        raise NeverOpen("The week has no window, so the desk would never be open. Add hours to a day.")
    parts = tuple(tuple(sorted(day, key=lambda part: part.opens)) for day in days)
    for name, day in zip(WEEKDAYS, parts, strict=True):
        for one, other in pairwise(day):
            if one.closes == MIDNIGHT or other.opens < one.closes:
                raise ValueError(f"On {name} the window {other.window} overlaps {one.window}. Join or separate them.")
    return parts
