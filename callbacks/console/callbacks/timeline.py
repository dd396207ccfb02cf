"""The timeline of a callback: what people and the desk did, and each page with its delivery."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.mails import MailOnScreen, mails_of
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AttemptProof, Channel, PageState
from callbacks.db.tables import Callback, Event, Page, PageAttempt, ReachAttempt
from callbacks.paging.page_results import KINDS, became
from callbacks.records.contacts_of_callback import events_of_callback
from callbacks.records.event_words import event_words

# Pages are shown in their own entries, with their delivery, and replies by mail with their words.
SHOWN_ELSEWHERE = {
    *(EventKind.PAGED, EventKind.NOTIFIED, EventKind.CONNECTION_STARTED, EventKind.PAGE_FAILED),
    EventKind.REPLY_WRITTEN,
}
TROUBLE = {
    EventKind.BREACHED,
    EventKind.PAGE_CAPPED,
    EventKind.STEP_SKIPPED,
    EventKind.CUSTOMER_NOT_NOTIFIED,
    EventKind.CUSTOMER_NOT_MAILED,
    EventKind.REPLY_NOT_SENT,
    EventKind.MAIL_RETURNED,
    EventKind.ATTEMPT_WITHDRAWN,
    EventKind.NUMBER_BLOCKED,
    EventKind.DECISION_FAILED,
    EventKind.AUDIO_DELAYED,
    EventKind.AUDIO_LOST,
}
CHANNELS = {Channel.TEXT: "text", Channel.CALL: "call", Channel.MAIL: "mail", Channel.CONNECTION: "call"}


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `kind` decides its colour."""

    at: datetime
    who: str
    what: str
    detail: str
    kind: str  # customer, desk, page, person, trouble
    is_page: bool = False
    proof: AttemptProof | None = None  # of an attempt to reach the customer
    mail: MailOnScreen | None = None  # with its words


def timeline_of(session: Session, callback: Callback, zone: ZoneInfo) -> list[Entry]:
    """Return every line, oldest first."""
    mails = mails_of(session, callback)
    entries = [*_events(session, callback, mails), *_mails(mails), *_pages(session, callback, zone)]
    return sorted(entries, key=lambda entry: entry.at)


def _events(session: Session, callback: Callback, mails: Sequence[MailOnScreen]) -> Iterator[Entry]:
    received = {mail.contact_sid for mail in mails}
    attempts = session.scalars(select(ReachAttempt).where(ReachAttempt.callback_id == callback.id)).all()
    for event in events_of_callback(session, callback):
        is_mail = event.kind is EventKind.MAIL_RECEIVED and event.contact_sid in received
        if event.kind not in SHOWN_ELSEWHERE and not is_mail:
            words, proof = event_words(event.kind, event.step), _proof(event, attempts)
            yield Entry(event.at, event.actor, words, event.detail, _symbol(event), proof=proof)


def _mails(mails: Sequence[MailOnScreen]) -> Iterator[Entry]:
    for mail in mails:
        if mail.is_reply:
            detail = f"{mail.subject} (to {mail.address}, {mail.standing.english})"
            yield Entry(mail.at, mail.who, "wrote a reply by mail", detail, "person", mail=mail)
        else:
            yield Entry(mail.at, mail.who, event_words(EventKind.MAIL_RECEIVED), mail.subject, "customer", mail=mail)


def _proof(event: Event, attempts: Sequence[ReachAttempt]) -> AttemptProof | None:
    """Return the proof of the attempt that an event is about, or None when it is not about one.

    A report of the carrier comes some time after the customer was dialed, so it is the person's last one until then.
    """
    if event.kind is not EventKind.ATTEMPT:
        return None
    theirs = [each for each in attempts if each.technician.name == event.actor and each.tried_at <= event.at]
    exact = [each for each in theirs if event.at in (each.tried_at, each.rang_at)]
    proven = [each for each in theirs if each.proof is not AttemptProof.NONE]
    last = max(exact or proven, key=lambda each: (each.tried_at, each.id), default=None)
    return last.proof if last is not None else None


def _symbol(event: Event) -> str:
    if event.kind in TROUBLE:
        return "trouble"
    if event.actor == Actor.CALLER:
        return "customer"
    return "desk" if event.actor in (Actor.DESK, Actor.CARRIER) else "person"


def _pages(session: Session, callback: Callback, zone: ZoneInfo) -> Iterator[Entry]:
    pages = session.scalars(select(Page).where(Page.callback_id == callback.id).order_by(Page.id)).all()
    ids = [page.id for page in pages]
    query = select(PageAttempt).where(PageAttempt.page_id.in_(ids)).order_by(PageAttempt.page_id, PageAttempt.id)
    by_page = {key: list(rows) for key, rows in groupby(session.scalars(query), key=lambda attempt: attempt.page_id)}
    for page in pages:
        attempts = by_page.get(page.id, [])
        what = f"{CHANNELS[page.channel]} to {page.technician.name}"
        detail = f"{KINDS[page.kind]}: {became(page, attempts, zone)}"
        is_lost = page.state is PageState.FAILED or any(attempt.error for attempt in attempts[-1:])
        at = attempts[0].started_at if attempts else page.created_at
        yield Entry(at, Actor.DESK, what, detail, "trouble" if is_lost else "page", is_page=True)
