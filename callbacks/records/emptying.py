"""Removes details from the event log and the audit log, so that both still verify.

A detail may hold what a customer said, and the law or the desk's own retention time asks for its removal. The row
stays: who did what, and when. Each removal is on record in `emptyings`, with a seal over what is left, made with the
key that is not in the database. `log_check` then compares what is left with that seal, and reports the removal as such.
Details that were removed without a record are reported as an edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Select, select, text, true, update
from sqlalchemy.orm import Session

from callbacks.db.states import EmptiedLog, SealScheme
from callbacks.db.tables import AuditEntry, Emptying, Event, EventSeal
from callbacks.records.audit_log import early_seal_of, seal_of
from callbacks.records.event_seals import EVENTS, EventRow, begin_seal, end_seal
from callbacks.records.seals import Seal, key_of

EMPTIED = "[removed]"  # the triggers know it too
NOT_SEALED = 0  # the row id of events that had no seal yet
AT_ONCE = 500  # ids in one query
Unit = tuple[str, int]  # a log, and the id of its row


@dataclass(frozen=True)
class Content:
    """What is left of the rows under one seal, in a seal of its own."""

    key: bytes
    log: EmptiedLog
    row_id: int
    original: str

    def begin(self) -> Seal:
        seal = Seal(self.key, f"emptied {self.log.value}", self.original)
        seal.add(self.row_id)
        return seal


def empty_events(session: Session, ids: Sequence[int], who: str, now: datetime) -> int:
    """Remove the details of events. Return how many had any."""
    _lock(session, "event_seals", "emptyings")  # so that none is sealed with its details at the same time
    found = [each for part in _parts(ids) for each in session.execute(_with_detail(part)).all()]
    if not found:
        return 0
    by_seal = [(_seal_over(session, event_id), event_id) for event_id in sorted(row.id for row in found)]
    for seal_id, group in groupby(by_seal, key=lambda pair: pair[0]):
        _empty_under_one_seal(session, seal_id, [event_id for _, event_id in group], who, now)
    return len(found)


def _with_detail(ids: Sequence[int]) -> Select[int]:
    return select(Event.id).where(Event.id.in_(ids), Event.detail.not_in(("", EMPTIED)))


def _parts(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _seal_over(session: Session, event_id: int) -> int:
    """Return the id of the seal that covers an event, or NOT_SEALED."""
    covering = select(EventSeal.id).where(EventSeal.last_event_id >= event_id).order_by(EventSeal.id).limit(1)
    return session.scalar(covering) or NOT_SEALED


def _empty_under_one_seal(session: Session, seal_id: int, ids: Sequence[int], who: str, now: datetime) -> None:
    was_intact = seal_id == NOT_SEALED or _is_intact(session, seal_id)
    for part in _parts(ids):
        session.execute(update(Event).where(Event.id.in_(part)).values(detail=EMPTIED))
    if not was_intact:  # no record would hide what somebody else has changed
        return
    content = "" if seal_id == NOT_SEALED else _content_of_events(session, session.get_one(EventSeal, seal_id))
    _record(session, EmptiedLog.EVENTS, seal_id, len(ids), content, who, now)


def _is_intact(session: Session, seal_id: int) -> bool:
    """Return whether the events under a seal are as they were sealed, or as the last removal left them."""
    made = session.get_one(EventSeal, seal_id)
    last = _last_content(session, EmptiedLog.EVENTS, seal_id)
    if last is not None:
        return _content_of_events(session, made) == last
    seal = begin_seal(key_of(session), _seal_before(session, made))
    for event in _events_under(session, made):
        event.add_to(seal)
    return end_seal(seal, made) == made.seal


def _content_of_events(session: Session, made: EventSeal) -> str:
    seal = Content(key_of(session), EmptiedLog.EVENTS, made.id, made.seal).begin()
    for event in _events_under(session, made):
        event.add_to(seal)
    return str(seal)


def _seal_before(session: Session, made: EventSeal) -> EventSeal | None:
    before = select(EventSeal).where(EventSeal.id < made.id).order_by(EventSeal.id.desc()).limit(1)
    return session.scalars(before).first()


def _events_under(session: Session, made: EventSeal) -> list[EventRow]:
    before = _seal_before(session, made)
    is_after = Event.id > before.last_event_id if before is not None else true()
    return [EventRow(*row) for row in session.execute(EVENTS.where(is_after, Event.id <= made.last_event_id))]


# The audit log


def empty_entries(session: Session, ids: Sequence[int], who: str, now: datetime) -> int:
    """Remove the details of entries of the audit log. Return how many had any."""
    _lock(session, "emptyings", "audit")
    emptied = 0
    for entry_id in sorted(ids):
        entry = session.get_one(AuditEntry, entry_id, populate_existing=True)
        if entry.detail in ("", EMPTIED):
            continue
        was_intact = _is_entry_intact(session, entry)
        session.execute(update(AuditEntry).where(AuditEntry.id == entry_id).values(detail=EMPTIED))
        session.refresh(entry)
        emptied += 1
        if was_intact:
            _record(session, EmptiedLog.AUDIT, entry_id, 1, content_of_entry(key_of(session), entry), who, now)
    return emptied


def _is_entry_intact(session: Session, entry: AuditEntry) -> bool:
    before = select(AuditEntry.seal).where(AuditEntry.id < entry.id).order_by(AuditEntry.id.desc()).limit(1)
    content = session.scalar(before) or "", entry.at, entry.who, entry.what, entry.detail
    is_early = entry.scheme is SealScheme.SHA256
    return entry.seal == (early_seal_of(*content) if is_early else seal_of(key_of(session), *content))


def content_of_entry(key: bytes, entry: AuditEntry) -> str:
    """Return the seal over what is left of an entry."""
    return seal_of_emptied_entry(
        key, entry.id, entry.seal, (entry.at.isoformat(), entry.who, entry.what, entry.detail, entry.scheme.value)
    )


def seal_of_emptied_entry(key: bytes, entry_id: int, original: str, parts: Sequence[str]) -> str:
    """Return the seal over an entry without its details."""
    seal = Content(key, EmptiedLog.AUDIT, entry_id, original).begin()
    seal.add(*parts)
    return str(seal)


# The record of removals


def _lock(session: Session, *tables: str) -> None:
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        for table in tables:
            session.execute(text(f"LOCK TABLE {table} IN EXCLUSIVE MODE"))


def _record(
    session: Session, log: EmptiedLog, row_id: int, emptied: int, content: str, who: str, now: datetime
) -> None:
    before = session.scalar(select(Emptying.seal).order_by(Emptying.id.desc()).limit(1)) or ""
    row = Emptying(at=now, who=who[:255], log=log, row_id=row_id, emptied=emptied, content=content)
    row.seal = seal_of_record(key_of(session), before, row)
    session.add(row)
    session.flush()


def seal_of_record(key: bytes, before: str, row: Emptying) -> str:
    """Return the seal of the record of a removal that follows the seal `before`."""
    seal = Seal(key, "emptyings", before)
    seal.add(row.at.isoformat(), row.who, row.log.value, row.row_id, row.emptied, row.content)
    return str(seal)


def _last_content(session: Session, log: EmptiedLog, row_id: int) -> str | None:
    last = select(Emptying.content).where(Emptying.log == log, Emptying.row_id == row_id)
    return session.scalar(last.order_by(Emptying.id.desc()).limit(1))


@dataclass(frozen=True)
class Removals:
    """Every recorded removal: what is left of the rows concerned, in words, and whether the record is intact."""

    contents: Mapping[Unit, str]
    words: Sequence[str]
    is_intact: bool


def removals_on_record(session: Session) -> Removals:
    """Return every recorded removal, checked against the key."""
    key, before, is_intact, contents = key_of(session), "", True, dict[Unit, str]()
    totals = dict[tuple[str, str, str], int]()
    for row in session.scalars(select(Emptying).order_by(Emptying.id)):
        is_intact &= seal_of_record(key, before, row) == row.seal
        before = row.seal
        if row.row_id != NOT_SEALED:
            contents[(row.log.value, row.row_id)] = row.content
        about = (row.log.value, f"{row.at:%Y-%m-%d}", row.who)
        totals[about] = totals.get(about, 0) + row.emptied
    return Removals(contents, [_in_words(*about, emptied) for about, emptied in totals.items()], is_intact)


_ROWS = {EmptiedLog.EVENTS.value: ("event", "events"), EmptiedLog.AUDIT.value: ("audit entry", "audit entries")}


def _in_words(log: str, day: str, who: str, emptied: int) -> str:
    one, several = _ROWS[log]
    if emptied == 1:
        return f"1 {one} was emptied on {day} by {who}."
    return f"{emptied:,} {several} were emptied on {day} by {who}."
