"""Messages to customers and subscribers: written in the transaction that makes them due, sent by the worker later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.database import insert_once
from callbacks.db.states import CarrierStatus, Channel, CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import CustomerMessage


@dataclass(frozen=True)
class Recipient:
    """Who gets a message: an E.164 number by text, or a mail address by mail."""

    channel: Channel
    address: str
    language: str


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
) -> bool:
    """Write a message. Return False if this recipient has one of this kind and occasion already.

    `occasion` names the row that it is about, such as the SID of a call or "update 4". It is sent at once, or from
    `sent_from` on.
    """
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
    )
