"""The sums of a report, from what happened. Pure: facts and `now` in, counts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from callbacks.db.states import CallbackState
from callbacks.desk.night_hours import NightHours
from callbacks.reporting.activity import Activity, CallFact, PageFact
from callbacks.reporting.periods import Days
from callbacks.text.formats import DAYS
from sla.attainment import Attainment, Record, attainment_by, by_priority, by_week, grouped

A_BIN = 5  # minutes
BINS = 12  # up to an hour; what took longer is counted together
MOST_NIGHTS = 10


@dataclass(frozen=True)
class Week:
    """How the promise was kept in one week, for one priority."""

    name: str  # "2026-W48"
    monday: date
    priority: str
    kept: Attainment


@dataclass(frozen=True)
class Took:
    """First attempts that came so many minutes after the call: those in time, and those too late."""

    minutes: str
    in_time: int
    late: int


@dataclass(frozen=True)
class Rang:
    """Calls of one hour of the day, or of one day of the week."""

    when: str
    in_hours: int
    after_hours: int


@dataclass(frozen=True)
class Outcome:
    """What became of calls, callbacks or attempts."""

    of: str
    outcome: str
    count: int


@dataclass(frozen=True)
class Load:
    """What one person carried. A page in the hours of sleep counts among the pages by night and among the wakings."""

    person: str
    by_day: int
    by_night: int
    wakings: int
    owned: int
    attempts: int


@dataclass(frozen=True)
class Night:
    evening: date
    calls: int
    callbacks: int
    pages: int


def promises(calls: Iterable[CallFact]) -> list[Record]:
    """The callbacks of some calls, as promises to be counted. One that was cancelled untried was no promise."""
    return [
        Record(call.priority.value, call.line, call.began_at, call.due_at, call.attempted_at)
        for call in calls
        if call.priority is not None and call.due_at is not None and not _was_no_promise(call)
    ]


def _was_no_promise(call: CallFact) -> bool:
    return call.state is CallbackState.CANCELLED and call.attempted_at is None


def weeks(found: Activity, records: Sequence[Record], now: datetime) -> list[Week]:
    """How the promise was kept, week by week and priority by priority; a quiet week has no line."""
    by_name = grouped(by_week(found.zone), records)
    return [
        Week(name, monday, priority, kept)
        for monday in found.days.mondays()
        if (name := f"{monday:%G-W%V}") in by_name
        for priority, kept in attainment_by(by_priority, by_name[name], now).items()
    ]


def first_reactions(records: Iterable[Record], now: datetime) -> list[Took]:
    """Count first attempts by how many minutes after the call they came."""
    in_time, late = Counter[int](), Counter[int]()
    for record in records:
        if record.reacted_at is not None and record.reacted_at <= now:
            minutes = (record.reacted_at - record.began_at) // timedelta(minutes=1)
            (in_time if record.reacted_at <= record.due_at else late)[min(minutes // A_BIN, BINS)] += 1
    labels = [f"{A_BIN * number} to {A_BIN * (number + 1)}" for number in range(BINS)] + [f"{A_BIN * BINS} and more"]
    return [Took(label, in_time[number], late[number]) for number, label in enumerate(labels)]


def hours(calls: Iterable[CallFact]) -> list[Rang]:
    """Count calls by the hour of the desk's day."""
    counts = Counter((call.local.hour, call.is_open) for call in calls)
    return [Rang(f"{hour:02}:00", counts[hour, True], counts[hour, False]) for hour in range(24)]


def weekdays(calls: Iterable[CallFact]) -> list[Rang]:
    """Count calls by the day of the desk's week."""
    counts = Counter((call.local.weekday(), call.is_open) for call in calls)
    return [Rang(name, counts[day, True], counts[day, False]) for day, name in enumerate(DAYS["en"])]


def outcomes(found: Activity) -> list[Outcome]:
    """What became of calls, of callbacks and of attempts, each from the most frequent on."""
    attempts = Counter[str]()
    for attempt in found.attempts:
        attempts[attempt.outcome.value] += attempt.times
    counted = {
        "calls": Counter(call.outcome.value for call in found.calls),
        "callbacks": Counter(_became(call, call.state) for call in found.calls if call.state is not None),
        "attempts": attempts,
    }
    return [Outcome(of, name, count) for of, counts in counted.items() for name, count in _most_first(counts)]


def _became(call: CallFact, state: CallbackState) -> str:
    if state is CallbackState.OPEN:
        return "open, not tried yet" if call.attempted_at is None else "open, tried"
    return "closed by itself" if state is CallbackState.CLOSED else state.value


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def load(found: Activity) -> list[Load]:
    """What each person carried, whoever was paged most first."""
    paged, by_night, wakings = Counter[int](), Counter[int](), Counter[int]()
    for page in found.pages:
        paged[page.technician_id] += page.times
        by_night[page.technician_id] += page.times * found.hours.night.covers(page.local.time())
        wakings[page.technician_id] += page.times * found.hours.sleep.covers(page.local.time())
    owned = Counter(call.owner_id for call in found.calls if call.owner_id is not None)
    attempts = Counter[int]()
    for attempt in found.attempts:
        attempts[attempt.technician_id] += attempt.times
    carried = [
        Load(name, paged[id] - by_night[id], by_night[id], wakings[id], owned[id], attempts[id])
        for id, name in found.names.items()
        if paged[id] or owned[id] or attempts[id]
    ]
    return sorted(carried, key=lambda each: (-each.by_day - each.by_night, each.person))


def nights(days: Days, hours: NightHours, calls: Iterable[CallFact], pages: Iterable[PageFact]) -> list[Night]:
    """Every night of these days in which something happened, the busiest first."""
    rang, owed, paged = Counter[date](), Counter[date](), Counter[date]()
    for call in calls:
        if (evening := hours.evening_of(call.local)) is not None:
            rang[evening] += 1
            owed[evening] += call.priority is not None
    for page in pages:
        if (evening := hours.evening_of(page.local)) is not None:
            paged[evening] += page.times
    evenings = [evening for evening in rang.keys() | paged.keys() if days.since <= evening <= days.until]
    lived = [Night(evening, rang[evening], owed[evening], paged[evening]) for evening in evenings]
    return sorted(lived, key=lambda night: (-night.calls, -night.callbacks, -night.pages, night.evening))
