"""Attainment: how often the first reaction was on time, counted from plain records."""

from __future__ import annotations

import enum
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from sla.clock import in_utc

NOBODY = "nobody"


class Outcome(enum.Enum):
    """How the promise of a first reaction stands."""

    PROVEN = "proven"  # kept, by a reaction that is proven
    BY_WORD = "by word"  # kept, as a person says
    MISSED = "missed"
    OPEN = "open"  # not due yet
    NO_NUMBER = "no number"  # nobody could react: neither kept nor missed


@dataclass(frozen=True)
class Record:
    """One callback: when the call began, when the first reaction was due, when it happened and by whom.

    `proven_at` is the first reaction that is proven, which may come after the first one. `no_number_at` is when it
    became known that there is no number to call.
    """

    priority: str
    line: str
    began_at: datetime
    due_at: datetime
    reacted_at: datetime | None = None
    person: str | None = None
    proven_at: datetime | None = None
    no_number_at: datetime | None = None

    def __post_init__(self) -> None:
        for name in ("began_at", "due_at", "reacted_at", "proven_at", "no_number_at"):
            if (at := getattr(self, name)) is not None and at.tzinfo is not UTC:
                object.__setattr__(self, name, in_utc(at))


@dataclass(frozen=True)
class Attainment:
    """How many promises were kept and missed. Open ones, and those without a number to call, are neither.

    The median and the 95th percentile are the times of actual reactions (nearest rank).
    """

    proven: int
    by_word: int
    missed: int
    open: int
    no_number: int
    median: timedelta | None
    percentile_95: timedelta | None

    @property
    def met(self) -> int:
        """How many were kept, proven or by a person's word."""
        return self.proven + self.by_word

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


def outcome(record: Record, now: datetime) -> Outcome:
    """Return how a promise stands at `now`. Anything later than `now` is ignored.

    Somebody who was called after all had a number, so a late reaction is a miss even if no number was known in time.
    """
    now = in_utc(now)
    in_time = min(now, record.due_at)
    if _happened(record.proven_at, in_time):
        return Outcome.PROVEN
    if _happened(record.reacted_at, in_time):
        return Outcome.BY_WORD
    if _happened(record.no_number_at, in_time) and not _happened(record.reacted_at, now):
        return Outcome.NO_NUMBER
    return Outcome.MISSED if record.due_at < now else Outcome.OPEN


def _happened(at: datetime | None, by: datetime) -> bool:
    return at is not None and at <= by


def attainment(records: Iterable[Record], now: datetime) -> Attainment:
    """Return how many records are kept, missed and open at `now`. Anything later than `now` is ignored."""
    now = in_utc(now)
    begun = [record for record in records if record.began_at <= now]
    took = sorted(at - record.began_at for record in begun if (at := record.reacted_at) is not None and at <= now)
    counts = Counter(outcome(record, now) for record in begun)
    return Attainment(
        proven=counts[Outcome.PROVEN],
        by_word=counts[Outcome.BY_WORD],
        missed=counts[Outcome.MISSED],
        open=counts[Outcome.OPEN],
        no_number=counts[Outcome.NO_NUMBER],
        median=_reached_by(0.5, took),
        percentile_95=_reached_by(0.95, took),
    )


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
