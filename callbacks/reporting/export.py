"""The export: every callback as a record for other programs, as CSV or JSON."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, CallbackState, ContactWay
from callbacks.db.tables import Callback, Contact, JoinedContact, ReachAttempt, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.records.contacts_of_callback import contacts_of, messages_of
from callbacks.records.proofs import Tries, decider, proof_of, tries_from
from callbacks.reporting.pieces import by_ids
from callbacks.text.csv_text import csv_of
from callbacks.text.dialing_rules import NumberKind


@dataclass(frozen=True)
class AttemptRecord:
    """One attempt to reach the customer, or a call that never rang, whose `proof` is "".

    In a CSV, the attempts of a callback are in one field, separated by semicolons.
    """

    tried_at: str
    rang_at: str
    technician: str
    outcome: str
    proof: str  # "carrier", "mail", "word" or "no number"
    decided_by: str  # "technician", "carrier", "carrier's guess" or "mail server"
    seconds: str

    def __str__(self) -> str:
        return f"{self.tried_at} {self.technician}: {self.outcome} ({self.proof or 'no attempt'}, {self.decided_by})"


@dataclass(frozen=True)
class Record:
    """One callback. The fields are the columns of the CSV and the keys of the JSON: other programs rely on them.

    An instant is ISO 8601 in UTC, to the second, and "" where it has not come.
    """

    reference: str
    line: str
    caller: str
    began_at: str
    due_at: str
    message_seconds: str
    state: str
    owner: str
    acknowledged_at: str
    attempted_at: str
    resolved_at: str
    kept: str  # "yes", "no", or "" while it is undecided, where nobody could be called, and for one that was joined
    attempts: int  # with a proof
    priority: str
    caller_name: str
    number_to_ring: str
    product: str
    coverage: str
    breached_at: str
    transcript: str
    proof: str  # of the first reaction: "carrier", "mail", "word", "no number", or "" while nobody has tried
    origin: str  # "voicemail", "missed call", "by hand", "answered call", "mail", "emergency mail"
    outcome: str  # of the last attempt
    decided_by: str  # who decided that outcome: "technician", "carrier", "carrier's guess" or "mail server"
    try_again_at: str
    release: str
    workaround_at: str
    extension: str  # of the number to ring
    language: str  # "en" or "fr": that the caller chose, else the line's
    way: str  # how the customer turned to us first: "call", "mail" or "by hand"
    mailbox: str  # that was written to
    calls: int  # that opened or joined it
    mails: int  # that opened or joined it
    outside_ticket: str  # its number in another system
    outside_ticket_url: str
    each_attempt: tuple[AttemptRecord, ...]


def due(session: Session, since: datetime | None = None, until: datetime | None = None) -> Sequence[int]:
    """Return the ids of callbacks with a deadline from `since` on and before `until`, the earliest deadline first."""
    query = select(Callback.id).order_by(Callback.due_at, Callback.id)
    if since is not None:
        query = query.where(Callback.due_at >= since)
    if until is not None:
        query = query.where(Callback.due_at < until)
    return session.scalars(query).all()


def records(database: Database, desk: Desk, ids: Sequence[int]) -> Iterator[Record]:
    """Yield the callbacks with these ids, in their order."""
    return by_ids(database, lambda session, some: _records(session, desk, some), ids)


def _records(session: Session, desk: Desk, ids: Sequence[int]) -> Iterator[Record]:
    """Yield some callbacks, with a number of queries that does not grow by callback."""
    query = select(Callback).where(Callback.id.in_(ids))
    of_joined = selectinload(Callback.joined).joinedload(JoinedContact.contact).selectinload(Contact.voicemail)
    with_voicemails = query.options(joinedload(Callback.contact).selectinload(Contact.voicemail), of_joined)
    callbacks = {callback.id: callback for callback in session.scalars(with_voicemails)}
    attempts = defaultdict[int, list[ReachAttempt]](list)
    for attempt in _attempts(session, ids):
        attempts[attempt.callback_id].append(attempt)
    yield from (_record(desk, callbacks[each], attempts[each]) for each in ids if each in callbacks)


def as_csv(rows: Iterable[Record]) -> str:
    """Return records as CSV, with a header."""
    return csv_of((field.name for field in fields(Record)), (_fields(row) for row in rows))


def _fields(row: Record) -> Iterator[object]:
    yield from (getattr(row, field.name) for field in fields(Record) if field.name != "each_attempt")
    yield "; ".join(str(attempt) for attempt in row.each_attempt)


def _attempts(session: Session, ids: Sequence[int]) -> Iterator[ReachAttempt]:
    by_name = joinedload(ReachAttempt.technician).lazyload(Technician.rules)
    query = select(ReachAttempt).options(by_name).order_by(ReachAttempt.tried_at, ReachAttempt.id)
    yield from session.scalars(query.where(ReachAttempt.callback_id.in_(ids)))


def _record(desk: Desk, callback: Callback, rows: Sequence[ReachAttempt]) -> Record:
    call, customer, messages = callback.contact, customer_number(desk, callback), messages_of(callback)
    attempts = [row for row in rows if row.proof is not AttemptProof.NONE]
    last, tries = attempts[-1] if attempts else None, tries_from(attempts)
    return Record(
        reference=callback.reference,
        line=call.line,
        caller="" if customer.caller.kind is NumberKind.OWN else call.caller,
        began_at=_iso(call.began_at),
        due_at=_iso(callback.due_at),
        message_seconds=str(sum(each.seconds or 0 for each in messages) or ""),
        state=callback.state.value,
        owner=callback.owner.name if callback.owner else "",
        acknowledged_at=_iso(callback.acknowledged_at),
        attempted_at=_iso(callback.attempted_at),
        resolved_at=_iso(callback.resolved_at),
        kept=_kept(callback, tries),
        attempts=len(attempts),
        priority=callback.priority.value,
        caller_name=call.caller_name,
        number_to_ring=customer.number or "",
        product=callback.product,
        coverage=callback.coverage.value,
        breached_at=_iso(callback.breached_at),
        transcript=" / ".join(each.transcript for each in messages if each.transcript),
        proof=proof_of(callback, tries).value,
        origin=callback.origin.value,
        outcome=last.outcome.value if last else "",
        decided_by=decider(last.outcome, is_told=last.is_told).value if last else "",
        try_again_at=_iso(callback.try_again_at),
        release=callback.release,
        workaround_at=_iso(callback.workaround_at),
        extension=customer.extension,
        language=call.language,
        way=call.way.value,
        mailbox=call.mailbox,
        calls=sum(each.way is ContactWay.CALL for each in contacts_of(callback)),
        mails=sum(each.way is ContactWay.MAIL for each in contacts_of(callback)),
        outside_ticket=callback.outside_ticket,
        outside_ticket_url=desk.tickets.link_to(callback.outside_ticket),
        each_attempt=tuple(_attempt_record(row) for row in rows),
    )


def _attempt_record(row: ReachAttempt) -> AttemptRecord:
    return AttemptRecord(
        tried_at=_iso(row.tried_at),
        rang_at=_iso(row.rang_at),
        technician=row.technician.name,
        outcome=row.outcome.value,
        proof=row.proof.value,
        decided_by=decider(row.outcome, is_told=row.is_told).value,
        seconds=str(row.seconds or ""),
    )


def _kept(callback: Callback, tries: Tries) -> str:
    if callback.state is CallbackState.JOINED:
        return ""
    if tries.reacted_at is not None:
        return "yes" if tries.reacted_at <= callback.due_at else "no"
    return "no" if callback.breached_at is not None else ""


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
