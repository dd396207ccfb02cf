"""Takes in a text from a customer who has an open callback: it joins the callback, and whoever is on it reads it.

A callback that closed automatically lately is reopened. The sender of a text can be forged. So a text closes nothing
and changes nothing else: even one that asks for no call back is only put on record and passed on, and a person decides.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callbacks.acts.reopening import reopen_by_text
from callbacks.db.database import locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Contact, JoinedContact, ReceivedText, Technician
from callbacks.desk.customer_number import WRONG_NUMBER, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.inbound.text_commands import asks_for_no_call, is_help, is_opt_in, reference_in, wants_no_texts
from callbacks.lifecycle.contacts import note_contact
from callbacks.lifecycle.transitions import note_cancel_asked, review
from callbacks.paging import customer_wording
from callbacks.paging.customer_messages import opt_in, opt_out, why_not_texted
from callbacks.paging.customer_news import tell_of_text
from callbacks.paging.receipts import about_callback
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

ANSWERED_EVERY = timedelta(minutes=10)
DAY = timedelta(days=1)
MOST_JOINED = 30  # texts of one number in a day; more are kept, and nobody is told
REOPENED_WITHIN = timedelta(days=14)  # after it closed automatically
NO_WORDS = "a text without words, perhaps a picture"
NOTHING = Words("", "")


def handled_by_carrier(session: Session, sender: str, text: str, opt_out_type: str, now: datetime) -> bool:
    """Return whether a text is not answered here. Whoever sends STOP or ARRET gets no more texts until START."""
    if wants_no_texts(text, opt_out_type):
        opt_out(session, sender, now)
        return True
    if opt_out_type == "START" or is_opt_in(text):
        opt_in(session, sender)
        return True
    return opt_out_type == "HELP" or is_help(text)


def join_text(session: Session, desk: Desk, sender: str, text: str, now: datetime) -> tuple[Words, str] | None:
    """Add a text to the callback of its sender, and return the answer and its language.

    Return None when the sender has no callback that is open or closed automatically lately.
    """
    found = _callback_of(session, desk, sender, text, now)
    if found is None:
        return None
    callback, language = locked(session, Callback, found.id), found.contact.language
    is_request, has_closed = asks_for_no_call(text), callback.state is CallbackState.CLOSED
    note_contact(session, sender, now)
    if not has_closed:
        review(callback, now)  # also where they are to be called on another number
    if _received(session, sender, now - DAY) > MOST_JOINED:
        return NOTHING, language
    if has_closed:
        return _answer_to_closing(session, desk, callback, sender, text, now, is_request=is_request), language
    is_first_request = is_request and note_cancel_asked(callback, now)
    if is_first_request:
        record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.CANCEL_ASKED, _detail(sender, text))
        tell_of_text(session, callback, now, at_once=True)
    else:
        record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.CUSTOMER_TEXTED, _detail(sender, text))
        index_words(session, callback, text)
        tell_of_text(session, callback, now)
    if not is_first_request and _answered_lately(session, sender, now):
        return NOTHING, language
    return _answer(session, desk, callback, sender, now, is_request=is_request), language


def _answer_to_closing(
    session: Session, desk: Desk, callback: Callback, sender: str, text: str, now: datetime, *, is_request: bool
) -> Words:
    """Reopen a callback that closed automatically, unless the text asks for no call. Return the answer."""
    record_event(session, callback.contact_sid, now, Actor.CALLER, EventKind.CUSTOMER_TEXTED, _detail(sender, text))
    index_words(session, callback, text)
    if not is_request:
        by = callback.contact.caller_name or readable_number(sender)
        reopen_by_text(session, desk, callback, by, text or NO_WORDS, now)
    if _answered_lately(session, sender, now):
        return NOTHING
    return _answer(session, desk, callback, sender, now, is_request=is_request)


def _callback_of(session: Session, desk: Desk, sender: str, text: str, now: datetime) -> Callback | None:
    """Return the callback that a text is about: the one it names, else the latest of this number.

    One that is open comes before one that closed automatically lately.
    """
    joined = (
        select(JoinedContact.callback_id)
        .join(Contact, Contact.sid == JoinedContact.contact_sid)
        .where(Contact.caller == sender)
    )
    theirs = or_(Contact.caller == sender, Contact.customer_number == sender, Callback.id.in_(joined))
    closed_lately = (Callback.state == CallbackState.CLOSED) & (Callback.closed_at >= now - REOPENED_WITHIN)
    may_join = or_(Callback.state == CallbackState.OPEN, closed_lately)
    query = select(Callback).join(Contact, Callback.contact_sid == Contact.sid).where(may_join, theirs)
    rows = session.scalars(query.order_by(Callback.id.desc())).all()
    right = [each for each in rows if customer_number(desk, each).why_not != WRONG_NUMBER]
    found = sorted(right, key=lambda each: each.state is not CallbackState.OPEN)
    named = reference_in(text)
    return next((each for each in found if each.reference == named), next(iter(found), None))


def _detail(sender: str, text: str) -> str:
    return f'{readable_number(sender)}: "{text}"' if text else f"{readable_number(sender)}: {NO_WORDS}"


def _answered_lately(session: Session, sender: str, now: datetime) -> bool:
    """Return whether a text of theirs was answered within ten minutes: two machines could answer each other forever."""
    answered = select(ReceivedText.sid).where(ReceivedText.sender == sender[:64], ReceivedText.answer != "")
    return session.scalar(answered.where(ReceivedText.at > now - ANSWERED_EVERY).limit(1)) is not None


def _answer(session: Session, desk: Desk, callback: Callback, sender: str, now: datetime, *, is_request: bool) -> Words:
    """Return a short confirmation."""
    if _is_capped(session, desk, sender, now) or why_not_texted(session, desk, sender, now) is not None:
        return NOTHING
    about = about_callback(desk, callback, sender)
    if callback.state is not CallbackState.OPEN:
        return customer_wording.cancelled(about)
    return customer_wording.no_call_noted(about) if is_request else customer_wording.noted(about)


def _is_capped(session: Session, desk: Desk, sender: str, now: datetime) -> bool:
    """Return whether this number, or all customers together, had their answers for a day."""
    answered = select(func.count()).select_from(ReceivedText)
    answered = answered.where(ReceivedText.at > now - DAY, ReceivedText.answer != "")
    staff = select(Technician.phone).union(select(Technician.second_phone).where(Technician.second_phone.is_not(None)))
    theirs = session.scalar(answered.where(ReceivedText.sender == sender[:64])) or 0
    in_all = session.scalar(answered.where(ReceivedText.sender.not_in(staff))) or 0
    limits = desk.limits
    return theirs >= limits.texts_to_customer_a_day or in_all >= limits.texts_to_customers_a_day


def _received(session: Session, sender: str, since: datetime) -> int:
    count = select(func.count()).select_from(ReceivedText)
    return session.scalar(count.where(ReceivedText.sender == sender[:64], ReceivedText.at > since)) or 0
