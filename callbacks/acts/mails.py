"""A mail of a customer opens a callback, joins one that is open, or reopens one that ended.

What the mailbox asks for decides when somebody is paged. While the desk is closed, a mail to a normal mailbox wakes
nobody; one to an emergency mailbox is answered like a voicemail, at any hour; one to an escalation mailbox pages the
manager on call.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.acts.holds import CAME_BY_MAIL, MAILED_AGAIN, begin_hold, release_hold
from callbacks.acts.joining import add_contact, keep_promise_of_joined
from callbacks.acts.manager_requests import ask_for_writer
from callbacks.acts.opening import begin_or_hold, insert_callback
from callbacks.acts.promises import change_priority
from callbacks.acts.reopening import hold_while_closed, opening_to_wait_for, tell_of_reopening
from callbacks.customers.find import customer_with
from callbacks.db.database import lock_name
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackOrigin, CallbackState, PriorityLevel
from callbacks.db.tables import Callback, Contact, CustomerContact, JoinedContact, Mail, MailMessage
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import MailboxMeaning
from callbacks.desk.mornings import next_morning
from callbacks.lifecycle.transitions import Change, change_state, is_held, move_promise, review
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.called_again import notify_wrote_again
from callbacks.records.event_log import record_event
from callbacks.records.search import LONGEST_MAIL, index_words
from callbacks.text.bilingual import Words

AN_HOUR = timedelta(hours=1)
SAYS_URGENT = "the mail says that it is urgent"
TO_EMERGENCIES = "the customer wrote to the emergency mailbox"
TOO_MANY = "unknown senders have sent too many mails within an hour"


def open_by_mail(
    session: Session, desk: Desk, contact: Contact, mail: MailMessage, now: datetime, *, is_urgent: bool
) -> Callback:
    """Open the callback of a mail, and page whoever its mailbox asks for, now or when the desk opens."""
    meaning = desk.meaning_of(contact.mailbox)
    origin = origin_of_mail(desk, contact.mailbox)
    is_over_the_cap = meaning is not MailboxMeaning.NORMAL and _is_over_the_cap(session, desk, contact, None, now)
    callback = insert_callback(session, desk, contact, origin, now)
    _index(session, callback, mail)
    if is_urgent:
        _raise_to_p2(session, desk, callback, SAYS_URGENT, now)
    if is_over_the_cap:
        _hold_until_morning(session, desk, callback, now)
    else:
        hold_while_closed(session, desk, callback, CAME_BY_MAIL, now)
    begin_or_hold(session, desk, callback, now)
    if meaning is MailboxMeaning.ESCALATION:
        ask_for_writer(session, desk, callback, "", now, waits=is_over_the_cap)
    return callback


def origin_of_mail(desk: Desk, mailbox: str) -> CallbackOrigin:
    """Return what a callback comes from that a mail to this mailbox opens."""
    is_emergency = desk.meaning_of(mailbox) is MailboxMeaning.EMERGENCY
    return CallbackOrigin.EMERGENCY_MAIL if is_emergency else CallbackOrigin.MAIL


def join_by_mail(
    session: Session, desk: Desk, callback: Callback, contact: Contact, mail: MailMessage, now: datetime, *,
    is_urgent: bool,
) -> None:  # fmt: skip
    """Add a mail to a callback, which is reopened if it has ended. Both are locked. Its owner is told.

    An emergency ends a hold. Once the customer was tried, the owner is asked for the next attempt at once, and passed
    over if they do not react (`callbacks.paging.follow_up`).
    """
    meaning = desk.meaning_of(contact.mailbox)
    is_over_the_cap = meaning is not MailboxMeaning.NORMAL and _is_over_the_cap(session, desk, contact, callback, now)
    add_contact(session, callback, contact, now)
    _index(session, callback, mail)
    if is_over_the_cap:
        _tell_of_cap(session, desk, now)
    has_ended = callback.state is not CallbackState.OPEN
    if has_ended:
        change_state(callback, Change.REOPEN, now)
        record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.REOPENED, "The customer wrote.")
    review(callback, now)
    if meaning is MailboxMeaning.EMERGENCY:
        _raise_to_p2(session, desk, callback, TO_EMERGENCIES, now)
        if not is_over_the_cap:
            keep_promise_of_joined(session, desk, callback, contact, now)
            release_hold(session, callback, Actor.CALLER, TO_EMERGENCIES, now)
    elif is_urgent:
        _raise_to_p2(session, desk, callback, SAYS_URGENT, now)
    not_before = None
    if meaning is not MailboxMeaning.EMERGENCY:
        if has_ended:
            not_before = hold_while_closed(session, desk, callback, MAILED_AGAIN, now)
        else:
            not_before = opening_to_wait_for(session, desk, callback, now)
    begin_or_hold(session, desk, callback, now)
    if has_ended:
        by = contact.caller_name or contact.caller
        tell_of_reopening(session, desk, callback, by, mail.subject, not_before or now)
    else:
        notify_wrote_again(session, desk, callback, contact, mail.subject, now, not_before)
    if meaning is MailboxMeaning.ESCALATION:
        ask_for_writer(session, desk, callback, "", now, waits=is_over_the_cap and is_held(callback, now))


def note_mail_of_colleague(session: Session, callback: Callback, mail: MailMessage, now: datetime) -> None:
    """Put a mail from an address of ours on record, for a callback that is locked. Nothing else changes.

    Anybody can write such an address, so it is neither an act of theirs nor a word from the customer.
    """
    who, words = f"mail from {mail.sender}, unverified", f'"{mail.subject}": {mail.words}'
    record_event(session, callback.contact_sid, now, who, EventKind.COLLEAGUE_MAILED, words)
    _index(session, callback, mail)


def _index(session: Session, callback: Callback, mail: MailMessage) -> None:
    index_words(session, callback, f"{mail.sender} {mail.sender_name} {mail.subject}")
    index_words(session, callback, mail.words[:LONGEST_MAIL])


def _raise_to_p2(session: Session, desk: Desk, callback: Callback, why: str, now: datetime) -> None:
    """Raise a P3. No mail makes a P1 by itself: a person decides that."""
    if callback.priority is PriorityLevel.P3:
        change_priority(session, desk, callback, PriorityLevel.P2, Actor.DESK, now, f": {why}")


# Holds


def _is_over_the_cap(session: Session, desk: Desk, contact: Contact, callback: Callback | None, now: datetime) -> bool:
    """Return whether unknown senders have paged about enough other callbacks within an hour while the desk is closed.

    In support hours people are at work, and pages to one person are bundled.
    """
    if customer_with(session, contact.caller) is not None or support_hours(session, desk).verdict(now).is_open:
        return False
    lock_name(session, "mails of unknown senders")
    paging = [name for name, mailbox in desk.mailboxes.items() if mailbox.meaning is not MailboxMeaning.NORMAL]
    known = select(CustomerContact.value)
    theirs = select(Mail.sid).where(Mail.mailbox.in_(paging), Mail.caller.not_in(known))
    joined = select(JoinedContact.callback_id).where(JoinedContact.joined_at > now - AN_HOUR)
    joined = joined.where(JoinedContact.contact_sid.in_(theirs))
    opened = (Callback.opened_at > now - AN_HOUR) & Callback.contact_sid.in_(theirs)
    others = select(func.count()).select_from(Callback).where(opened | Callback.id.in_(joined))
    others = others.where(Callback.id != callback.id) if callback is not None else others
    return (session.scalar(others) or 0) >= desk.mail.unknown_emergencies_an_hour


def _hold_until_morning(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    morning = next_morning(desk, now)
    move_promise(callback, morning, morning + desk.callback.promise, now)
    begin_hold(session, desk, callback, morning, Actor.DESK, TOO_MANY, now)
    _tell_of_cap(session, desk, now)


def _tell_of_cap(session: Session, desk: Desk, now: datetime) -> None:
    alert_supervisors(session, desk, "mails of unknown senders", HELD_BACK, now, daily=True)


HELD_BACK = Words(
    "unknown senders have written to the emergency or escalation mailbox more often than the desk allows in an hour. "
    "Nobody is paged for more of them before the morning: see the console.",
    "des expéditeurs inconnus ont écrit aux urgences ou aux plaintes plus souvent que permis en une heure. Personne "
    "n'est avisé pour les suivants avant le matin: voir la console.",
)
