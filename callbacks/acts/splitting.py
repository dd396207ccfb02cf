"""Split off a call that joined a callback: it was about something else, such as that of a colleague in one office.

The contact of a callback that a person joined with this one opens that callback again, with what came with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.joining_callbacks import refuse_unless_owner
from callbacks.acts.mails import origin_of_mail
from callbacks.acts.opening import open_callback
from callbacks.db.database import locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.removals import record_removal
from callbacks.db.states import OWED, CallbackOrigin, CallbackState, ContactWay
from callbacks.db.tables import Callback, Contact, JoinedContact
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.text.bilingual import Words


@dataclass(frozen=True)
class Split(Act):
    """Give a call that joined this callback its own one, due from the beginning of that call. For the owner too."""

    call_sid: str

    states = frozenset(CallbackState)

    def apply(self, context: ActContext) -> Words:
        session, callback = context.session, context.callback
        refuse_unless_owner(context, wording.OWNER_SPLITS)
        joined = session.get(JoinedContact, self.call_sid)
        if joined is None or joined.callback_id != callback.id:
            raise Refused(wording.NO_SUCH_CALL)
        contact = joined.contact
        record_removal(session, f"the call {contact.sid} from {callback.reference}")
        session.execute(delete(JoinedContact).where(JoinedContact.contact_sid == contact.sid))
        session.expunge(joined)
        session.expire(callback, ["joined"])
        contact.is_separate = True
        session.flush()
        opened = _joined_before(context, contact) or open_callback(
            session, context.desk, contact, context.now, _origin(context.desk, contact)
        )
        context.record(EventKind.CALL_SPLIT, f"It is {opened.reference} now.")
        had_joined = f"It had joined {callback.reference}."
        record_event(session, contact.sid, context.now, context.by.name, EventKind.CALL_SPLIT, had_joined)
        if contact.voicemail is not None:
            index_words(session, opened, contact.voicemail.transcript)
        return wording.split_off(callback.reference, opened.reference)


def _joined_before(context: ActContext, contact: Contact) -> Callback | None:
    """Return the callback that a contact had opened before it was joined with this one; it is open again. Else None."""
    session = context.session
    opened_by = Callback.contact_sid == contact.sid
    found = session.scalar(select(Callback.id).where(opened_by, Callback.state == CallbackState.JOINED))
    if found is None:
        return None
    callback = locked(session, Callback, found)
    back = update(JoinedContact).where(JoinedContact.came_from_id == callback.id)
    back = back.execution_options(synchronize_session="fetch")
    session.execute(back.values(callback_id=callback.id, came_from_id=None))
    session.expire(callback, ["joined"])
    session.expire(context.callback, ["joined"])
    change_state(callback, Change.SPLIT, context.now)
    return callback


def _origin(desk: Desk, contact: Contact) -> CallbackOrigin:
    """Return what the callback comes from. Somebody who spoke with the caller decides that more is to be done."""
    if contact.way is ContactWay.MAIL:
        return origin_of_mail(desk, contact.mailbox)
    return OWED.get(contact.outcome, CallbackOrigin.BY_HAND)
