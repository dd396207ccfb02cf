"""Verifies both logs: that no entry or event was edited, removed or added, and that no end was cut off.

A detail that was removed with a record of it (`callbacks.records.emptying`) is no edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import String, select, type_coerce
from sqlalchemy.orm import Session

from callbacks.db.states import EmptiedLog, SealScheme
from callbacks.db.tables import AuditEntry, EventSeal
from callbacks.records import audit_log, event_seals
from callbacks.records.audit_log import early_seal_of, seal_of
from callbacks.records.emptying import Content, Unit, removals_on_record, seal_of_emptied_entry
from callbacks.records.event_seals import EVENTS, EventRow, begin_seal, end_seal, latest_seal
from callbacks.records.seals import Head, key_of

AT_ONCE = 1000
# In SQLite, a row that was edited by hand may hold values that cannot be read.
UNREADABLE = (ValueError, LookupError, TypeError)
NOTHING = Head(0, "")
OR_THE_KEY = (
    "AUDIT_KEY (or SECRET_KEY, from which it is derived by default) was changed then, or the log was rewritten."
)
RECORD_EDITED = "The record of what was removed from the logs was edited, or AUDIT_KEY was changed since."
# The scheme is read as it is stored, like the kind of an event.
ENTRIES = select(
    AuditEntry.id, AuditEntry.at, AuditEntry.who, AuditEntry.what, AuditEntry.detail, AuditEntry.seal,
    type_coerce(AuditEntry.scheme, String),
).order_by(AuditEntry.id)  # fmt: skip


class EntryRow(NamedTuple):
    """An entry of the audit log as it is sealed."""

    id: int
    at: datetime
    who: str
    what: str
    detail: str
    seal: str
    scheme: str


@dataclass(frozen=True)
class Heads:
    """The heads of both logs."""

    entries: Head
    events: Head

    def __str__(self) -> str:
        return f"--head {self.entries} --event-head {self.events}"


def heads(session: Session) -> Heads:
    """Return the heads of both logs as they are now."""
    return Heads(audit_log.head(session), event_seals.head(session))


@dataclass
class LogCheck:
    """The length of a log, and its faults in sentences."""

    head: Head = NOTHING
    not_sealed: int = 0  # events since the last seal
    removed: list[str] = field(default_factory=list)  # details that were removed and are on record, in sentences
    faults: list[str] = field(default_factory=list)


def check_removals(session: Session) -> LogCheck:
    """Verify the record of what was removed from both logs. `removed` of the result names each removal."""
    on_record = removals_on_record(session)
    faults = [] if on_record.is_intact else [RECORD_EDITED]
    return LogCheck(faults=faults, removed=list(on_record.words))


class Mismatches:
    """Seals that do not match: one after an edit, or all from some point to the end after a change of the key."""

    def __init__(self) -> None:
        self.first, self._run_from, self._run = "", "", 0

    def add(self, place: str, fits: bool) -> None:
        """Add whether a seal matches, with its place in words, such as "entry 3 of 2026-11-29"."""
        if fits:
            self._run = 0
            return
        self.first = self.first or place
        self._run_from = self._run_from if self._run else place
        self._run += 1

    @property
    def reach_the_end(self) -> bool:
        return self._run > 1 and self._run_from == self.first


# The audit log


def check_entries(session: Session, heads: Iterable[tuple[str, Head]] = ()) -> LogCheck:
    """Verify the audit log, and compare it with heads, each with a description of where it is from."""
    found, mismatches, wanted, seen = LogCheck(), Mismatches(), tuple(heads), dict[int, str]()
    counts = {head.count for _, head in wanted}
    try:
        for number, entry, fits in _verified(session):
            mismatches.add(f"entry {number} of {entry.at:%Y-%m-%d %H:%M:%S} UTC", fits)
            found.head = Head(number, entry.seal)
            if number in counts:
                seen[number] = entry.seal
    except UNREADABLE:
        found.faults.append("The audit log was edited: one of its entries cannot be read.")
        return found
    found.faults += _faults_of_entries(mismatches)
    found.faults += [fault for origin, head in wanted for fault in _cut(found.head.count, head, seen, origin)]
    return found


def _verified(session: Session) -> Iterator[tuple[int, EntryRow, bool]]:
    """Yield each entry with its number, and whether its seal matches. After the first HMAC, no plain hash does."""
    key, before, is_sealed = key_of(session), "", False
    removed = removals_on_record(session).contents
    rows = session.execute(ENTRIES.execution_options(yield_per=AT_ONCE))
    for number, row in enumerate(rows, start=1):
        entry = EntryRow(*row)
        is_sealed = is_sealed or entry.scheme != SealScheme.SHA256.value
        content = before, entry.at, entry.who, entry.what, entry.detail
        left = removed.get((EmptiedLog.AUDIT.value, entry.id))
        if left is None:
            fits = entry.seal == (seal_of(key, *content) if is_sealed else early_seal_of(*content))
        else:
            parts = (entry.at.isoformat(), entry.who, entry.what, entry.detail, entry.scheme)
            fits = left == seal_of_emptied_entry(key, entry.id, entry.seal, parts)
        yield number, entry, fits and is_sealed is (entry.scheme == SealScheme.HMAC.value)
        before = entry.seal


def _faults_of_entries(mismatches: Mismatches) -> Iterator[str]:
    if mismatches.reach_the_end:
        yield f"From {mismatches.first} on, no entry matches the key: {OR_THE_KEY}"
    elif mismatches.first:
        yield f"The audit log was edited: {mismatches.first} was changed, or an entry before it was removed."


def _cut(count: int, head: Head, seen: dict[int, str], origin: str) -> Iterator[str]:
    if head.count > count:
        yield f"The audit log was cut: it has {count:,} entries, and {origin} says {head.count:,}."
    elif head.count and not head.fits(seen[head.count]):
        yield f"The audit log was cut or rewritten: entry {head.count:,} does not match {origin}."


@dataclass(frozen=True)
class KeptHead:
    """A head of the audit log that a seal of events holds."""

    at: datetime
    head: Head


def head_kept(session: Session) -> KeptHead | None:
    """Return the newest head of the audit log that a seal of events holds. It shows if only the audit log was cut."""
    newest = latest_seal(session)
    return KeptHead(newest.at, Head(newest.entries, newest.entry_seal)) if newest is not None else None


# The event log


def check_events(session: Session, head: Head | None = None) -> LogCheck:
    """Verify the seals of the event log, and compare them with a head that was kept elsewhere."""
    found, mismatches = LogCheck(), Mismatches()
    newest = latest_seal(session)  # read first, so that what it covers is there when the events are read
    is_known = head is None or head.count == 0
    try:
        events = Events(session)
        for before, seal in _seals(session, newest.id if newest is not None else 0):
            mismatches.add(*events.compared(before, seal))
            found.head = Head(seal.events, seal.seal)
            is_known = is_known or (head is not None and head.count == seal.events and head.fits(seal.seal))
        found.not_sealed = events.count_rest()
    except UNREADABLE:
        found.faults.append("The event log was edited: one of its events cannot be read.")
        return found
    found.faults += _faults_of_events(mismatches)
    if head is not None and not is_known:
        found.faults.append(_cut_events(found.head.count, head))
    return found


def _seals(session: Session, up_to: int) -> Iterator[tuple[EventSeal | None, EventSeal]]:
    """Yield every seal, with the one before."""
    query = select(EventSeal).where(EventSeal.id <= up_to).order_by(EventSeal.id)
    before: EventSeal | None = None
    for seal in session.scalars(query.execution_options(yield_per=AT_ONCE)):
        yield before, seal
        before = seal


class Events:
    """The events in the order of their ids, read once, beside the seals."""

    def __init__(self, session: Session) -> None:
        rows = session.execute(EVENTS.execution_options(yield_per=AT_ONCE))
        self._key, self._rows = key_of(session), (EventRow(*row) for row in rows)
        self._removed: Mapping[Unit, str] = removals_on_record(session).contents
        self._next = next(self._rows, None)

    def compared(self, before: EventSeal | None, made: EventSeal) -> tuple[str, bool]:
        """Return words for the events that a seal covers, and whether they are as they were sealed."""
        seal, count, first = begin_seal(self._key, before), 0, made.last_event_id
        left = Content(self._key, EmptiedLog.EVENTS, made.id, made.seal).begin()
        while self._next is not None and self._next.id <= made.last_event_id:
            first = first if count else self._next.id
            self._next.add_to(seal)
            self._next.add_to(left)
            count += 1
            self._next = next(self._rows, None)
        removed = self._removed.get((EmptiedLog.EVENTS.value, made.id))
        fits = end_seal(seal, made) == made.seal if removed is None else str(left) == removed
        expected = made.events - (before.events if before is not None else 0)
        return (_place(first, made) + _difference(count - expected)), fits

    def count_rest(self) -> int:
        """Return how many events no seal covers yet."""
        return 0 if self._next is None else 1 + sum(1 for _ in self._rows)


def _place(first: int, made: EventSeal) -> str:
    return f"events {first} to {made.last_event_id}, sealed on {made.at:%Y-%m-%d %H:%M:%S} UTC"


def _difference(more: int) -> str:
    if not more:
        return ""
    return f" ({more} added)" if more > 0 else f" ({-more} removed)"


def _faults_of_events(mismatches: Mismatches) -> Iterator[str]:
    if mismatches.reach_the_end:
        yield f"From {mismatches.first} on, no seal of events matches the key: {OR_THE_KEY}"
    elif mismatches.first:
        yield f"The event log was edited: {mismatches.first}, were changed."


def _cut_events(count: int, head: Head) -> str:
    if head.count > count:
        return f"The event log was cut: its seals cover {count:,} events, and the head says {head.count:,}."
    return f"The event log was cut or rewritten: no seal over {head.count:,} events matches the head."
