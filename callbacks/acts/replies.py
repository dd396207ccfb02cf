"""Reply to a customer by mail (policy: After hours).

The reply waits in the outbox. It is an attempt to reach a customer who wrote once the mail server has it, not before
(`callbacks.paging.mail_replies`).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused
from callbacks.acts.conflicts import TRIED
from callbacks.acts.ownership import take
from callbacks.acts.work import SENT_TWICE_WITHIN, Minutes, MinutesRefused, checked_minutes, record_minutes
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, CustomerMessageKind
from callbacks.db.tables import CustomerMessage, Technician
from callbacks.lifecycle.transitions import note_reaction
from callbacks.paging import customer_wording
from callbacks.paging.addressee import Addressee, addressee
from callbacks.paging.customer_messages import Heading, Recipient, Writer, write_message
from callbacks.paging.mail_receipts import LONGEST_SUBJECT, without_marks
from callbacks.paging.mail_replies import counts_as_attempt
from callbacks.text.bilingual import Words

LONGEST_REPLY = 20_000  # characters


@dataclass(frozen=True)
class ReplyByMail(Act):
    """Write to the customer by mail. Supervisors reply for the owner."""

    words: str
    awaits_answer: bool = False
    """From the time it is sent, the desk waits for the customer."""
    minutes: int | None = None
    """Worked."""

    conflicts = TRIED | {EventKind.REPLY_WRITTEN}

    def apply(self, context: ActContext) -> Words:
        session, desk, callback = context.session, context.desk, context.callback
        words = _tidied(self.words)
        if not words:
            raise Refused(wording.EMPTY_REPLY)
        if len(words) > LONGEST_REPLY:
            raise Refused(wording.reply_too_long(LONGEST_REPLY))
        to = addressee(session, desk, callback)
        if to is None:
            raise Refused(wording.no_mail_address(callback.reference))
        if self.awaits_answer and callback.attempted_at is None and not counts_as_attempt(callback):
            raise Refused(wording.NOT_TRIED_YET)
        if _was_just_written(context, to, words):
            raise Refused(wording.REPLY_WAS_WRITTEN)
        minutes, refusal = _minutes(context, self.minutes)
        technician = take(context) if context.acts_for_themselves else context.technician_or_owner()
        _write(context, to, words, technician, awaits_answer=self.awaits_answer)
        note_reaction(callback, context.now)
        answer = wording.reply_written(callback.reference, counts=counts_as_attempt(callback))
        answer = Words(f"{answer.english}{refusal.english}", f"{answer.french}{refusal.french}")
        return record_minutes(context, minutes, technician, answer)


def _was_just_written(context: ActContext, to: Addressee, words: str) -> bool:
    """Return whether the same person has just written the same to the same address: a form was sent twice."""
    same = (CustomerMessage.address == to.address) & (CustomerMessage.sent_by == context.by.name)
    same &= (CustomerMessage.callback_id == context.callback.id) & (CustomerMessage.words == words)
    lately = select(CustomerMessage.id).where(same, CustomerMessage.created_at > context.now - SENT_TWICE_WITHIN)
    return context.session.scalar(lately.limit(1)) is not None


def _minutes(context: ActContext, minutes: int | None) -> tuple[Minutes | None, Words]:
    """Return the minutes to record, and why not. A reply is never lost because of its minutes."""
    try:
        return checked_minutes(context, minutes), Words("", "")
    except MinutesRefused as refused:
        return None, wording.minutes_not_noted(minutes or 0, refused.words)


def _tidied(words: str) -> str:
    """Return words as they are sent: with line ends as in a text file, and no empty lines around them."""
    return re.sub(r"[ \t]+\n", "\n", words.replace("\r\n", "\n").replace("\r", "\n")).strip()


def _write(context: ActContext, to: Addressee, words: str, technician: Technician, *, awaits_answer: bool) -> None:
    callback, language = context.callback, context.callback.contact.language
    subject = to.mail.subject if to.mail is not None else customer_wording.YOUR_REQUEST.for_(language)
    about = without_marks(callback.reference, subject)
    heading = Heading(
        f"Re: [{callback.reference}] {about}"[:LONGEST_SUBJECT].rstrip(),
        in_reply_to=to.mail.message_id if to.mail is not None else "",
    )
    write_message(
        context.session,
        CustomerMessageKind.REPLY,
        f"reply {secrets.token_hex(8)}",  # somebody may reply as often as they like
        Recipient(Channel.MAIL, to.address, language),
        words,
        context.now,
        callback_id=callback.id,
        heading=heading,
        writer=Writer(context.by.name, technician.id),
        awaits_answer=awaits_answer,
    )
    context.record(EventKind.REPLY_WRITTEN, f"to {to.address}")
