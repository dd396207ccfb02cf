"""The customer called again: one person hears of it, and not at each call."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import ANSWERED, IN_VAIN, CallbackState, PageKind, PageState, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, Contact, JoinedContact, Page, Technician
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import MailboxMeaning
from callbacks.lifecycle.transitions import is_paged_each_morning, note_called_again_told
from callbacks.paging import messages
from callbacks.paging.notices import PAGED, text_if_reachable, text_way
from callbacks.paging.pages import code_for
from callbacks.paging.subject import subject_of
from callbacks.records.proofs import last_attempt

ONCE_IN = timedelta(minutes=10)


def notify_called_again(session: Session, desk: Desk, callback: Callback, contact: Contact, now: datetime) -> None:
    """Text the owner, or whoever was paged last, that the customer called again; at most once in ten minutes.

    Not where another text says so: a page that is still to be sent, or the request for the next attempt. Nor while
    perhaps no person calls and nobody has it: if this call shows one, it is paged at once.
    """
    if is_paged_each_morning(callback) and callback.owner_id is None:
        return
    if callback.state is not CallbackState.OPEN or _is_told(callback, now):
        return
    technician = _owner(callback) or _last_paged(session, callback)
    if technician is None or called_again_in_vain_at(session, callback) is not None:
        return
    code, subject = code_for(session, callback, technician.id), subject_of(desk, callback)
    words = messages.called_again(subject, code, contact.began_at, now, left_message=_left_message(contact))
    text_if_reachable(session, callback, technician, PageKind.CALLED_AGAIN, words, now, code)
    note_called_again_told(callback, now)


def notify_wrote_again(
    session: Session, desk: Desk, callback: Callback, contact: Contact, about: str, now: datetime,
    not_before: datetime | None = None,
) -> None:  # fmt: skip
    """Text the owner, or whoever was paged last, that the customer wrote, as often as when they call again.

    `not_before`: nobody is woken for it.
    """
    at = not_before or now
    if callback.state is not CallbackState.OPEN or _is_told(callback, at):
        return
    technician = _owner(callback) or _last_paged(session, callback)
    is_asked = callback.owner_id is not None and emergency_at(session, desk, callback) is not None
    if technician is None or is_asked or called_again_in_vain_at(session, callback) is not None:
        return
    code, subject = code_for(session, callback, technician.id), subject_of(desk, callback)
    is_normal = desk.meaning_of(contact.mailbox) is MailboxMeaning.NORMAL
    mailbox = messages.NOTHING if is_normal else desk.mailbox_name(contact.mailbox)
    words = messages.wrote_again(subject, code, about, now, mailbox)
    text_if_reachable(session, callback, technician, PageKind.CALLED_AGAIN, words, at, code)
    note_called_again_told(callback, at)


def _is_told(callback: Callback, at: datetime) -> bool:
    """Return whether a text says so already at that time. One that waits for the morning says nothing at night."""
    told_at = callback.called_again_told_at
    return told_at is not None and told_at <= at < told_at + ONCE_IN


def notify_mail_returned(
    session: Session, desk: Desk, callback: Callback, address: str, why: str, now: datetime
) -> bool:
    """Text the owner, or whoever was paged last, that a mail to the customer did not arrive.

    Return whether there is somebody to text. Nobody is where the callback has ended.
    """
    technician = _owner(callback) or _last_paged(session, callback)
    if technician is None or technician.left_at is not None or text_way(technician) is None:
        return False
    if callback.state is not CallbackState.OPEN:
        return False
    code, subject = code_for(session, callback, technician.id), subject_of(desk, callback)
    words = messages.mail_returned(subject, code, address, why)
    text_if_reachable(session, callback, technician, PageKind.MAIL_RETURNED, words, now, code)
    return True


def called_again_in_vain_at(session: Session, callback: Callback) -> datetime | None:
    """Return when a customer called again whom the last attempt had not reached, and who was not tried since.

    Then the owner is asked for the next attempt at once (`callbacks.paging.follow_up`). Otherwise None.
    """
    if callback.owner_id is None:
        return None
    last, at = last_attempt(session, callback), last_joined_at(session, callback)
    if last is None or at is None or last.outcome in ANSWERED or last.tried_at >= at:
        return None
    return at if last.outcome in (*IN_VAIN, ReachOutcome.RINGING) else None


def emergency_at(session: Session, desk: Desk, callback: Callback) -> datetime | None:
    """Return when the customer wrote to an emergency mailbox about a callback that was open, and was not tried since.

    Then the owner is asked for the next attempt at once, as for a voicemail that opens a callback. Otherwise None.
    """
    mailboxes = [name for name in desk.mailboxes if desk.meaning_of(name) is MailboxMeaning.EMERGENCY]
    at = max((each.joined_at for each in callback.joined if each.contact.mailbox in mailboxes), default=None)
    last = last_attempt(session, callback) if at is not None else None
    return at if at is not None and last is not None and last.tried_at < at else None


def last_joined_at(session: Session, callback: Callback) -> datetime | None:
    """Return when the last call joined a callback, or None."""
    joined = select(JoinedContact.joined_at).where(JoinedContact.callback_id == callback.id)
    return session.scalars(joined.order_by(JoinedContact.joined_at.desc()).limit(1)).first()


def _owner(callback: Callback) -> Technician | None:
    owner = callback.owner
    return owner if owner is not None and owner.left_at is None else None


def _last_paged(session: Session, callback: Callback) -> Technician | None:
    """Return who was paged last. None while a page waits to be sent: it says how often the customer called."""
    pages = select(Page).where(Page.callback_id == callback.id, Page.kind == PageKind.STEP)
    if session.scalars(pages.where(Page.state == PageState.DUE).limit(1)).first() is not None:
        return None
    last = session.scalars(pages.where(Page.state.in_(PAGED)).order_by(Page.id.desc()).limit(1)).first()
    return last.technician if last is not None else None


def _left_message(contact: Contact) -> bool:
    voicemail = contact.voicemail
    return voicemail is not None and bool(voicemail.recording_sid) and voicemail.state is not VoicemailState.ABSENT
