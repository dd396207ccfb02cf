"""The text of a page, made when it is sent: it may have waited, and the message may have arrived meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ESCALATING, CallbackState, ContactWay, PageKind
from callbacks.db.tables import Callback, Contact, Event, Page, ReachAttempt
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.transitions import is_looked_after
from callbacks.paging import messages
from callbacks.paging.customer_news import words_of_news
from callbacks.paging.messages import Subject
from callbacks.paging.pages import pages_bundled_into
from callbacks.paging.reactions import Reaction, reactions_before
from callbacks.paging.subject import subject_of, subject_with_customer
from callbacks.records.proofs import IS_ATTEMPT
from callbacks.text.bilingual import Words

LATELY = timedelta(days=1)


def text_of_page(session: Session, desk: Desk, page: Page, now: datetime, link: str) -> str:
    """Return the text of a page as things stand now, in the language of its technician."""
    if page.callback is None:
        return page.words
    if page.kind in ESCALATING:
        return _words_now(session, desk, page, page.callback, now, link).for_(page.technician.language)
    if page.kind is PageKind.GIVEN:
        return _given(session, desk, page, page.callback, now)
    if page.kind is PageKind.CUSTOMER_TEXT:
        return words_of_news(session, desk, page, page.callback).for_(page.technician.language)
    return page.words


def _words_now(session: Session, desk: Desk, page: Page, callback: Callback, now: datetime, link: str) -> Words:
    together = list(_sent_together(session, desk, page))
    if len(together) > 1:
        return messages.bundle(desk.company.sender, together, now)
    subject = subject_with_customer(session, desk, callback, now)
    earlier = _last_attempt(session, desk, page, callback, now)
    if earlier is not None:
        if callback.owner_id == page.technician_id:
            return messages.try_again(subject, page.code, earlier)
        return messages.page_again(subject, page.code, earlier, link)
    if page.kind is PageKind.REMINDER or callback.owner_id == page.technician_id:
        return messages.reminder(subject, page.code, now)
    return messages.page(subject, page.code, now, link, _done_before(session, desk, page, callback, now))


def _sent_together(session: Session, desk: Desk, page: Page) -> Iterator[tuple[Subject, str]]:
    """Yield what one message is about: this page, and those bundled into it whose customers still wait."""
    for each in (page, *pages_bundled_into(session, page)):
        callback = each.callback
        if callback is not None and callback.state is CallbackState.OPEN and not is_looked_after(callback):
            yield subject_of(desk, callback), each.code


def _given(session: Session, desk: Desk, page: Page, callback: Callback, now: datetime) -> str:
    """Return an assignment with the deadline as it stands now; the log knows who assigned it."""
    assigned = select(Event.actor).where(Event.contact_sid == callback.contact_sid, Event.kind == EventKind.ASSIGNED)
    by = session.scalars(assigned.order_by(Event.id.desc()).limit(1)).first()
    if by is None:
        return page.words
    subject = subject_with_customer(session, desk, callback, now)
    return messages.given(subject, page.code, by, now).for_(page.technician.language)


def _last_attempt(session: Session, desk: Desk, page: Page, callback: Callback, now: datetime) -> Words | None:
    """Return who last tried the customer and how that ended; None when nobody did."""
    made = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id, IS_ATTEMPT)
    last = session.scalars(made.order_by(ReachAttempt.id.desc()).limit(1)).first()
    if last is None:
        return None
    by = last.technician.name if last.technician_id != page.technician_id else None
    tried = messages.last_attempt(by, last.tried_at, last.outcome, desk.zone, now)
    again_by = max((each.contact for each in callback.joined), key=lambda each: each.began_at, default=None)
    if again_by is None or again_by.began_at <= last.tried_at:
        return tried
    has_written = again_by.way is ContactWay.MAIL
    again = messages.called_again_since(again_by.began_at, desk.zone, now, has_written=has_written)
    return Words(f"{tried.english} {again.english}", f"{tried.french} {again.french}")


def _done_before(session: Session, desk: Desk, page: Page, callback: Callback, now: datetime) -> Words | None:
    if callback.owner is not None and callback.acknowledged_at is not None:
        by, since = callback.owner.name, callback.acknowledged_at
        return messages.taken_and_not_called(subject_of(desk, callback), by, since, now)
    pause = desk.policy_named(callback.policy).shortest_pause
    names = reactions_before(session, page, callback, now - pause)
    before = [word(names[reaction]) for reaction, word in _WORDS.items() if reaction in names]
    return _joined([*before, *_called_before(session, desk, callback, now)])


def _called_before(session: Session, desk: Desk, callback: Callback, now: datetime) -> Iterator[Words]:
    """Yield that the customer called within the day before about something that is closed now."""
    call = callback.contact
    lately = (Contact.began_at < call.began_at) & (Contact.began_at > call.began_at - LATELY)
    earlier = (
        select(Callback).join(Contact, Contact.sid == Callback.contact_sid).where(lately, Contact.caller == call.caller)
    )
    earlier = earlier.where(Callback.state != CallbackState.OPEN).order_by(Contact.began_at.desc()).limit(1)
    last = session.scalars(earlier).first() if desk.dialing_rules.check(call.caller).number is not None else None
    if last is not None:
        yield messages.called_before(last.reference, last.contact.began_at, desk.zone, now)


_WORDS = {
    Reaction.PASSED: messages.passed_by,
    Reaction.NONE: messages.no_answer_from,
    Reaction.NOT_REACHED: messages.not_reached,
}


def _joined(sentences: Iterable[Words]) -> Words | None:
    found = list(sentences)
    if not found:
        return None
    return Words(" ".join(words.english for words in found), " ".join(words.french for words in found))
