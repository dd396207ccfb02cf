"""Deletes what the desk no longer keeps: recordings, words and mails, then who called or wrote (support.toml).

Nothing is deleted while a callback about the call or mail is open. One without a callback is kept from when it began.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import (
    DELETED,
    callbacks_about,
    delete_audio,
    delete_content,
    delete_person,
    delete_sender,
    delete_words,
)
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import GONE, CallbackState, CustomerMessageState, PageState
from callbacks.db.tables import (
    Callback,
    Contact,
    CustomerMessage,
    JoinedContact,
    MailMessage,
    Page,
    ReceivedText,
    Subscription,
    Voicemail,
)
from callbacks.desk.desk_file import Desk
from callbacks.records import audit_log
from callbacks.records.event_log import record_event
from sla.clock import Clock

EVERY = timedelta(hours=1)
BATCH = 20  # calls in one transaction, so that nobody waits long for it
MOST_TEXTS = 200
Work = Callable[[Session, Sequence[str], datetime], int]


class Retention:
    """Deletes in small batches what is kept no longer."""

    def __init__(self, database: Database, desk: Desk, clock: Clock) -> None:
        self._database, self._desk, self._clock = database, desk, clock

    def run(self) -> bool:
        """Delete one batch of each kind. Return whether there may be more."""
        kept, now = self._desk.retention, self._clock.now()
        parts = (
            ("recordings", kept.audio, lambda session, limit: _delete_recordings(session, limit, now)),
            ("transcripts", kept.transcripts, lambda session, limit: _delete_transcripts(session, limit, now)),
            ("texts", kept.transcripts, _delete_texts),
            ("mails", kept.transcripts, lambda session, limit: _delete_other_mails(session, limit, now)),
            ("customers' numbers", kept.numbers, lambda session, limit: _delete_people(session, limit, now)),
            ("senders of texts", kept.numbers, _delete_senders),
            ("senders of mails", kept.numbers, lambda session, limit: _delete_other_senders(session, limit, now)),
        )
        deleted = [self._delete(name, work, now - length, now) for name, length, work in parts if length is not None]
        return any(deleted)

    def _delete(self, name: str, work: Callable[[Session, datetime], int], limit: datetime, now: datetime) -> bool:
        def delete(session: Session) -> int:
            count = work(session, limit)
            if count:
                audit_log.note(session, now, Actor.DESK, "deleted after the retention time", {name: str(count)})
            return count

        return self._database.write(delete) > 0


def is_kept_no_longer(limit: datetime) -> ColumnElement[bool]:
    """Return the condition on a call: it began before the limit, and every callback about it ended before."""
    joined = select(JoinedContact.callback_id).where(JoinedContact.contact_sid == Contact.sid)
    about_it = or_(Callback.contact_sid == Contact.sid, Callback.id.in_(joined))
    is_kept = or_(Callback.state == CallbackState.OPEN, Callback.closed_at > limit)
    return (Contact.began_at <= limit) & ~select(Callback.id).where(about_it, is_kept).correlate(Contact).exists()


def _still(session: Session, sids: Sequence[str], limit: datetime) -> Sequence[str]:
    """Return which calls are still kept no longer, with their callbacks locked: none can be reopened meanwhile."""
    if not sids:
        return []
    session.scalars(callbacks_about(sids).with_for_update(of=Callback)).unique().all()
    return session.scalars(select(Contact.sid).where(Contact.sid.in_(sids), is_kept_no_longer(limit))).all()


def _delete_recordings(session: Session, limit: datetime, now: datetime) -> int:
    kept_here_or_there = Voicemail.recording_sid.is_not(None) & Voicemail.audio.not_in(GONE)
    due = select(Voicemail.call_sid).join(Contact, Contact.sid == Voicemail.call_sid)
    due = due.where(kept_here_or_there, is_kept_no_longer(limit)).order_by(Voicemail.id).limit(BATCH)
    sids = _still(session, session.scalars(due).all(), limit)
    voicemails = select(Voicemail).where(kept_here_or_there, Voicemail.call_sid.in_(sids)).order_by(Voicemail.id)
    count = 0
    for voicemail in session.scalars(voicemails.with_for_update()):
        count += delete_audio(session, voicemail, now)
        detail = "The desk's retention time is over."
        record_event(session, voicemail.call_sid, now, Actor.DESK, EventKind.MESSAGE_DELETED, detail)
    return count


def _delete_transcripts(session: Session, limit: datetime, now: datetime) -> int:
    """Delete the words of calls and mails: what was written down, files, and the texts about them."""
    has_words = select(Voicemail.id).where(
        Voicemail.call_sid == Contact.sid, or_(Voicemail.transcript != "", Voicemail.gist != "")
    )
    texts = select(Page.id).join(Callback, Callback.id == Page.callback_id)
    texts = texts.where(Callback.contact_sid == Contact.sid, Page.words != "", Page.state != PageState.DUE)
    is_left = MailMessage.content_deleted_at.is_(None)
    received = select(MailMessage.id).where(MailMessage.contact_sid == Contact.sid, is_left)
    mails = select(CustomerMessage.id).join(Callback, Callback.id == CustomerMessage.callback_id)
    mails = mails.where(Callback.contact_sid == Contact.sid, CustomerMessage.words != "")
    found = or_(has_words.exists(), received.exists(), texts.exists(), mails.exists())
    due = (
        select(Contact.sid).where(Contact.began_at <= limit, found, is_kept_no_longer(limit)).order_by(Contact.began_at)
    )
    sids = _still(session, session.scalars(due.limit(BATCH)).all(), limit)
    if not sids:
        return 0
    spoken = select(Voicemail.call_sid).where(Voicemail.call_sid.in_(sids), Voicemail.transcript != "")
    _record_deletions(session, spoken, EventKind.TRANSCRIPT_DELETED, now)
    written = select(Contact.sid).join(MailMessage, MailMessage.contact_sid == Contact.sid)
    written = written.where(Contact.sid.in_(sids), MailMessage.content_deleted_at.is_(None))
    _record_deletions(session, written, EventKind.MAIL_DELETED, now)
    delete_words(session, sids, Actor.DESK, now)
    return len(sids)


def _record_deletions(session: Session, of: Select[str], kind: EventKind, now: datetime) -> None:
    for sid in sorted(set(session.scalars(of))):
        record_event(session, sid, now, Actor.DESK, kind, "The desk's retention time is over.")


def _delete_people(session: Session, limit: datetime, now: datetime) -> int:
    due = (
        select(Contact.sid)
        .where(Contact.person_deleted_at.is_(None), is_kept_no_longer(limit))
        .order_by(Contact.began_at)
    )
    sids = _still(session, session.scalars(due.limit(BATCH)).all(), limit)
    return delete_person(session, sids, Actor.DESK, now) if sids else 0


# What belongs to no call


def _before_open_ones(session: Session, limit: datetime) -> datetime:
    """Return the limit, or when the oldest open callback was opened: a text may be about it."""
    oldest = session.scalar(select(func.min(Callback.opened_at)).where(Callback.state == CallbackState.OPEN))
    return min(limit, oldest) if oldest is not None else limit


def _delete_texts(session: Session, limit: datetime) -> int:
    """Delete the words of the texts that were received, and of what was sent about no callback."""
    before = _before_open_ones(session, limit)
    received = select(ReceivedText.sid).where(ReceivedText.at <= before, ReceivedText.words != "")
    sids = session.scalars(received.limit(MOST_TEXTS)).all()
    session.execute(update(ReceivedText).where(ReceivedText.sid.in_(sids)).values(words="", answer=""))
    alerts = select(Page.id).where(Page.callback_id.is_(None), Page.created_at <= before, Page.words != "")
    pages = session.scalars(alerts.where(Page.state != PageState.DUE).limit(MOST_TEXTS)).all()
    session.execute(update(Page).where(Page.id.in_(pages)).values(words=""))
    return len(sids) + len(pages)


def _delete_senders(session: Session, limit: datetime) -> int:
    """Delete the numbers and addresses of texts, notices and subscriptions that belong to no call."""
    before = _before_open_ones(session, limit)
    received = select(ReceivedText.sid).where(ReceivedText.at <= before, ReceivedText.sender != DELETED)
    sids = session.scalars(received.limit(MOST_TEXTS)).all()
    session.execute(update(ReceivedText).where(ReceivedText.sid.in_(sids)).values(sender=DELETED, words="", answer=""))
    notices = select(CustomerMessage).where(CustomerMessage.callback_id.is_(None), CustomerMessage.created_at <= before)
    notices = notices.where(CustomerMessage.state != CustomerMessageState.DUE)
    old = session.scalars(notices.where(~CustomerMessage.address.startswith(f"{DELETED} ")).limit(MOST_TEXTS)).all()
    for notice in old:
        notice.address, notice.words = f"{DELETED} {notice.id}", ""  # an address is unique for each occasion
    return len(sids) + len(old) + _delete_subscribers(session, limit)


def _delete_other_mails(session: Session, limit: datetime, now: datetime) -> int:
    """Delete the content of the mails that belong to no callback: bounces, automatic answers and the like."""
    others = select(MailMessage).where(MailMessage.contact_sid.is_(None), MailMessage.received_at <= limit)
    due = others.where(MailMessage.content_deleted_at.is_(None)).order_by(MailMessage.received_at).limit(BATCH)
    mails = session.scalars(due.with_for_update(of=MailMessage)).all()
    return sum(delete_content(mail, now) for mail in mails)


def _delete_other_senders(session: Session, limit: datetime, now: datetime) -> int:
    others = select(MailMessage).where(MailMessage.contact_sid.is_(None), MailMessage.received_at <= limit)
    due = others.where(MailMessage.sender != DELETED).order_by(MailMessage.received_at).limit(BATCH)
    mails = session.scalars(due.with_for_update(of=MailMessage)).all()
    for mail in mails:
        delete_content(mail, now)
        delete_sender(mail)
    return len(mails)


def _delete_subscribers(session: Session, limit: datetime) -> int:
    """Delete the addresses of subscriptions that ended, or that nobody confirmed."""
    unconfirmed = Subscription.confirmed_at.is_(None) & (Subscription.created_at <= limit)
    over = select(Subscription).where(Subscription.address != DELETED, or_(Subscription.ended_at <= limit, unconfirmed))
    rows = session.scalars(over.order_by(Subscription.id).limit(MOST_TEXTS)).all()
    for row in rows:
        row.ended_at, row.address = row.ended_at or row.created_at, DELETED
    return len(rows)
