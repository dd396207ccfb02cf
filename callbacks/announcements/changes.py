"""Start, change and end an announcement: the only code that does, for the console, the commands and the worker.

An announcement is in force by its instants alone, so callers and the status page need no worker. The entries in its
history are written when it starts, changes or ends: by whoever does it, or by the worker when its time comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from callbacks.announcements.in_force import in_words, lines_of, products_of
from callbacks.announcements.notices import cancel_earlier
from callbacks.db.database import locked, locked_or_none
from callbacks.db.event_kinds import Actor
from callbacks.db.states import AnnouncementChange
from callbacks.db.tables import Announcement, AnnouncementUpdate
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound, WrongState

LONGEST = 300  # letters: callers hear all of it before the menu
MOST_AT_ONCE = 50  # announcements whose time has come, in one transaction


@dataclass(frozen=True)
class Content:
    """What an announcement says, where, until when and about what. Its text is public."""

    english: str
    french: str
    lines: tuple[str, ...] = ()  # none: all lines
    ends_at: datetime | None = None  # None: until somebody ends it
    notifies: bool = False
    products: tuple[str, ...] = ()  # with a problem; none: it is about its lines, or about everything if it has none


def start(
    session: Session, desk: Desk, content: Content, by: str, now: datetime, starts_at: datetime | None = None
) -> Announcement:
    """Announce something, now or from a later time on. Raise WrongState."""
    begins = max(starts_at or now, now)
    checked = _checked(desk, content, begins, now)
    row = Announcement(starts_at=begins, created_at=now, created_by=by)
    _write(row, checked)
    session.add(row)
    session.flush()
    if begins <= now:
        _record(session, row, AnnouncementChange.STARTED, now, by)
    return row


def change(session: Session, desk: Desk, number: int, content: Content, by: str, now: datetime) -> Announcement:
    """Change what an announcement says, where it is heard, until when, and whether subscribers are told.

    Other words are an entry in its history, and so is a change to telling subscribers. Raise NotFound or WrongState.
    """
    row = _going_on(session, number, now)
    checked = _checked(desk, content, row.starts_at, now)
    is_news = in_words(row) != in_words(checked) or (checked.notifies and not row.notifies)
    _write(row, checked)
    if is_news and row.starts_at <= now:
        _record(session, row, AnnouncementChange.UPDATED, now, by)
    return row


def change_some(
    session: Session,
    desk: Desk,
    number: int,
    english: str | None,
    french: str | None,
    ends_at: datetime | None,
    by: str,
    now: datetime,
) -> Announcement:
    """Change what is given, and keep the rest. Raise NotFound or WrongState."""
    row = _going_on(session, number, now)
    content = Content(
        english or row.english,
        french or row.french,
        tuple(lines_of(row)),
        ends_at or row.ends_at,
        row.notifies,
        tuple(products_of(row)),
    )
    return change(session, desk, number, content, by, now)


def end(session: Session, number: int, by: str, now: datetime) -> Announcement:
    """End an announcement now. One that has not begun yet never will. Raise NotFound or WrongState."""
    row = _going_on(session, number, now)
    row.ends_at = now
    if row.starts_at <= now:
        _record(session, row, AnnouncementChange.ENDED, now, by)
    return row


def turn_due(session: Session, now: datetime) -> int:
    """Write down what began and ended by itself. Return how many announcements that concerns."""
    numbers = session.scalars(_due(now).limit(MOST_AT_ONCE)).all()
    rows = [locked_or_none(session, Announcement, number, skip_locked=True) for number in numbers]
    for row in rows:
        if row is not None:
            _catch_up(session, row, now)
    return len(numbers)


def next_turn_at(session: Session, now: datetime) -> datetime | None:
    """Return when an announcement next begins or ends by itself: at the latest now, if one has and is not recorded."""
    begins = select(func.min(Announcement.starts_at)).where(Announcement.starts_at > now, _lasts())
    ends = select(func.min(Announcement.ends_at)).where(Announcement.ends_at > now, _lasts())
    all_three = select(_due(now).limit(1).scalar_subquery(), begins.scalar_subquery(), ends.scalar_subquery())
    due, *turns = session.execute(all_three).one()
    return now if due is not None else min((at for at in turns if at is not None), default=None)


def _due(now: datetime) -> Select[int]:
    begins = and_(Announcement.starts_at <= now, ~_has(AnnouncementChange.STARTED))
    ends = and_(Announcement.ends_at <= now, ~_has(AnnouncementChange.ENDED))
    return select(Announcement.id).where(or_(begins, ends), _lasts()).order_by(Announcement.id)


def _lasts() -> ColumnElement[bool]:
    """Leave out what was dropped before it began: it ends before its beginning."""
    return or_(Announcement.ends_at.is_(None), Announcement.ends_at >= Announcement.starts_at)


def _has(change: AnnouncementChange) -> ColumnElement[bool]:
    of_it = AnnouncementUpdate.announcement_id == Announcement.id
    return exists().where(of_it, AnnouncementUpdate.change == change)


def _catch_up(session: Session, row: Announcement, now: datetime) -> None:
    """The history is read again, because another worker may have written it since the row was found."""
    written = _changes(session, row)
    if AnnouncementChange.STARTED not in written and row.starts_at <= now:
        _record(session, row, AnnouncementChange.STARTED, row.starts_at, row.created_by)
    if AnnouncementChange.ENDED not in written and row.ends_at is not None and row.ends_at <= now:
        _record(session, row, AnnouncementChange.ENDED, row.ends_at, Actor.DESK)


def _going_on(session: Session, number: int, now: datetime) -> Announcement:
    try:
        row = locked(session, Announcement, number)
    except NotFound:
        raise NotFound(f"There is no announcement {number}.") from None
    if row.ends_at is not None and row.ends_at <= now:
        raise WrongState(f"Announcement {number} has ended. Start a new one.")
    return row


def _changes(session: Session, row: Announcement) -> Sequence[AnnouncementChange]:
    query = select(AnnouncementUpdate.change).where(AnnouncementUpdate.announcement_id == row.id)
    return session.scalars(query).all()


def _record(session: Session, row: Announcement, change: AnnouncementChange, at: datetime, by: str) -> None:
    """Add an entry to the history. Whoever waits for the end hears of it, whether all subscribers are told or not."""
    is_told = not row.notifies and change is not AnnouncementChange.ENDED
    cancel_earlier(session, row)
    entry = AnnouncementUpdate(
        announcement_id=row.id, at=at, change=change, english=row.english, french=row.french, by=by, is_told=is_told
    )
    session.add(entry)
    session.flush()
    session.expire(row, ["updates"])


def _write(row: Announcement, content: Content) -> None:
    row.english, row.french = content.english, content.french
    row.lines, row.products = ";".join(content.lines), "\n".join(content.products)
    row.ends_at, row.notifies = content.ends_at, content.notifies


def _checked(desk: Desk, content: Content, begins: datetime, now: datetime) -> Content:
    """Return the content as it is stored. Raise WrongState."""
    english, french = _plain(content.english), _plain(content.french)
    if not english or not french:
        raise WrongState("Callers hear the announcement in their language. Enter it in English and in French.")
    longest = max(len(english), len(french))
    if longest > LONGEST:
        raise WrongState(f"The announcement has {longest} letters. Shorten it to {LONGEST}: callers hear all of it.")
    for line in content.lines:
        if line not in desk.lines:
            raise WrongState(f"There is no line {line[:40]!r}. Known: {', '.join(desk.lines)}.")
    known = desk.coverage.covered
    for product in content.products:
        if product not in known:
            raise WrongState(f"There is no product {product[:80]!r}. Known: {', '.join(known) or 'none'}.")
    if content.ends_at is not None and content.ends_at <= begins:
        raise WrongState("The announcement ends before it begins. Enter a later end.")
    if content.ends_at is not None and content.ends_at <= now:
        raise WrongState("That time is over already. Enter one that ends in the future.")
    lines = tuple(line for line in desk.lines if line in content.lines)
    return Content(
        english,
        french,
        () if len(lines) == len(desk.lines) else lines,
        content.ends_at,
        content.notifies,
        tuple(product for product in known if product in content.products),
    )


def _plain(text: str) -> str:
    """Return a text in one line, without characters that nobody can read or hear."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
