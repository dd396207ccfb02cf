"""Changes of announcements and subscriptions from the console."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import g, request
from sqlalchemy.orm import Session

from callbacks.announcements import changes, subscriptions
from callbacks.announcements.changes import Content
from callbacks.console.context import current
from callbacks.console.forms import field, number_field
from callbacks.desk.desk_file import Desk
from callbacks.text.formats import moment

LONGEST_FIELD = 1000  # what is too long is refused in words, and not cut


def _start(session: Session, desk: Desk, now: datetime) -> str:
    starts_at = _instant(desk, "from")
    row = changes.start(session, desk, _content(desk), g.user.email, now, starts_at=starts_at)
    if row.starts_at > now:
        return f"Announcement {row.id} begins {moment(row.starts_at, desk.zone, now)}."
    return f"Announcement {row.id} is in force."


def _change(session: Session, desk: Desk, now: datetime) -> str:
    row = changes.change(session, desk, number_field("number"), _content(desk), g.user.email, now)
    return f"Announcement {row.id} was changed."


def _end(session: Session, desk: Desk, now: datetime) -> str:
    row = changes.end(session, number_field("number"), g.user.email, now)
    return f"Announcement {row.id} has ended."


def _subscribe(session: Session, desk: Desk, now: datetime) -> str:
    language = "fr" if field("language") == "fr" else "en"
    address = field("address", 255)
    where = subscriptions.subscribe_from_console(session, desk, current().links, address, language, now)
    if "@" in where:
        return f"An email to {where} asks for confirmation."
    return f"{where} is subscribed, and is told so by text."


def _unsubscribe(session: Session, desk: Desk, now: datetime) -> str:
    subscriptions.leave(session, number_field("number"), now)
    return "The subscription has ended."


def _content(desk: Desk) -> Content:
    return Content(
        field("english", LONGEST_FIELD),
        field("french", LONGEST_FIELD),
        tuple(name for name in desk.lines if field(f"line {name}") == "1"),
        _instant(desk, "until"),
        field("notify") == "1",
        tuple(name for name in desk.coverage.covered if field(f"product {name}") == "1"),
    )


def _instant(desk: Desk, name: str) -> datetime | None:
    return desk.instant(field(name)) if request.form.get(name, "").strip() else None


CHANGES: dict[str, Callable[[Session, Desk, datetime], str]] = {
    "start": _start,
    "change": _change,
    "end": _end,
    "subscribe": _subscribe,
    "unsubscribe": _unsubscribe,
}
