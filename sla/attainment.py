"""Attainment: how often the first reaction was on time, counted from plain records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sla.clock import in_utc

NOBODY = "nobody"


@dataclass(frozen=True)
class Record:
    """One callback: when the call began, when the first reaction was due, when it happened and by whom."""

    priority: str
    line: str
    began_at: datetime
    due_at: datetime
    reacted_at: datetime | None = None
    person: str | None = None

    def __post_init__(self) -> None:
        for name in ("began_at", "due_at", "reacted_at"):
            if (at := getattr(self, name)) is not None and at.tzinfo is not UTC:
                object.__setattr__(self, name, in_utc(at))


@dataclass(frozen=True)
class Attainment:
    """How many promises were met and missed. Open ones are neither yet.

    The median and the 95th percentile are the times of actual reactions (nearest rank).
    """

    met: int
    missed: int
    open: int
    median: timedelta | None
    percentile_95: timedelta | None

    @property
    def share_met(self) -> float | None:
        """The share that was met of those met or missed, or None if there are none."""
        return self.met / (self.met + self.missed) if self.met + self.missed else None


Grouping = Callable[[Record], str]


def by_priority(record: Record) -> str:
    return record.priority


def by_line(record: Record) -> str:
    return record.line


def by_person(record: Record) -> str:
    return record.person or NOBODY


def by_week(zone: ZoneInfo) -> Grouping:
    """Return a grouping by the ISO week in which the call began, in local time: "2026-W53"."""

    def week(record: Record) -> str:
        year, number, _ = record.began_at.astimezone(zone).isocalendar()
        return f"{year}-W{number:02}"

    return week


def attainment(records: Iterable[Record], now: datetime) -> Attainment:
    """Return how many records are met, missed and open at `now`. Anything later than `now` is ignored."""
    now = in_utc(now)
    begun = [record for record in records if record.began_at <= now]
    took = sorted(at - record.began_at for record in begun if (at := record.reacted_at) is not None and at <= now)
    met = sum(1 for record in begun if record.reacted_at is not None and record.reacted_at <= min(now, record.due_at))
    missed = sum(1 for record in begun if record.due_at < min(now, record.reacted_at or now))
    return Attainment(met, missed, len(begun) - met - missed, _reached_by(0.5, took), _reached_by(0.95, took))


def attainment_by(grouping: Grouping, records: Iterable[Record], now: datetime) -> Mapping[str, Attainment]:
    """Return the attainment of each group. Each record is in one group, so the counts of all groups add up."""
    return {name: attainment(group, now) for name, group in grouped(grouping, records).items()}


def grouped(grouping: Grouping, records: Iterable[Record]) -> Mapping[str, list[Record]]:
    """Return the records of each group. The groups are ordered by name."""
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in records:
        groups[grouping(record)].append(record)
    return {name: groups[name] for name in sorted(groups)}


def _reached_by(share: float, took: list[timedelta]) -> timedelta | None:
    return took[ceil(share * len(took)) - 1] if took else None
