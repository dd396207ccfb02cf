"""The audio of voicemails. Who listens is recorded; the carrier fetches it by a signed link that expires.

The recordings of menus, which every caller hears, are here too.
"""

from __future__ import annotations

import io
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, request, send_file
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.console.security import refuse_nul_characters
from callbacks.console.stored_files import stored_audio
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AudioState
from callbacks.db.tables import Event, Voicemail
from callbacks.records import audit_log

LISTENING_LASTS = timedelta(minutes=30)

blueprint = Blueprint("media", __name__)
blueprint.before_request(refuse_nul_characters)


@blueprint.get("/media/<token>.wav")
def message(token: str) -> Response:
    """Return a message that the carrier plays to a technician."""
    voicemail_id = current().links.voicemail_in(token)
    if voicemail_id is None:
        abort(404)
    return audio_response(voicemail_id)


@blueprint.get("/media/prompts/<name>")
def prompt(name: str) -> Response:
    """Return a recording that the carrier plays in a menu. Its name is made of its content, so it never changes."""
    found = next((each for each in current().desk.audio.values() if each.url_name == name), None)
    if found is None:
        abort(404)
    response = send_file(io.BytesIO(found.content), mimetype=found.media_type, conditional=True)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def audio_response(voicemail_id: int) -> Response:
    """Return a message's audio from the desk's own storage. Abort with 404 when it is not there."""
    context = current()
    voicemail = context.database.read(lambda session: session.get(Voicemail, voicemail_id))
    if voicemail is None or voicemail.audio is not AudioState.COPIED or voicemail.audio_file is None:
        abort(404)
    return stored_audio(context.media, voicemail.audio_file)


def note_listener(session: Session, voicemail: Voicemail, who: str, now: datetime) -> None:
    """Record that somebody listens to a message, each time they fetch its beginning.

    A player fetches the rest in ranges, which are recorded only when nothing else was in the last half hour.
    """
    is_beginning = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
    if request.method != "GET" or (not is_beginning and _is_listening(session, voicemail, who, now)):
        return
    audit_log.note_listener(session, voicemail.call_sid, who, now)


def _is_listening(session: Session, voicemail: Voicemail, who: str, now: datetime) -> bool:
    lately = select(Event.id).where(Event.contact_sid == voicemail.call_sid, Event.at > now - LISTENING_LASTS)
    theirs = lately.where(Event.actor == who, Event.kind == EventKind.MESSAGE_HEARD)
    return session.scalar(theirs.limit(1)) is not None
