"""Counts for a report. Pure: facts and `now` in, counts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from callbacks.db.states import AttemptProof, CallbackState
from callbacks.desk.night_hours import NightHours
from callbacks.records.proofs import NO_TRIES, PROOF_WORDS, Tries, decider
from callbacks.reporting.activity import Activity, CallFact, PageFact
from callbacks.reporting.periods import Days
from callbacks.text.formats import DAYS
from sla.attainment import Attainment, Outcome, Record, attainment_by, by_priority, by_week, grouped, outcome

BIN_WIDTH = timedelta(minutes=5)
BINS = 12  # up to an hour; longer times are counted together
MOST_NIGHTS = 10


@dataclass(frozen=True)
class Week:
    """How the promise was kept in one week, for one priority."""

    name: str  # "2026-W48"
    monday: date
    priority: str
    kept: Attainment


@dataclass(frozen=True)
class ReactionCount:
    """First attempts that came so many minutes after the call."""

    minutes: str  # "5 to 10"
    in_time: int
    late: int


@dataclass(frozen=True)
class CallCount:
    """Calls in one hour of the day, or on one day of the week."""

    when: str  # "22:00", "Sat"
    in_hours: int
    after_hours: int


@dataclass(frozen=True)
class OutcomeCount:
    """How many calls, callbacks or attempts had one outcome, one proof or one origin."""

    of: str  # "calls", "callbacks", "attempts" and more
    outcome: str
    count: int


@dataclass(frozen=True)
class Load:
    """What one person did. A page during the hours of sleep counts both as a page by night and as a waking."""

    person: str
    by_day: int  # pages
    by_night: int  # pages
    wakings: int
    owned: int  # callbacks
    proven: int  # attempts, by the carrier or the mail server
    by_word: int  # attempts
    no_number: int  # callbacks without anybody to call

    @property
    def attempts(self) -> int:
        """How many attempts to reach customers, proven or by word."""
        return self.proven + self.by_word


@dataclass(frozen=True)
class Night:
    """Counts for one night."""

    evening: date  # the day on which the night begins
    calls: int
    callbacks: int
    pages: int


def promises(calls: Iterable[CallFact]) -> list[Record]:
    """Return the promised first reactions of some calls.

    A callback cancelled before an attempt does not count, nor does one that is part of another.
    """
    return [
        Record(
            call.priority.value,
            call.line,
            call.began_at,
            call.due_at,
            reacted_at=call.tries.reacted_at,
            proven_at=call.tries.proven_at,
            no_number_at=call.tries.no_number_at,
        )
        for call in calls
        if call.priority is not None and call.due_at is not None and promises_a_call(call.state, call.tries)
    ]


def promises_a_call(state: CallbackState | None, tries: Tries) -> bool:
    """Return whether a callback counts as one that was promised. What a joined one promised, the other one does."""
    is_cancelled = state is CallbackState.CANCELLED and tries == NO_TRIES
    return not is_cancelled and state is not CallbackState.JOINED


def without_number(calls: Iterable[CallFact], now: datetime) -> list[str]:
    """Return the references of the callbacks where nobody could be called, in the order of their calls."""
    return [
        call.reference
        for call in sorted(calls, key=lambda call: call.began_at)
        if call.reference is not None
        for record in promises([call])
        if outcome(record, now) is Outcome.NO_NUMBER
    ]


def weeks(found: Activity, records: Sequence[Record], now: datetime) -> list[Week]:
    """Return how the promise was kept, by week and priority. A week without a promise is left out."""
    by_name = grouped(by_week(found.zone), records)
    return [
        Week(name, monday, priority, kept)
        for monday in found.days.mondays()
        if (name := f"{monday:%G-W%V}") in by_name
        for priority, kept in attainment_by(by_priority, by_name[name], now).items()
    ]


def first_reactions(records: Iterable[Record], now: datetime) -> list[ReactionCount]:
    """Count first attempts by their time after the call. An attempt after `now` has not happened."""
    in_time, late = Counter[int](), Counter[int]()
    for record in records:
        if record.reacted_at is not None and record.reacted_at <= now:
            number = min((record.reacted_at - record.began_at) // BIN_WIDTH, BINS)
            (in_time if record.reacted_at <= record.due_at else late)[number] += 1
    return [ReactionCount(label, in_time[number], late[number]) for number, label in enumerate(_bin_labels())]


def _bin_labels() -> list[str]:
    edges = [number * BIN_WIDTH // timedelta(minutes=1) for number in range(BINS + 1)]
    return [*(f"{begin} to {end}" for begin, end in pairwise(edges)), f"{edges[-1]} and more"]


def calls_by_hour(calls: Iterable[CallFact]) -> list[CallCount]:
    """Count calls by the hour of the day, in desk time."""
    counts = Counter((call.local.hour, call.is_open) for call in calls)
    return [CallCount(f"{hour:02}:00", counts[hour, True], counts[hour, False]) for hour in range(24)]


def calls_by_weekday(calls: Iterable[CallFact]) -> list[CallCount]:
    """Count calls by the day of the week, in desk time."""
    counts = Counter((call.local.weekday(), call.is_open) for call in calls)
    return [CallCount(name, counts[day, True], counts[day, False]) for day, name in enumerate(DAYS["en"])]


def outcomes(found: Activity) -> list[OutcomeCount]:
    """Count the outcomes of calls, callbacks and attempts with what is known of them, the most frequent first."""
    counted = (call for call in found.calls if call.state is not CallbackState.JOINED)
    callbacks = [call for call in counted if call.state is not None and call.origin is not None]
    attempts, proofs, deciders = Counter[str](), Counter[str](), Counter[str]()
    for attempt in found.attempts:
        proofs[PROOF_WORDS[attempt.proof]] += attempt.times
        if attempt.proof is not AttemptProof.NO_NUMBER:
            attempts[attempt.outcome.value] += attempt.times
            deciders[decider(attempt.outcome, is_told=attempt.is_told).value] += attempt.times
    by_kind = {
        "calls": Counter(call.outcome.value for call in found.calls),
        "callbacks": Counter(_outcome(call) for call in callbacks),
        "origins of callbacks": Counter(call.origin.value for call in callbacks if call.origin is not None),
        "attempts": attempts,
        "proofs": proofs,
        "who decided the outcome": deciders,
    }
    return [
        OutcomeCount(of, name, count) for of, counts in by_kind.items() for name, count in _most_frequent_first(counts)
    ]


def _outcome(call: CallFact) -> str:
    if call.state is CallbackState.OPEN:
        return "open, not tried yet" if call.tries == NO_TRIES else "open, tried"
    return "closed by itself" if call.state is CallbackState.CLOSED else call.state.value if call.state else ""


def _most_frequent_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def load(found: Activity) -> list[Load]:
    """Return the load of each person who was paged, owned a callback or tried a customer, the most paged first."""
    paged, by_night, wakings = Counter[int](), Counter[int](), Counter[int]()
    for page in found.pages:
        paged[page.technician_id] += page.times
        by_night[page.technician_id] += page.times * found.hours.night.covers(page.local.time())
        wakings[page.technician_id] += page.times * found.hours.sleep.covers(page.local.time())
    owned = Counter(call.owner_id for call in found.calls if call.owner_id is not None)
    tried = Counter[tuple[int, AttemptProof]]()
    for attempt in found.attempts:
        tried[attempt.technician_id, attempt.proof] += attempt.times
    loads = [
        Load(
            name,
            by_day=paged[id] - by_night[id],
            by_night=by_night[id],
            wakings=wakings[id],
            owned=owned[id],
            proven=tried[id, AttemptProof.CARRIER] + tried[id, AttemptProof.MAIL],
            by_word=tried[id, AttemptProof.WORD],
            no_number=tried[id, AttemptProof.NO_NUMBER],
        )
        for id, name in found.names.items()
        if paged[id] or owned[id] or any(tried[id, proof] for proof in AttemptProof)
    ]
    return sorted(loads, key=lambda each: (-each.by_day - each.by_night, each.person))


def nights(days: Days, hours: NightHours, calls: Iterable[CallFact], pages: Iterable[PageFact]) -> list[Night]:
    """Return the nights of some days that had a call or a page, the busiest first."""
    called, owed, paged = Counter[date](), Counter[date](), Counter[date]()
    for call in calls:
        if (evening := hours.evening_of(call.local)) is not None:
            called[evening] += 1
            owed[evening] += call.priority is not None
    for page in pages:
        if (evening := hours.evening_of(page.local)) is not None:
            paged[evening] += page.times
    evenings = [evening for evening in called.keys() | paged.keys() if days.since <= evening <= days.until]
    found = [Night(evening, called[evening], owed[evening], paged[evening]) for evening in evenings]
    return sorted(found, key=lambda night: (-night.calls, -night.callbacks, -night.pages, night.evening))
