"""Stores what a machine made of a message: this machine's speech model, or the carrier. People wait for neither."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked, locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import GONE, TranscribedBy
from callbacks.db.tables import Call, Callback, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.inbound.gist import gist_of, guessed_urgency
from callbacks.paging.transcript_texts import text_transcript
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words

LONGEST = 4000  # characters


def record_transcript(session: Session, desk: Desk, voicemail: Voicemail, words: str, by: Actor, now: datetime) -> None:
    """Store a transcript with its gist and a guess at its urgency, and text it to those who were paged."""
    words, language = words.strip()[:LONGEST], voicemail.call.language
    voicemail.transcribed_by, voicemail.transcript = TranscribedBy.MACHINE, words
    voicemail.gist, voicemail.guessed_urgency = gist_of(words, language), guessed_urgency(words, language)
    record_event(session, voicemail.call_sid, now, by, EventKind.MACHINE_TRANSCRIBED, words or "No words.")
    callback = callback_about(session, voicemail.call_sid)
    if callback is not None:
        index_words(session, callback, words)
        text_transcript(session, desk, callback, voicemail, now)


def record_carrier_transcript(
    session: Session, desk: Desk, call_sid: str, recording_sid: str, words: str, now: datetime
) -> None:
    """Store the carrier's transcript of a recording, once. None is stored of what was deleted, or is on record."""
    if locked_or_none(session, Call, call_sid) is None:
        return
    lock_callback_about(session, call_sid)
    theirs = select(Voicemail).where(Voicemail.call_sid == call_sid, Voicemail.recording_sid == recording_sid)
    voicemail = session.scalars(theirs.with_for_update(of=Voicemail)).first()
    if voicemail is None or voicemail.audio in GONE or voicemail.transcribed_by is not TranscribedBy.NOT_YET:
        return
    record_transcript(session, desk, voicemail, words, Actor.CARRIER, now)


def lock_callback_about(session: Session, call_sid: str) -> None:
    """Lock the callback that a call is about, which comes before its message."""
    callback = callback_about(session, call_sid)
    if callback is not None:
        locked(session, Callback, callback.id)
