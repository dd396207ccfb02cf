"""Texts that no webhook brought: each counts once, as of when it was sent, whoever finds it at the carrier.

What a text asks for is done by the function of the webhook. The carrier no longer takes an answer, so the answer is a
text of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import insert_once
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import Channel, CustomerMessageKind, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Event, Page, ReceivedText
from callbacks.desk.desk_file import Desk
from callbacks.inbound.subscription_texts import wish_in
from callbacks.inbound.text_commands import is_opt_in, is_opt_out
from callbacks.inbound.texts import Taken, answered_apart, take_text
from callbacks.paging import messages
from callbacks.paging.alerts import add_alert
from callbacks.paging.channels.twilio import CarrierText
from callbacks.paging.customer_messages import Recipient, why_not_texted, write_message
from callbacks.people.contact_methods import is_verified
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_with
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time, time_and_day

log = structlog.get_logger(__name__)

# Until then the webhook may still come: the carrier waits 15 seconds for each of its URLs.
WEBHOOK_MAY_COME_FOR = timedelta(minutes=1)
ANSWERED_AS_USUAL = timedelta(minutes=15)  # after that, an answer says which text it answers
CUSTOMER_IS_ANSWERED = timedelta(hours=1)  # nobody expects an answer after that, perhaps at night
RINGS_AFTER = timedelta(minutes=5)  # whoever asked for a connection has called by another phone since


@dataclass(frozen=True)
class Replayed:
    """What became of a text, and the kinds of pages that it asked for and that are not sent."""

    taken: Taken
    not_sent: frozenset[PageKind] = frozenset()


def is_known(session: Session, sid: str) -> bool:
    """Return whether a text was taken in."""
    return session.get(ReceivedText, sid) is not None


def leave_out(session: Session, text: CarrierText, at: datetime) -> bool:
    """Record a text that changes nothing. Return False if it was taken in already."""
    row = {"sid": text.sid, "sender": text.from_[:64], "at": at, "words": text.words[:1600]}
    return insert_once(session, ReceivedText, **row, answer="", understood=True)


def replay(
    session: Session, desk: Desk, text: CarrierText, at: datetime, is_sent: Callable[[PageKind], bool]
) -> Replayed:
    """Do what a text asked for, as of then. Of the pages that it asked for, only those of some kinds are sent."""
    last = session.scalar(select(func.max(Page.id))) or 0
    taken = take_text(session, desk, text.sid, text.from_, text.words, at)
    session.flush()
    asked_for = select(Page).where(Page.id > last, Page.created_at == at, Page.state == PageState.DUE)
    not_sent = [page for page in session.scalars(asked_for) if not is_sent(page.kind)]
    for page in not_sent:
        page.state, page.next_action_at = PageState.CANCELLED, None
    return Replayed(taken, frozenset(page.kind for page in not_sent))


def take_in_late(session: Session, desk: Desk, text: CarrierText, now: datetime) -> bool:
    """Take in a text that no webhook brought, once, and answer it. Return whether it was new."""
    at = min(text.made_at, now)
    if _is_superseded(session, text):
        return leave_out(session, text, at)
    last = session.scalar(select(func.max(Event.id))) or 0
    rings = now - at < RINGS_AFTER
    replayed = replay(session, desk, text, at, lambda kind: rings or kind is not PageKind.CONNECTION)
    if not replayed.taken.is_new:
        return False
    log.warning("found a text that no webhook brought", sid=text.sid)
    _record(session, desk, last, at, now)
    _answer(session, desk, text, replayed, at, now)
    return True


def _is_superseded(session: Session, text: CarrierText) -> bool:
    """Return whether a text is a word like STOP or START, and its sender has sent another such word since."""
    if not is_keyword(text.words):
        return False
    since = select(ReceivedText.words).where(ReceivedText.sender == text.from_[:64], ReceivedText.at > text.made_at)
    return any(is_keyword(words) for words in session.scalars(since))


def is_keyword(words: str) -> bool:
    """Return whether a text turns texts to its sender on or off."""
    return is_opt_in(words) or is_opt_out(words) or wish_in(words) is not None


def _record(session: Session, desk: Desk, last: int, at: datetime, now: datetime) -> None:
    """Record in the log of each callback that the text changed when it was sent and when it was found."""
    changed = select(Event.contact_sid).where(Event.id > last, Event.at == at).distinct()
    sent_at = clock_time(at, desk.zone)
    for contact_sid in session.scalars(changed).all():
        detail = f"It was sent at {sent_at} and counts as of then."
        record_event(session, contact_sid, now, Actor.DESK, EventKind.TEXT_FOUND, detail)


def _answer(session: Session, desk: Desk, text: CarrierText, replayed: Replayed, at: datetime, now: datetime) -> None:
    marks.once(session, answered_apart(text.sid), now)
    technician, answer = technician_with(session, text.from_), replayed.taken.answer
    if technician is None:
        _answer_customer(session, desk, text, replayed.taken, at, now)
        return
    slot = PhoneSlot.SECOND if text.from_ == technician.second_phone else PhoneSlot.FIRST
    if not answer or not is_verified(technician, slot):
        return
    words = Words(answer, answer)
    if PageKind.CONNECTION in replayed.not_sent:
        words = messages.too_late_to_ring(text.words)
    if now - at > ANSWERED_AS_USUAL:
        sent_at = Words(*(time_and_day(at, desk.zone, now, language) for language in ("en", "fr")))
        words = messages.late_answer(sent_at, text.words, words)
    way = ContactMethod(Channel.TEXT, slot)
    add_alert(session, technician.id, way, PageKind.TEXT_ANSWER, words.for_(technician.language), now)


def _answer_customer(
    session: Session, desk: Desk, text: CarrierText, taken: Taken, at: datetime, now: datetime
) -> None:
    if not taken.answer or now - at > CUSTOMER_IS_ANSWERED or why_not_texted(session, desk, text.from_, now):
        return
    to = Recipient(Channel.TEXT, text.from_, taken.language)
    write_message(session, CustomerMessageKind.ANSWER, f"text {text.sid}", to, taken.answer, now)
