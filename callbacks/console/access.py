"""What the pages work with, who may open them, and what every answer carries."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Response, abort, g, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, Role
from callbacks.db.tables import Callback, Event, User, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.people import users
from callbacks.records import audit_log
from sla.clock import Clock

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
)
NOT_FOR_THE_LOG = ("token", "seen", "password", "old", "code", "secret")
HEARING_LASTS = timedelta(minutes=30)
View = Callable[..., ResponseReturnValue]


@dataclass(frozen=True)
class ConsoleParts:
    """What the console works with."""

    database: Database
    desk: Desk
    clock: Clock
    media_dir: Path
    public_url: str
    demo: bool = False


def _only(roles: Sequence[Role], words: str) -> Callable[[View], View]:
    """Guard a page: whoever is not logged in logs in first, and any other role is refused in words."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **named: Any) -> ResponseReturnValue:
            if g.user is None:
                return redirect(url_for("console.login"))
            if g.user.role not in roles:
                abort(403, words)
            return view(*arguments, **named)

        return guarded

    return guard


for_everyone = _only(tuple(Role), "")
for_readers = _only((*users.MAY_STEER, Role.READER), "Technicians see open callbacks and their own.")
for_workers = _only((*users.MAY_STEER, Role.TECHNICIAN), "Readers read; they change nothing.")
for_supervisors = _only(users.MAY_STEER, "Only supervisors and administrators may do this.")
for_administrators = _only((Role.ADMINISTRATOR,), "Only administrators may do this.")


def note_change(session: Session, now: datetime, what: str, about: str = "") -> None:
    """Enter into the audit log what the one who is logged in does, with what was written into the form."""
    fields = [f"{name}: {value}" for name, value in request.form.items() if name not in NOT_FOR_THE_LOG and value]
    audit_log.note(session, now, g.user.email, what, "; ".join(filter(None, [about, *fields])))


def kept_to_ourselves(answer: Response, parts: ConsoleParts, referrer: str = "same-origin") -> Response:
    """Add what every answer carries: nothing is loaded from elsewhere, framed elsewhere, or kept by a browser."""
    framed_by = "'self'" if parts.demo else "'none'"
    answer.headers["Content-Security-Policy"] = CONTENT_POLICY.format(framed_by=framed_by)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = referrer
    return answer


def refuse_what_cannot_be_stored() -> None:
    """Nobody types a NUL, and PostgreSQL takes none in a text."""
    fields = (value for values in (*request.args.lists(), *request.form.lists()) for value in values[1])
    if any("\x00" in text for text in (request.path, *fields)):
        abort(400, "There is a character in it that cannot be stored. Write it again.")


def visible_to(user: User) -> ColumnElement[bool]:
    """Which callbacks a user sees: a technician the open ones and their own, everybody else all."""
    if user.role is not Role.TECHNICIAN:
        return true()
    return or_(Callback.state == CallbackState.OPEN, Callback.owner_id == user.technician_id)


def note_listener(session: Session, voicemail: Voicemail, who: str, now: datetime) -> None:
    """Write down that somebody hears a message, once for each time it is fetched from its beginning.

    A player fetches the rest in pieces; a piece alone, by somebody who has not begun to hear it, counts as well.
    """
    is_beginning = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
    if request.method != "GET" or (not is_beginning and _is_hearing(session, voicemail, who, now)):
        return
    audit_log.note_listener(session, voicemail.call_sid, who, now)


def _is_hearing(session: Session, voicemail: Voicemail, who: str, now: datetime) -> bool:
    lately = select(Event.id).where(Event.call_sid == voicemail.call_sid, Event.at > now - HEARING_LASTS)
    theirs = lately.where(Event.actor == who, Event.kind == EventKind.MESSAGE_HEARD)
    return session.scalar(theirs.limit(1)) is not None


def audio_of(parts: ConsoleParts, voicemail_id: int) -> Response:
    """Give a message's audio, from our own storage."""
    found = parts.database.read(lambda session: session.get(Voicemail, voicemail_id))
    if found is None or found.audio_file is None:
        abort(404)
    file = parts.media_dir.resolve() / found.audio_file
    if not file.is_file():
        abort(404)
    return send_file(io.BytesIO(file.read_bytes()), mimetype="audio/wav", conditional=True)
