"""What the queue shows: the open callbacks, earliest due first, and how many each view has."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callbacks.console.callbacks.screen import Row, due_on_screen, notes_of, rows_of
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.queue import Queued, queue
from callbacks.text.formats import span

A_PAGE = 50


class View(enum.Enum):
    """What the queue is narrowed to. The value is in the address."""

    ALL = "all"
    MINE = "mine"
    NOBODYS = "nobodys"
    CUSTOMER = "customer"
    RELEASE = "release"


VIEWS = {
    View.ALL: "All",
    View.MINE: "Mine",
    View.NOBODYS: "Nobody's",
    View.CUSTOMER: "Waiting for the customer",
    View.RELEASE: "Waiting for a release",
}


@dataclass(frozen=True)
class QueueRow:
    """One callback in the queue."""

    row: Row
    age: str


@dataclass(frozen=True)
class QueueScreen:
    rows: Sequence[QueueRow]
    view: View
    counts: Mapping[View, int]  # of the views that this user has
    page: int
    pages: int


def view_named(name: str, technician_id: int | None) -> View:
    """Return the view in an address; all of the queue for any other, and for one that this user does not have."""
    known = {view.value: view for view in _views_of(technician_id)}
    return known.get(name, View.ALL)


def queue_screen(
    session: Session,
    desk: Desk,
    visible: ColumnElement[bool],
    technician_id: int | None,
    view: View,
    page: int,
    now: datetime,
) -> QueueScreen:
    """Return one page of the queue, for a user who is this technician, or none."""
    found = queue(session, desk, support_hours(session, desk), visible, now)
    shown = {each: [queued for queued in found if _is_in(each, queued, technician_id)] for each in VIEWS}
    pages = max(1, -(-len(shown[view]) // A_PAGE))
    page = min(max(page, 1), pages)
    rows = _rows(session, desk, shown[view][(page - 1) * A_PAGE : page * A_PAGE], now)
    counts = {each: len(shown[each]) for each in _views_of(technician_id)}
    return QueueScreen(rows, view, counts, page, pages)


def _views_of(technician_id: int | None) -> Sequence[View]:
    return [view for view in View if view is not View.MINE or technician_id is not None]


def _is_in(view: View, queued: Queued, technician_id: int | None) -> bool:
    match view:
        case View.ALL:
            return True
        case View.MINE:
            return technician_id is not None and queued.owner_id == technician_id
        case View.NOBODYS:
            return queued.owner_id is None
        case View.CUSTOMER:
            return queued.is_waiting
        case View.RELEASE:
            return queued.release != ""


def _rows(session: Session, desk: Desk, page: Sequence[Queued], now: datetime) -> list[QueueRow]:
    query = select(Callback).where(Callback.id.in_([queued.id for queued in page]))
    by_id = {callback.id: callback for callback in session.scalars(query)}
    callbacks = [by_id[queued.id] for queued in page]
    rows = rows_of(session, desk, callbacks, now)
    return [
        QueueRow(
            row=replace(
                row,
                due=due_on_screen(queued.due, queued.release, now),
                notes=notes_of(callback, desk.zone, now, is_waiting=queued.is_waiting, said=queued.due.what),
            ),
            age=age_in_words(now - callback.contact.began_at),
        )
        for queued, callback, row in zip(page, callbacks, rows, strict=True)
    ]


def age_in_words(age: timedelta) -> str:
    """Return how long ago a customer turned to us: "3 d", or under two days "5 h 12 min"."""
    return f"{age.days} d" if age >= timedelta(days=2) else span(max(age, timedelta(0)))
