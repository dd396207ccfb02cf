"""Tells a customer that their callback closed automatically, and that an answer reopens it.

By mail, to whoever wrote or has only an address; by text, to whoever called, on the terms of a receipt.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.states import CallbackOrigin, Channel, CustomerMessageKind
from callbacks.db.tables import Callback
from callbacks.desk.customer_number import WRONG_NUMBER, customer_number
from callbacks.desk.desk_file import Desk
from callbacks.paging import customer_wording
from callbacks.paging.addressee import addressee
from callbacks.paging.customer_messages import Heading, Recipient, write_message
from callbacks.paging.mail_receipts import subject_of_answer, why_not_mailed
from callbacks.paging.mail_replies import came_by_mail
from callbacks.paging.receipts import about_callback, perhaps_did_not_call, text_caller


def tell_of_closing(session: Session, desk: Desk, callback: Callback, attempts: int, now: datetime) -> None:
    """Write to the customer, once for each time that it closes, after so many attempts to reach them."""
    if callback.contact.person_deleted_at is not None:
        return
    occasion = f"closed {callback.id} {now:%Y-%m-%d %H:%M:%S}"
    if came_by_mail(callback) or "@" in callback.contact.caller:
        _mail(session, desk, callback, attempts, occasion, now)
    else:
        _text(session, desk, callback, attempts, occasion, now)


def _text(session: Session, desk: Desk, callback: Callback, attempts: int, occasion: str, now: datetime) -> None:
    contact = callback.contact
    is_by_hand = callback.origin is CallbackOrigin.BY_HAND
    if not desk.customer_texts.receipts or is_by_hand or perhaps_did_not_call(callback, contact):
        return
    if customer_number(desk, callback).why_not == WRONG_NUMBER:
        return
    words = customer_wording.closed(about_callback(desk, callback, contact.caller), attempts)
    text_caller(session, desk, callback, contact, CustomerMessageKind.CLOSED, occasion, words, now)


def _mail(session: Session, desk: Desk, callback: Callback, attempts: int, occasion: str, now: datetime) -> None:
    to, language = addressee(session, desk, callback), callback.contact.language
    if not desk.mail.receipts or to is None or why_not_mailed(session, desk, to.address, now) is not None:
        return
    subject = to.mail.subject if to.mail is not None else customer_wording.YOUR_REQUEST.for_(language)
    answered = to.mail.message_id if to.mail is not None else ""
    write_message(
        session,
        CustomerMessageKind.CLOSED,
        occasion,
        Recipient(Channel.MAIL, to.address, language),
        customer_wording.closed_by_mail(about_callback(desk, callback, ""), attempts).for_(language),
        now,
        callback_id=callback.id,
        heading=Heading(subject_of_answer(callback.reference, subject), in_reply_to=answered),
    )
