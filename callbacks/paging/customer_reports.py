"""Takes in what the carrier reports on a text to a customer, early, late, twice or out of order."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import locked_or_none
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import FAILED, RANKS, CarrierStatus, Channel, CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import Callback, CustomerMessage
from callbacks.paging.channels.carrier_errors import cause_of
from callbacks.paging.status_reports import StatusReport
from callbacks.records.event_log import record_event

log = structlog.get_logger(__name__)


def take_customer_report(session: Session, message_id: int, report: StatusReport, now: datetime) -> None:
    """Store a status report. One that comes before the answer to our request is that answer."""
    by_sid = session.scalar(select(CustomerMessage.id).where(CustomerMessage.sid == report.sid))
    message = locked_or_none(session, CustomerMessage, by_sid or message_id)
    if message is None or message.sid not in (None, report.sid):
        log.warning("status report on a text that no message was sent as", sid=report.sid)
        return
    if message.sid is None:
        record_acceptance(session, message, report, now)
    else:
        _apply(session, message, report, now)


def record_acceptance(session: Session, message: CustomerMessage, report: StatusReport, now: datetime) -> None:
    """Record that the carrier or the mail server has a message, and what it said of it."""
    message.state, message.sid, message.next_action_at = CustomerMessageState.SENT, report.sid, None
    message.error, message.error_code = "", None
    if message.kind is not CustomerMessageKind.REPLY:
        kind = EventKind.CUSTOMER_MAILED if _is_mail(message) else EventKind.CUSTOMER_NOTIFIED
        _record_event(session, message, kind, Actor.DESK, message.words, now)
    _apply(session, message, report, now)


def give_up(session: Session, message: CustomerMessage, state: CustomerMessageState, why: str, now: datetime) -> None:
    """Record that a message will never arrive, and why: it failed, or is not sent after all."""
    settle(message, state, why)
    kind, actor = EventKind.CUSTOMER_NOT_NOTIFIED, Actor.CARRIER
    if _is_mail(message):
        kind, actor = EventKind.CUSTOMER_NOT_MAILED, Actor.DESK
    _record_event(session, message, kind, actor, why, now)


def settle(message: CustomerMessage, state: CustomerMessageState, why: str) -> None:
    """Have a message wait for nothing more."""
    message.state, message.next_action_at, message.error = state, None, why


def _apply(session: Session, message: CustomerMessage, report: StatusReport, now: datetime) -> None:
    """Keep a status unless a later one is known. A failure counts whenever it comes."""
    if RANKS[report.status] <= RANKS[message.carrier_status]:
        return
    message.carrier_status = report.status
    if report.status in (*FAILED, CarrierStatus.CANCELED):
        message.error_code = report.error_code
        cause = cause_of(report.error_code, None, report.words).words
        give_up(session, message, CustomerMessageState.FAILED, f"Not delivered: {cause.english}.", now)


def _is_mail(message: CustomerMessage) -> bool:
    return message.channel is Channel.MAIL


def _record_event(
    session: Session, message: CustomerMessage, kind: EventKind, actor: str, detail: str, now: datetime
) -> None:
    callback = session.get(Callback, message.callback_id) if message.callback_id is not None else None
    if callback is not None:
        record_event(session, callback.contact_sid, now, actor, kind, detail)
