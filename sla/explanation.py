"""One sentence about one promise, in English, that a supervisor can read out to a customer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import groupby

from sla.holidays import spoken
from sla.hours import WEEKDAYS, Closure, SupportHours, Window
from sla.promises import Promise, Standing, Wait
from sla.timeline import DAY
from sla.wall_clock import local_day

_STILL_OWED = {
    Standing.ON_TIME: "is still on time",
    Standing.AT_RISK: "is at risk",
    Standing.BREACHED: "has not been kept",
}
_DONE = {Standing.MET: "in time", Standing.BREACHED: "late"}


def explained(promise: Promise, hours: SupportHours) -> str:
    """Return what was promised, from when, which hours counted, what was skipped and why, and when it was due."""
    business = promise.target.business_time
    within = f"{duration(promise.target.within)}{' of support time' if business else ''}"
    counted = _and(list(_counted(promise, hours))) if business else "every hour of the day and night"
    skipped = [*(_closed(promise, hours) if business else ()), *(_waited(wait, hours) for wait in promise.waits)]
    return (
        f"A {promise.what} was promised within {within} from {instant(promise.counted_from, hours)}: "
        f"counting {counted}, and skipping {_and(skipped) or 'nothing'}, {_outcome(promise, hours)}."
    )


def _outcome(promise: Promise, hours: SupportHours) -> str:
    due = "it is not due until the customer answers"
    if promise.due_at is not None:
        is_to_come = promise.done_at is None and promise.standing is not Standing.BREACHED
        due = f"it {'is' if is_to_come else 'was'} due {instant(promise.due_at, hours)}"
    if promise.done_at is None:
        return f"{due}, and {_STILL_OWED[promise.standing]}"
    return f"{due}, and was done {instant(promise.done_at, hours)}, {_DONE[promise.standing]}"


def _counted(promise: Promise, hours: SupportHours) -> Iterator[str]:
    yield f"support hours ({_week(hours.week)})"
    for opening in _closures(promise, hours, opens=True):
        yield f"the opening for {opening.reason['en']} ({_span(opening.starts_at, opening.ends_at, hours)})"


def _closed(promise: Promise, hours: SupportHours) -> Iterator[str]:
    start, end = promise.counted_from, _end(promise)
    if hours.business_time_between(start, end) < end - start:
        yield "the time outside them"
    day, last = local_day(start, hours.zone), local_day(end, hours.zone)
    while day <= last:
        if hours.week.get(day.weekday()) and (holidays := hours.holidays.on(day)):
            yield f"{spoken(holidays, 'en')} ({day:%a} {day.day} {day:%b})"
        day += DAY
    for closure in _closures(promise, hours, opens=False):
        yield f"the closure for {closure.reason['en']} ({_span(closure.starts_at, closure.ends_at, hours)})"


def _closures(promise: Promise, hours: SupportHours, opens: bool) -> Iterator[Closure]:
    for closure in hours.closures:
        if closure.opens is opens and closure.starts_at < _end(promise) and promise.counted_from < closure.ends_at:
            yield closure


def _end(promise: Promise) -> datetime:
    """Return when a promise is due or, while its clock is stopped, when it stopped."""
    return promise.due_at or promise.waits[-1].since


def _waited(wait: Wait, hours: SupportHours) -> str:
    if wait.until is None:
        return f"the wait for the customer since {instant(wait.since, hours)}"
    return f"{duration(wait.until - wait.since)} of waiting for the customer ({_span(wait.since, wait.until, hours)})"


def _week(week: Mapping[int, tuple[Window, ...]]) -> str:
    """Return "Monday to Friday 08:30-12:00 and 13:00-18:00"."""
    runs = []
    for windows, run in groupby(range(7), key=lambda day: week.get(day, ())):
        days = list(run)
        named = WEEKDAYS[days[0]] + (f" to {WEEKDAYS[days[-1]]}" if len(days) > 1 else "")
        if windows:
            runs.append(f"{named} {_and([str(window) for window in windows])}")
    return ", ".join(runs)


def duration(span: timedelta) -> str:
    """Return "1 hour 30 minutes"."""
    minutes, seconds = divmod(round(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(f"{number} {unit}{'s' * (number != 1)}" for number, unit in parts if number) or "no time"


def instant(at: datetime, hours: SupportHours) -> str:
    """Return "Fri 27 Nov 2026 17:30 EST", in desk time."""
    shown = at.astimezone(hours.zone)
    return f"{shown:%a} {shown.day} {shown:%b %Y %H:%M %Z}"


def _span(starts_at: datetime, ends_at: datetime, hours: SupportHours) -> str:
    starts, ends = starts_at.astimezone(hours.zone), ends_at.astimezone(hours.zone)
    ending = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%a} {ends.day} {ends:%b %H:%M}"
    return f"{starts:%a} {starts.day} {starts:%b %H:%M} to {ending}"


def _and(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)
