"""The calls of a callback: the one that opened it, and those that joined it. All their events and messages are its."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

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
    found = joined_callback(session, call_sid)
    return found if found is not None else session.scalar(select(Callback).where(Callback.call_sid == call_sid))


def joined_callback(session: Session, call_sid: str) -> Callback | None:
    """Return the callback that a call has joined, or None."""
    joined = select(Callback).join(JoinedCall, JoinedCall.callback_id == Callback.id)
    return session.scalar(joined.where(JoinedCall.call_sid == call_sid))


def calls_again(session: Session, which: ColumnElement[bool]) -> dict[int, int]:
    """Return how many calls have joined each of the callbacks `which` match, by id, without those that none has."""
    query = select(JoinedCall.callback_id, func.count()).join(Callback, Callback.id == JoinedCall.callback_id)
    return {row[0]: row[1] for row in session.execute(query.where(which).group_by(JoinedCall.callback_id))}


def is_of_callback(call_sid: InstrumentedAttribute[str], callback: Callback) -> ColumnElement[bool]:
    """Return the condition that a row's call is one of a callback's."""
    joined = select(JoinedCall.call_sid).where(JoinedCall.callback_id == callback.id)
    return (call_sid == callback.call_sid) | call_sid.in_(joined)


def events_of_callback(session: Session, callback: Callback) -> Sequence[Event]:
    """Return every event of a callback's calls, oldest first."""
    return session.scalars(
        select(Event).where(is_of_callback(Event.call_sid, callback)).order_by(Event.at, Event.id)
    ).all()
