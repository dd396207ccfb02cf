"""Messages to customers and subscribers: written in the transaction that makes them due, sent by the worker later.

What is checked before a text is written is checked again right before it is sent, as much may have changed since.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.database import insert_once
from callbacks.db.states import CarrierStatus, Channel, CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import CustomerMessage
from callbacks.desk.desk_file import Desk
from callbacks.paging.channels.carrier_errors import Fault, error_code
from callbacks.people.technicians import technician_with

NO_TEXTS_FOR = timedelta(days=90)  # to a number that the carrier says is a landline, or does not exist
OPTED_OUT = 21610  # the carrier knows when they opt in again, and charges nothing for saying no


@dataclass(frozen=True)
class Recipient:
    """Who gets a message: an E.164 number by text, or a mail address by mail."""

    channel: Channel
    address: str
    language: str


@dataclass(frozen=True)
class Heading:
    """What a mail has above its words. The message IDs are without angle brackets."""

    subject: str = ""
    message_id: str = ""
    in_reply_to: str = ""


@dataclass(frozen=True)
class Writer:
    """The person who wrote a message."""

    name: str  # as in the event log
    technician_id: int  # whose attempt to reach the customer it is


def write_message(
    session: Session,
    kind: CustomerMessageKind,
    occasion: str,
    to: Recipient,
    words: str,
    now: datetime,
    *,
    callback_id: int | None = None,
    subscription_id: int | None = None,
    sent_from: datetime | None = None,
    heading: Heading | None = None,
    writer: Writer | None = None,
    awaits_answer: bool = False,
) -> bool:
    """Write a message. Return False if this recipient has one of this kind and occasion already.

    `occasion` names the row that it is about, such as the SID of a call or "update 4". The first line of a mail without
    a heading is its subject. It is sent at once, or from `sent_from` on. `writer`: None for the desk itself. With
    `awaits_answer` the desk waits for the customer once it is sent.

    A mail has its message ID from now on. Without one in its heading, our host is added before it is first sent.
    """
    heading = heading or Heading()
    return insert_once(
        session,
        CustomerMessage,
        kind=kind,
        occasion=occasion,
        channel=to.channel,
        address=to.address,
        language=to.language,
        words=words,
        callback_id=callback_id,
        subscription_id=subscription_id,
        state=CustomerMessageState.DUE,
        created_at=now,
        next_action_at=sent_from or now,
        token=0,
        tries=0,
        carrier_status=CarrierStatus.NONE,
        error="",
        subject=heading.subject,
        message_id=heading.message_id or (_new_message_id(kind) if to.channel is Channel.MAIL else ""),
        in_reply_to=heading.in_reply_to,
        sent_by=writer.name if writer is not None else "",
        technician_id=writer.technician_id if writer is not None else None,
        awaits_answer=awaits_answer,
    )


def _new_message_id(kind: CustomerMessageKind) -> str:
    """Return what a message ID has before the @, which nobody can guess: whoever answers it is about the callback."""
    return f"{'reply' if kind is CustomerMessageKind.REPLY else 'customer'}-{secrets.token_hex(16)}"


def why_not_texted(session: Session, desk: Desk, number: str, now: datetime) -> str | None:
    """Return why a number gets no texts, or None when it may be texted.

    A technician's number gets none: what it answers means something else.
    """
    if desk.dialing_rules.mobile_number(number) is None:
        return "This number may not be texted, or cannot be a mobile phone's."
    if technician_with(session, number) is not None:
        return "It is a technician's number."
    if has_opted_out(session, number):
        return "They sent STOP."
    if _takes_no_texts(session, number, now):
        return "The carrier said lately that this number takes no texts."
    return None


def opt_out(session: Session, number: str, now: datetime) -> None:
    """Record that somebody wants no texts from the desk, and send none that still waits."""
    marks.record(session, _opted_out(number), now)
    waiting = update(CustomerMessage).where(
        CustomerMessage.channel == Channel.TEXT,
        CustomerMessage.address == number,
        CustomerMessage.state == CustomerMessageState.DUE,
        CustomerMessage.asked_at.is_(None),
    )
    values = {"state": CustomerMessageState.CANCELLED, "next_action_at": None, "error": "They sent STOP."}
    session.execute(waiting.values(values).execution_options(synchronize_session="fetch"))


def opt_in(session: Session, number: str) -> None:
    """Record that somebody takes texts from the desk again."""
    marks.clear(session, _opted_out(number))


def has_opted_out(session: Session, number: str) -> bool:
    return marks.last_at(session, _opted_out(number)) is not None


def _opted_out(number: str) -> str:
    return f"no texts to {number}"


def _takes_no_texts(session: Session, number: str, now: datetime) -> bool:
    """Return whether the carrier's last word on texts to a number, of some months, is that it takes none."""
    texts = select(CustomerMessage.error_code).where(
        CustomerMessage.channel == Channel.TEXT,
        CustomerMessage.address == number,
        CustomerMessage.created_at > now - NO_TEXTS_FOR,
        CustomerMessage.state.in_((CustomerMessageState.SENT, CustomerMessageState.FAILED)),
    )
    last = session.scalars(texts.order_by(CustomerMessage.id.desc()).limit(1)).first()
    return last is not None and last != OPTED_OUT and error_code(last).fault is Fault.PERSON
