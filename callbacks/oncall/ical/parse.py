"""Reads shifts from an untrusted calendar (iCalendar, RFC 5545).

A few bytes of it can cause years of work. Such rules are refused before anything is expanded, and `read_guarded` reads
in a separate process with limited time and memory.
"""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import recurring_ical_events
import x_wr_timezone
from icalendar import Calendar, Event, vDDDTypes
from icalendar.parser import Contentline, Contentlines
from icalendar.timezone import tzp

from callbacks.errors import DeskError
from sla.timeline import DAY
from sla.wall_clock import begins
from sla.zones import use_newest_rules, zone_named

MOST_BYTES = 2_000_000
MOST_EVENTS = 5_000
MOST_OCCURRENCES = 5_000
MOST_VALUES = 400
MOST_TIMES_A_DAY = 24
LONGEST_SPAN = timedelta(days=400)
LONGEST_SUMMARY = 200
MEMORY = 1_000_000_000
PATIENCE = 10.0  # seconds

_ROOT = Path(__file__).parents[3]
_TIMES = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")


class BrokenCalendar(DeskError):
    """A calendar that cannot be fetched or read."""


@dataclass(frozen=True)
class FoundShift:
    """One occurrence of an event, in UTC."""

    summary: str
    starts_at: datetime
    ends_at: datetime


def read_guarded(
    content: bytes, starts_at: datetime, ends_at: datetime, zone: ZoneInfo, patience: float = PATIENCE
) -> tuple[FoundShift, ...]:
    """Return the same as `shifts_in`, but in a separate process, within `patience` seconds. Raise BrokenCalendar."""
    _refuse_size(content)
    question = {
        "content": base64.b64encode(content).decode(),
        "span": [starts_at.isoformat(), ends_at.isoformat()],
        "zone": zone.key,
        "memory": MEMORY,
    }
    answer = _run(json.dumps(question).encode(), patience)
    if "broken" in answer:
        raise BrokenCalendar(answer["broken"])
    return tuple(FoundShift(words, *map(datetime.fromisoformat, bounds)) for words, *bounds in answer["shifts"])


