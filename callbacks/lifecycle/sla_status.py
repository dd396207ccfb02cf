"""How the promises of callbacks stand: the rows of each, given to the calculation in `sla`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callbacks.db.states import PROMISED_AT_ANY_HOUR, CallbackOrigin, CallbackState, PriorityLevel
from callbacks.db.tables import Callback, Contact, PriorityChange, Waiting
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.next_due import NextDue
from sla.explanation import explained
from sla.hours import SupportHours
from sla.priorities import Priority
from sla.promises import History, Promise, Wait, first_reaction, resolution
from sla.targets import Target

TRIED_AND_OPEN = (Callback.state == CallbackState.OPEN) & Callback.attempted_at.is_not(None)


class Resolution(NamedTuple):
    """How the resolution of one callback stands. `began_at` is when its call began."""

    callback_id: int
    priority: PriorityLevel
    line: str
    began_at: datetime
    promise: Promise


def explanations(session: Session, desk: Desk, hours: SupportHours, callback: Callback, now: datetime) -> list[str]:
    """Return what was promised and how it stands, in English sentences that a supervisor can read to the customer."""
    history = _histories(session, desk, Callback.id == callback.id)[0][1]
    promises = (first_reaction(history, hours, now), resolution(history, hours, now))
    return [explained(promise, hours) for promise in promises if promise is not None]


def resolutions(
    session: Session, desk: Desk, hours: SupportHours, which: ColumnElement[bool], now: datetime
) -> list[Resolution]:
    """Return how the resolutions of the callbacks `which` match stand. Those without a promise are left out."""
    found = []
    for (callback_id, priority, line, began_at), history in _histories(session, desk, which):
        promise = resolution(history, hours, now)
        if promise is not None:
            found.append(Resolution(callback_id, priority, line, began_at, promise))
    return found


def still_owed(session: Session, desk: Desk, hours: SupportHours, now: datetime) -> dict[int, Promise]:
    """Return the resolutions owed now by callback id: of open callbacks whose customer was tried."""
    return {each.callback_id: each.promise for each in resolutions(session, desk, hours, TRIED_AND_OPEN, now)}


def most_urgent_first(callbacks: Iterable[Callback], due: Mapping[int, NextDue]) -> list[Callback]:
    """Return open callbacks, untried ones first, by deadline; then the others, by priority and by what is due next.

    Those of which nothing is known to be due, because they opened while this was read, are left out.
    """

    def urgency(callback: Callback) -> tuple[bool, str, tuple[datetime, int]]:
        is_tried = callback.attempted_at is not None
        return is_tried, callback.priority.value if is_tried else "", due[callback.id].order

    return sorted((each for each in callbacks if each.id in due), key=urgency)


def promised_reaction(desk: Desk, origin: CallbackOrigin, promised_from: datetime | None = None) -> Target | None:
    """Return what was promised to the customer, or None where the first reaction of the priority holds.

    It is said before the beep and to a customer who names a time, and it holds for mails to an emergency mailbox.
    """
    is_said = origin in PROMISED_AT_ANY_HOUR or promised_from is not None
    return desk.promised_callback if is_said else None


def counted_from(origin: CallbackOrigin, began_at: datetime, opened_at: datetime) -> datetime:
    """Return what the clocks of a callback count from: the beginning of the contact that opened it.

    In a call that was answered the customer spoke with us until the callback was opened.
    """
    return opened_at if origin is CallbackOrigin.ANSWERED_CALL else began_at


def reaction_due_at(
    session: Session, desk: Desk, hours: SupportHours, callback: Callback, now: datetime
) -> datetime | None:
    """Return when the first reaction to a callback is due, after every change of its priority."""
    session.flush()
    history = _histories(session, desk, Callback.id == callback.id)[0][1]
    return first_reaction(history, hours, now).due_at


Facts = tuple[int, PriorityLevel, str, datetime]


# What a history is made of.
_COLUMNS = (
    *(Callback.id, Callback.priority, Contact.line, Contact.began_at),
    *(Callback.attempted_at, Callback.resolved_at, Callback.workaround_at, Callback.release_named_at),
    *(Callback.origin, Callback.promised_from, Callback.opened_at),
)


def _histories(session: Session, desk: Desk, which: ColumnElement[bool]) -> Sequence[tuple[Facts, History]]:
    """Return what happened to the callbacks `which` match, for their promises. Three queries, however many match."""
    rows = session.execute(select(*_COLUMNS).join(Contact, Callback.contact_sid == Contact.sid).where(which)).all()
    changes, waits = _changes(session, which), _waits(session, which)
    return [
        (
            (row.id, row.priority, row.line, row.began_at),
            History(
                began_at=(began_at := counted_from(row.origin, row.began_at, row.opened_at)),
                priorities=_priorities(desk, row.priority, row.line, began_at, changes[row.id], row.release_named_at),
                waits=tuple(waits[row.id]),
                attempted_at=row.attempted_at,
                resolved_at=row.resolved_at,
                workaround_at=row.workaround_at,
                promised_reaction=promised_reaction(desk, row.origin, row.promised_from),
                promised_from=row.promised_from,
            ),
        )
        for row in rows
    ]


def _priorities(
    desk: Desk,
    priority: PriorityLevel,
    line: str,
    began_at: datetime,
    changes: Sequence[tuple[datetime, PriorityLevel]],
    in_release_from: datetime | None,
) -> tuple[tuple[datetime, Priority], ...]:
    """Return every priority with its time. The first is the line's, or the callback's when the line is gone."""
    first = desk.lines[line].priority if line in desk.lines else priority
    given = tuple((at, desk.promises[level]) for at, level in [(began_at, first), *changes])
    if in_release_from is None:
        return given
    return (*given, (max(in_release_from, given[-1][0]), given[-1][1].in_a_release()))


def _changes(session: Session, which: ColumnElement[bool]) -> dict[int, list[tuple[datetime, PriorityLevel]]]:
    columns = select(PriorityChange.callback_id, PriorityChange.at, PriorityChange.priority)
    query = columns.join(Callback, PriorityChange.callback_id == Callback.id).join(
        Contact, Callback.contact_sid == Contact.sid
    )
    found = defaultdict[int, list[tuple[datetime, PriorityLevel]]](list)
    for callback_id, at, priority in session.execute(query.where(which).order_by(PriorityChange.at)):
        found[callback_id].append((at, priority))
    return found


def _waits(session: Session, which: ColumnElement[bool]) -> dict[int, list[Wait]]:
    columns = select(Waiting.callback_id, Waiting.since, Waiting.until)
    query = columns.join(Callback, Waiting.callback_id == Callback.id).join(
        Contact, Callback.contact_sid == Contact.sid
    )
    found = defaultdict[int, list[Wait]](list)
    for callback_id, since, until in session.execute(query.where(which).order_by(Waiting.since)):
        found[callback_id].append(Wait(since, until))
    return found
