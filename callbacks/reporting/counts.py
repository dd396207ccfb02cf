"""Counts for a report. Pure: facts and `now` in, counts out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from callbacks.db.states import PROMISED_AT_ANY_HOUR, AttemptProof, CallbackState, ContactWay
from callbacks.desk.night_hours import NightHours
from callbacks.lifecycle.sla_status import counted_from
from callbacks.records.proofs import NO_TRIES, PROOF_WORDS, Tries, decider
from callbacks.reporting.activity import Activity, ContactFact, PageFact
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
    """First attempts that came so many minutes after the call or mail."""

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
    mails: int
    callbacks: int
    pages: int


def promises(contacts: Iterable[ContactFact]) -> list[Record]:
    """Return the promised first reactions to some contacts.

    A callback cancelled before an attempt does not count, nor does one that is part of another.
    """
    return [
        Record(
            each.priority.value,
            each.came_in_on,
            counted_from(each.origin, each.began_at, each.opened_at),
            each.due_at,
            reacted_at=each.tries.reacted_at,
            proven_at=each.tries.proven_at,
            no_number_at=each.tries.no_number_at,
        )
        for each in contacts
        if each.priority is not None and each.due_at is not None and each.origin is not None
        and each.opened_at is not None and promises_a_call(each.state, each.tries)
    ]  # fmt: skip


def promised_at_any_hour(contacts: Iterable[ContactFact]) -> list[ContactFact]:
    """Return the contacts that are answered within one time at any hour, counted from when they began.

    The others have the first reaction of their priority, or a time that was agreed.
    """
    return [each for each in contacts if each.origin in PROMISED_AT_ANY_HOUR and each.promised_from is None]


def promises_a_call(state: CallbackState | None, tries: Tries) -> bool:
    """Return whether a callback counts as one that was promised. What a joined one promised, the other one does."""
    is_cancelled = state is CallbackState.CANCELLED and tries == NO_TRIES
    return not is_cancelled and state is not CallbackState.JOINED


def without_number(contacts: Iterable[ContactFact], now: datetime) -> list[str]:
    """Return the references of the callbacks where nobody could be called, in the order of their contacts."""
    return [
        each.reference
        for each in sorted(contacts, key=lambda each: each.began_at)
        if each.reference is not None
        for record in promises([each])
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
    """Count first attempts by their time after the call or mail. An attempt after `now` has not happened."""
    in_time, late = Counter[int](), Counter[int]()
    for record in records:
        if record.reacted_at is not None and record.reacted_at <= now:
            number = min((record.reacted_at - record.began_at) // BIN_WIDTH, BINS)
            (in_time if record.reacted_at <= record.due_at else late)[number] += 1
    return [ReactionCount(label, in_time[number], late[number]) for number, label in enumerate(_bin_labels())]


def _bin_labels() -> list[str]:
    edges = [number * BIN_WIDTH // timedelta(minutes=1) for number in range(BINS + 1)]
    return [*(f"{begin} to {end}" for begin, end in pairwise(edges)), f"{edges[-1]} and more"]


def calls_by_hour(calls: Iterable[ContactFact]) -> list[CallCount]:
    """Count calls by the hour of the day, in desk time."""
    counts = Counter((call.local.hour, call.is_open) for call in calls)
    return [CallCount(f"{hour:02}:00", counts[hour, True], counts[hour, False]) for hour in range(24)]


def calls_by_weekday(calls: Iterable[ContactFact]) -> list[CallCount]:
    """Count calls by the day of the week, in desk time."""
    counts = Counter((call.local.weekday(), call.is_open) for call in calls)
    return [CallCount(name, counts[day, True], counts[day, False]) for day, name in enumerate(DAYS["en"])]


def outcomes(found: Activity) -> list[OutcomeCount]:
    """Count the outcomes of calls, callbacks and attempts with what is known of them, the most frequent first."""
    counted = (each for each in found.contacts if each.state is not CallbackState.JOINED)
    callbacks = [each for each in counted if each.state is not None and each.origin is not None]
    attempts, proofs, deciders = Counter[str](), Counter[str](), Counter[str]()
    for attempt in found.attempts:
        proofs[PROOF_WORDS[attempt.proof]] += attempt.times
        if attempt.proof is not AttemptProof.NO_NUMBER:
            attempts[attempt.outcome.value] += attempt.times
            deciders[decider(attempt.outcome, is_told=attempt.is_told).value] += attempt.times
    by_kind = {
        "calls": Counter(call.outcome.value for call in found.calls),
        "callbacks": Counter(_outcome(each) for each in callbacks),
        "origins of callbacks": Counter(each.origin.value for each in callbacks if each.origin is not None),
        "attempts": attempts,
        "proofs": proofs,
        "who decided the outcome": deciders,
    }
    return [
        OutcomeCount(of, name, count) for of, counts in by_kind.items() for name, count in _most_frequent_first(counts)
    ]


def _outcome(of: ContactFact) -> str:
    if of.state is CallbackState.OPEN:
        return "open, not tried yet" if of.tries == NO_TRIES else "open, tried"
    return "closed by itself" if of.state is CallbackState.CLOSED else of.state.value if of.state else ""


def _most_frequent_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def load(found: Activity) -> list[Load]:
    """Return the load of each person who was paged, owned a callback or tried a customer, the most paged first."""
    paged, by_night, wakings = Counter[int](), Counter[int](), Counter[int]()
    for page in found.pages:
        paged[page.technician_id] += page.times
        by_night[page.technician_id] += page.times * found.hours.night.covers(page.local.time())
        wakings[page.technician_id] += page.times * found.hours.sleep.covers(page.local.time())
    owned = Counter(each.owner_id for each in found.contacts if each.owner_id is not None)
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


def nights(days: Days, hours: NightHours, contacts: Iterable[ContactFact], pages: Iterable[PageFact]) -> list[Night]:
    """Return the nights of some days that had a call, a mail, a callback or a page, the busiest first."""
    came, owed, paged = Counter[tuple[date, ContactWay]](), Counter[date](), Counter[date]()
    for contact in contacts:
        if (evening := hours.evening_of(contact.local)) is not None:
            came[evening, contact.way] += 1
            owed[evening] += contact.priority is not None
    for page in pages:
        if (evening := hours.evening_of(page.local)) is not None:
            paged[evening] += page.times
    evenings = {evening for evening, _ in came} | paged.keys()
    found = [
        Night(each, came[each, ContactWay.CALL], came[each, ContactWay.MAIL], owed[each], paged[each])
        for each in evenings
        if days.since <= each <= days.until
    ]
    return sorted(found, key=lambda night: (-night.calls, -night.mails, -night.callbacks, -night.pages, night.evening))