def shifts_in(content: bytes, starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[FoundShift, ...]:
    """Return every occurrence of every event that overlaps a span, in order of their starts. Raise BrokenCalendar.

    All-day events and times without a zone are in `zone`. Cancelled events and events without a length are left out.
    A recurring event keeps its local times, so a night when the clocks change is an hour longer or shorter. Summaries
    are cut at 200 characters.
    """
    if not timedelta(0) < ends_at - starts_at <= LONGEST_SPAN:
        raise BrokenCalendar(f"A calendar is read for up to {LONGEST_SPAN.days} days at a time. Choose a shorter span.")
    _refuse_size(content)
    with _explained():
        _refuse_expensive_content(_lines(content))
        calendar = _parsed(content)
        clock = _Clock(zone, _stated_zone(calendar))
        found = _occurrences(calendar.events, clock, starts_at, ends_at)
        shifts = tuple(itertools.islice(found, MOST_OCCURRENCES + 1))
    if len(shifts) > MOST_OCCURRENCES:
        raise BrokenCalendar(
            f"The calendar has more than {MOST_OCCURRENCES} shifts in this span. Choose a shorter span, or a calendar "
            "with only the rota in it."
        )
    return tuple(sorted(shifts, key=lambda shift: (shift.starts_at, shift.ends_at, shift.summary)))


# What is refused before the calendar is parsed


def _refuse_size(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise BrokenCalendar(
            f"The calendar is larger than {MOST_BYTES // 1_000_000} MB. Use a calendar with only the rota in it."
        )


def _lines(content: bytes) -> list[Contentline]:
    """Return the lines as the library unfolds them."""
    return [line for line in Contentlines.from_ical(content) if line.strip()]  # type: ignore[no-untyped-call]


def _refuse_expensive_content(lines: Sequence[Contentline]) -> None:
    first = lines[0].strip().lower() if lines else ""
    if first.startswith(("<!doctype", "<html", "<?xml", "<head", "<!--")):
        raise BrokenCalendar(
            "This is a web page, not a calendar. The address probably needs a login. Copy the calendar's secret "
            "or public address in iCal format, which usually ends in .ics."
        )
    if first != "begin:vcalendar":
        raise BrokenCalendar(
            "This is not a calendar in iCal format. Copy the address that the calendar offers for other applications, "
            "which usually ends in .ics."
        )
    named = [(_name(line), line) for line in lines]
    if sum(line.parts()[2].upper() == "VEVENT" for name, line in named if name == "BEGIN") > MOST_EVENTS:
        raise BrokenCalendar(
            f"The calendar has more than {MOST_EVENTS} events. Use a calendar with only the rota in it."
        )
    for name, line in named:
        if name in ("RRULE", "EXRULE"):
            _refuse_rule("".join(line.parts()[2].split()))


def _name(line: Contentline) -> str:
    """Return the name of a property without spaces, because the library ignores them."""
    return "".join(re.split("[:;]", line, maxsplit=1)[0].split()).upper()


def _refuse_rule(rule: str) -> None:
    times_a_day = 1
    for part in rule.upper().split(";"):
        name, _, value = part.partition("=")
        values = value.split(",")
        if (
            (name == "FREQ" and value not in _FREQUENCIES)
            or (name == "INTERVAL" and int(value) < 1)
            or (name == "COUNT" and int(value) > MOST_OCCURRENCES)
            or (name.startswith("BY") and len(values) > MOST_VALUES)
        ):
            raise _too_often(rule)
        times_a_day *= len(values) if name in _WITHIN_A_DAY else 1
    if times_a_day > MOST_TIMES_A_DAY:
        raise _too_often(rule)


def _too_often(rule: str) -> BrokenCalendar:
    return BrokenCalendar(
        f"An event repeats by the rule {_cut(rule, 80)!r}, which is too often for a rota. Make it repeat "
        "daily or less often in the calendar app."
    )


# Parsing


@dataclass(frozen=True)
class _Clock:
    """The zones of times without one: ours for all-day events, else the zone that the calendar states, if any."""

    zone: ZoneInfo
    stated: tzinfo | None

    def instant(self, value: date) -> datetime:
        if not isinstance(value, datetime):
            return begins(value, self.zone)
        return (value if value.tzinfo else value.replace(tzinfo=self.stated or self.zone)).astimezone(UTC)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except (DeskError, MemoryError):
        raise
    except Exception as fault:  # the libraries raise many undocumented errors for malformed content
        raise BrokenCalendar(
            f"The calendar cannot be read ({_words(fault)}). Correct it in the calendar app, or export it again."
        ) from fault


def _parsed(content: bytes) -> Calendar:
    calendar = Calendar.from_ical(content)
    for event in calendar.events:
        _refuse_unsound(event)
    return calendar


def _refuse_unsound(event: Event) -> None:
    """Refuse an event with invalid times, because ignoring them would move or lose shifts."""
    fault = next((f"{name}: {why}" for name, why in event.errors if name in _TIMES), None)
    try:
        _ = event.start, event.end
    except ValueError as unsound:
        fault = fault or _words(unsound)
    if fault is not None:
        raise BrokenCalendar(f"The event {_summary(event)!r} cannot be read ({fault}). Correct it in the calendar app.")
    for name in ("DTSTART", "DTEND"):
        value = event.get(name)
        if value is not None and "TZID" in value.params and isinstance(value.dt, datetime) and value.dt.tzinfo is None:
            _refuse_zone(value.params["TZID"])


def _stated_zone(calendar: Calendar) -> tzinfo | None:
    name = calendar.get("X-WR-TIMEZONE")
    if name is None:
        return None
    return tzp.timezone(str(name)) or _refuse_zone(str(name))


def _refuse_zone(name: str) -> NoReturn:
    raise BrokenCalendar(
        f'The calendar is in a time zone {_cut(name, 80)!r}, which is unknown. Choose one such as "America/Toronto" '
        "in the calendar app."
    )


def _occurrences(
    events: Iterable[Event], clock: _Clock, starts_at: datetime, ends_at: datetime
) -> Iterator[FoundShift]:
    for series in _by_uid(events):
        repeats = any("RRULE" in event or "RDATE" in event for event in series)
        for event in _expanded(series, clock, starts_at, ends_at) if repeats else series:
            shift = FoundShift(_summary(event), clock.instant(event.start), clock.instant(event.end))
            is_on = str(event.get("STATUS", "")).upper() != "CANCELLED"
            if is_on and shift.starts_at < shift.ends_at and shift.starts_at < ends_at and starts_at < shift.ends_at:
                yield shift


def _by_uid(events: Iterable[Event]) -> Iterable[list[Event]]:
    found: dict[str, list[Event]] = {}
    for number, event in enumerate(events):
        found.setdefault(event.get("UID") or f"nameless {number}", []).append(event)
    return found.values()


def _expanded(series: Iterable[Event], clock: _Clock, starts_at: datetime, ends_at: datetime) -> Iterable[Event]:
    calendar = Calendar()
    for event in series:
        calendar.add_component(_in_one_zone(event))
    calendar = x_wr_timezone.to_standard(calendar, clock.stated)
    # The library has no zone for an all-day event, so it can be up to a day off.
    found: Iterable[Event] = recurring_ical_events.of(calendar).between(starts_at - DAY, ends_at + DAY)
    return found


def _in_one_zone(event: Event) -> Event:
    """Return the event with its end in the zone of its start, because the library uses one zone per event."""
    start, end = event.start, event.end
    if "DTEND" in event and isinstance(start, datetime) and isinstance(end, datetime) and start.tzinfo and end.tzinfo:
        event["DTEND"] = vDDDTypes(end.astimezone(start.tzinfo))
    return event


def _summary(event: Event) -> str:
    summary: Any = event.get("SUMMARY", "")
    return _cut(" ".join(str(summary[0] if isinstance(summary, list) else summary).split()), LONGEST_SUMMARY)


def _words(fault: Exception) -> str:
    return _cut(" ".join(str(fault).split()) or type(fault).__name__, 200)


def _cut(words: str, length: int) -> str:
    return words if len(words) <= length else f"{words[: length - 1]}…"


# The separate process


def _run(question: bytes, patience: float) -> dict[str, Any]:
    command = [sys.executable, "-m", "callbacks.oncall.ical.parse"]
    try:
        done = subprocess.run(command, input=question, capture_output=True, timeout=patience, cwd=_ROOT, check=True)  # noqa: S603 - a fixed command
        answer: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise BrokenCalendar(
            f"The calendar was not read within {patience:g} seconds. Look for an event that repeats "
            "endlessly or never occurs, or use a calendar with only the rota in it."
        ) from None
    except (subprocess.CalledProcessError, ValueError) as fault:
        raise BrokenCalendar(
            "Reading the calendar failed, probably for lack of memory. Use a calendar with only the rota in it."
        ) from fault
    return answer


def _main() -> None:
    use_newest_rules()
    question = json.load(sys.stdin)
    _limit_memory(question["memory"])
    starts_at, ends_at = map(datetime.fromisoformat, question["span"])
    try:
        found = shifts_in(base64.b64decode(question["content"]), starts_at, ends_at, zone_named(question["zone"]))
        answer: dict[str, Any] = {
            "shifts": [(shift.summary, shift.starts_at.isoformat(), shift.ends_at.isoformat()) for shift in found]
        }
    except BrokenCalendar as fault:
        answer = {"broken": str(fault)}
    json.dump(answer, sys.stdout)


def _limit_memory(most_bytes: int) -> None:
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):  # the machine's own limit is lower
            resource.setrlimit(resource.RLIMIT_AS, (most_bytes, most_bytes))


if __name__ == "__main__":
    _main()
