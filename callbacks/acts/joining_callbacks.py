"""Join two open callbacks that are about one matter. `callbacks.acts.splitting` takes it back.

What was promised for both is kept: the earlier deadline and the more urgent priority hold. Reports count the callback
that stays, and not the one that joined it. So a customer whom nobody has tried is never joined to another one who was.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import SUPERVISORS, Act, ActContext, Refused
from callbacks.acts.conflicts import OWNER_CHANGED
from callbacks.acts.holds import release_hold
from callbacks.acts.promises import change_priority
from callbacks.acts.robots import end_suspicion
from callbacks.customers.find import caller_of
from callbacks.db.database import insert_once, locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PageKind
from callbacks.db.tables import Callback, Contact, JoinedContact
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.sla_status import promised_reaction
from callbacks.lifecycle.transitions import (
    Change,
    awaits_attempt,
    change_state,
    is_held,
    move_deadline,
    move_promise,
    owns,
    review,
)
from callbacks.paging import messages
from callbacks.paging.notices import notify_of_end, text_if_reachable
from callbacks.paging.pages import cancel_waiting, code_for
from callbacks.paging.subject import subject_of
from callbacks.records.contacts_of_callback import contacts_of
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.text.bilingual import Words
from callbacks.text.formats import reference_as_stored


@dataclass(frozen=True)
class Join(Act):
    """Make this callback part of another one that is open. For its owner and for supervisors."""

    reference: str
    """Of the other one, which stays open."""
    is_confirmed: bool = False
    """The two are of different customers, and the requester has seen that."""

    conflicts = OWNER_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        refuse_unless_owner(context, wording.OWNER_JOINS)
        other = _other(context, self.reference)
        ours, theirs = (_customer(context.session, context.desk, each) for each in (callback, other))
        if ours != theirs and not self.is_confirmed:
            raise Refused(wording.customers_differ(callback.reference, ours, other.reference, theirs))
        if ours != theirs and awaits_attempt(callback) and not awaits_attempt(other):
            raise Refused(wording.only_other_was_tried(callback.reference, ours, other.reference))
        _keep_promises(context, other)
        contacts = contacts_of(callback)
        _move_contacts(context, other)
        change_state(callback, Change.JOIN, context.now)
        context.record(EventKind.JOINED, f"It is part of {other.reference} now.")
        took_in = f"{callback.reference} is part of it now."
        record_event(context.session, other.contact_sid, context.now, context.by.name, EventKind.JOINED, took_in)
        for contact in contacts:
            _index(context.session, other, contact)
        review(other, context.now)
        _inform(context, other)
        return wording.joined(callback.reference, other.reference)


def refuse_unless_owner(context: ActContext, words: Words) -> None:
    """Raise Refused with these words for somebody who is neither the owner nor a supervisor."""
    if context.by.role not in SUPERVISORS and not owns(context.callback, context.acting_technician()):
        raise Refused(words)


def _other(context: ActContext, reference: str) -> Callback:
    session = context.session
    found = session.scalar(select(Callback.id).where(Callback.reference == reference_as_stored(reference)))
    if found is None:
        raise Refused(wording.no_such_callback(reference))
    if found == context.callback.id:
        raise Refused(wording.SAME_CALLBACK)
    other = locked(session, Callback, found)
    if other.state is not CallbackState.OPEN:
        raise Refused(wording.wrong_state(other.reference, other.state))
    return other


def _customer(session: Session, desk: Desk, callback: Callback) -> Words:
    """Return who a callback is for: the customer we know, else their number or address."""
    caller = caller_of(session, callback.contact)
    if caller is not None:
        return caller.in_words
    number = callback.contact.customer_number or callback.contact.caller
    return desk.dialing_rules.check(number).in_words


def _keep_promises(context: ActContext, other: Callback) -> None:
    """Have the earlier deadline and the more urgent priority hold for the callback that stays.

    A customer who was tried already has had their first reaction; the other one's stays due as it is.
    """
    session, desk, callback, now = context.session, context.desk, context.callback, context.now
    why = f" (joined with {callback.reference})"
    if callback.priority.value < other.priority.value:  # P1 is the most urgent
        change_priority(session, desk, other, callback.priority, context.by.name, now, why)
    if is_held(other, now) and not is_held(callback, now):
        release_hold(session, other, context.by.name, f"joined with {callback.reference}", now)
    if other.perhaps_robot and not callback.perhaps_robot:
        end_suspicion(session, desk, other, now)
    if not (awaits_attempt(callback) and awaits_attempt(other)) or callback.due_at >= other.due_at:
        return
    if promised_reaction(desk, callback.origin, callback.promised_from) is not None:
        move_promise(other, callback.promised_from or callback.contact.began_at, callback.due_at, now)
    move_deadline(other, callback.due_at, now)


def _move_contacts(context: ActContext, other: Callback) -> None:
    session, callback = context.session, context.callback
    theirs = update(JoinedContact).where(JoinedContact.callback_id == callback.id)
    theirs = theirs.execution_options(synchronize_session="fetch")
    session.execute(theirs.where(JoinedContact.came_from_id.is_(None)).values(came_from_id=callback.id))
    session.execute(theirs.values(callback_id=other.id))
    insert_once(
        session,
        JoinedContact,
        contact_sid=callback.contact_sid,
        callback_id=other.id,
        joined_at=callback.contact.began_at,
        came_from_id=callback.id,
    )
    session.expire(callback, ["joined"])
    session.expire(other, ["joined"])


def _index(session: Session, callback: Callback, contact: Contact) -> None:
    index_words(session, callback, contact.caller)
    index_words(session, callback, contact.caller_name)
    if contact.voicemail is not None:
        index_words(session, callback, contact.voicemail.transcript)


def _inform(context: ActContext, other: Callback) -> None:
    """Tell who was paged about the one that it is over, and the owner of the other what became part of it."""
    session, desk, callback, owner, now = context.session, context.desk, context.callback, other.owner, context.now
    cancel_waiting(session, callback)
    notify_of_end(session, desk, callback, wording.has_joined(other.reference), context.by.name, "", now)
    technician = context.by.technician
    if owner is None or (technician is not None and technician.id == owner.id):
        return
    code, subject = code_for(session, other, owner.id), subject_of(desk, other)
    words = messages.joined(subject, code, context.by.name, callback.reference)
    text_if_reachable(session, other, owner, PageKind.CALLED_AGAIN, words, now, code)
