"""The calls of a callback: the one that opened it, and those that joined it. All their events and messages are its."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import VoicemailState
from callbacks.db.tables import Call, Callback, Event, JoinedCall, Voicemail


def calls_of(callback: Callback) -> Sequence[Call]:
    """Return the call that opened a callback, then those that joined it, in order."""
    return (callback.call, *(each.call for each in callback.joined))


def messages_of(callback: Callback) -> Sequence[Voicemail]:
    """Return the messages that were left, or may have been, in order; a call without one has none here."""
    voicemails = (call.voicemail for call in calls_of(callback))
    return tuple(each for each in voicemails if each is not None and each.state is not VoicemailState.ABSENT)


def callback_about(session: Session, call_sid: str) -> Callback | None:
    """Return the callback that a call opened or joined, or None."""
    joined = select(Callback).join(JoinedCall, JoinedCall.callback_id == Callback.id)
    found = session.scalar(joined.where(JoinedCall.call_sid == call_sid))
    return found if found is not None else session.scalar(select(Callback).where(Callback.call_sid == call_sid))


def events_of_callback(session: Session, callback: Callback) -> Sequence[Event]:
    """Return every event of a callback's calls, oldest first."""
    joined = select(JoinedCall.call_sid).where(JoinedCall.callback_id == callback.id)
    theirs = (Event.call_sid == callback.call_sid) | Event.call_sid.in_(joined)
    return session.scalars(select(Event).where(theirs).order_by(Event.at, Event.id)).all()
