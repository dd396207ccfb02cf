"""The contacts of a callback: the one that opened it, and those that joined it. Their events and messages are its."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from callbacks.db.states import ContactWay, VoicemailState
from callbacks.db.tables import Callback, Contact, Event, JoinedContact, Voicemail


def contacts_of(callback: Callback) -> Sequence[Contact]:
    """Return the contact that opened a callback, then those that joined it, in order."""
    return (callback.contact, *(each.contact for each in callback.joined))


def messages_of(callback: Callback) -> Sequence[Voicemail]:
    """Return the messages that were left, or may have been, in order; a contact without one has none here."""
    voicemails = (contact.voicemail for contact in contacts_of(callback))
    return tuple(each for each in voicemails if each is not None and each.state is not VoicemailState.ABSENT)


def callback_about(session: Session, contact_sid: str) -> Callback | None:
    """Return the callback that a contact opened or joined, or None."""
    found = joined_callback(session, contact_sid)
    return found if found is not None else session.scalar(select(Callback).where(Callback.contact_sid == contact_sid))


def joined_callback(session: Session, contact_sid: str) -> Callback | None:
    """Return the callback that a contact has joined, or None."""
    joined = select(Callback).join(JoinedContact, JoinedContact.callback_id == Callback.id)
    return session.scalar(joined.where(JoinedContact.contact_sid == contact_sid))


def turned_to_us(session: Session, which: ColumnElement[bool]) -> dict[int, str]:
    """Return how often the customer turned to us about each of the callbacks `which` match, by id, if more than once.

    In words: "called twice, wrote 1 mail".
    """
    counted = select(Callback.id, Contact.way, func.count())
    opened = counted.join(Contact, Contact.sid == Callback.contact_sid)
    joined = counted.join(JoinedContact, JoinedContact.callback_id == Callback.id)
    joined = joined.join(Contact, Contact.sid == JoinedContact.contact_sid)
    ways = defaultdict[int, Counter[ContactWay]](Counter)
    for query in (opened, joined):
        for callback_id, way, count in session.execute(query.where(which).group_by(Callback.id, Contact.way)):
            ways[callback_id][way] += count
    return {callback_id: in_words(each) for callback_id, each in ways.items() if each.total() > 1}


def in_words(ways: Mapping[ContactWay, int]) -> str:
    """Return how often a customer turned to us: "called twice, wrote 1 mail". Pure."""
    calls, mails, notes = (ways.get(way, 0) for way in (ContactWay.CALL, ContactWay.MAIL, ContactWay.BY_HAND))
    said = (
        f"called {times(calls)}" if calls else "",
        f"wrote {mails} {'mail' if mails == 1 else 'mails'}" if mails else "",
        f"written down {times(notes)}" if notes else "",
    )
    return ", ".join(filter(None, said))


def times(count: int) -> str:
    """Return how often: "once", "twice", "3 times". Pure."""
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def is_of_callback(contact_sid: InstrumentedAttribute[str], callback: Callback) -> ColumnElement[bool]:
    """Return the condition that a row's contact is one of a callback's."""
    joined = select(JoinedContact.contact_sid).where(JoinedContact.callback_id == callback.id)
    return (contact_sid == callback.contact_sid) | contact_sid.in_(joined)


def events_of_callback(session: Session, callback: Callback) -> Sequence[Event]:
    """Return every event of a callback's contacts, oldest first."""
    return session.scalars(
        select(Event).where(is_of_callback(Event.contact_sid, callback)).order_by(Event.at, Event.id)
    ).all()
