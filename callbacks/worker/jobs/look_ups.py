"""Asks the carrier for the end of what it accepted and has not reported on: calls, pages by phone, texts.

What it answers is a report like any other, taken in by the same functions as a webhook.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import FAILED, FINAL, AttemptState, CarrierStatus, Channel, CustomerMessageState
from callbacks.db.tables import Call, CustomerMessage, Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.inbound import calls
from callbacks.paging.channels.twilio import Carrier
from callbacks.paging.customer_reports import take_customer_report
from callbacks.paging.status_reports import StatusReport, take_report
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(minutes=2)
PAGES_ARE_ASKED_ABOUT_AFTER = timedelta(minutes=2)
TEXTS_ARE_ASKED_ABOUT_FOR = timedelta(minutes=15)  # some carriers never confirm that a text was delivered
CALLS_ARE_ASKED_ABOUT_AFTER = timedelta(minutes=10)
LONGEST_CALL = timedelta(days=1)  # the carrier ends every call after four hours, or after a day where that is set up
MOST = 50  # at a time
FAILURES_IN_A_ROW = 3
ENDED_TEXT = (CarrierStatus.DELIVERED, CarrierStatus.READ, CarrierStatus.CANCELED, *FAILED)


class LookUps:
    """Asks for the end of what is still open."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, clock: Clock) -> None:
        self._database, self._carrier, self._desk, self._clock = database, carrier, desk, clock

    def run(self) -> None:
        """Ask about each call, page and text to a customer without an end. One that fails stops no other."""
        now, failures = self._clock.now(), 0
        for ask in (*self._about_calls(now), *self._about_pages(now), *self._about_messages(now)):
            try:
                ask()
                failures = 0
            except CarrierError as fault:
                log.warning("the carrier could not be asked about a call or a text", cause=str(fault))
                failures += not fault.permanent
            except DBAPIError:
                raise
            except Exception:
                log.exception("what the carrier said of a call or a text could not be stored")
            if failures == FAILURES_IN_A_ROW:
                return

    def _about_calls(self, now: datetime) -> Sequence[Callable[[], None]]:
        found = self._database.read(lambda session: _calls_without_an_end(session, now))
        return [partial(self._ask_about_call, sid, began_at) for sid, began_at in found]

    def _about_pages(self, now: datetime) -> Sequence[Callable[[], None]]:
        found = self._database.read(lambda session: _pages_without_an_end(session, now))
        return [partial(self._ask_about_page, *each) for each in found]

    def _about_messages(self, now: datetime) -> Sequence[Callable[[], None]]:
        found = self._database.read(lambda session: _messages_without_an_end(session, now))
        return [partial(self._ask_about_message, *each) for each in found]

    def _ask_about_call(self, sid: str, began_at: datetime) -> None:
        now, status, ended_at = self._clock.now(), CarrierStatus.NONE, None
        try:
            call = self._carrier.call(sid)
            status, ended_at = call.status, call.ended_at
        except CarrierError as fault:
            if not fault.permanent or now - began_at < LONGEST_CALL:
                raise
        if status in FINAL or now - began_at >= LONGEST_CALL:
            end = ended_at or now
            self._database.write(lambda session: calls.record_end(session, self._desk, sid, status, end))

    def _ask_about_page(self, attempt_id: int, sid: str, channel: Channel) -> None:
        if channel is Channel.TEXT:
            found = self._carrier.text(sid)
            report = StatusReport(attempt_id, sid, found.status, found.error_code, words=found.error_words)
        else:
            report = StatusReport(attempt_id, sid, self._carrier.call(sid).status)
        now = self._clock.now()
        self._database.write(lambda session: take_report(session, self._desk, report, now))

    def _ask_about_message(self, message_id: int, sid: str) -> None:
        found, now = self._carrier.text(sid), self._clock.now()
        report = StatusReport(0, sid, found.status, found.error_code, words=found.error_words)
        self._database.write(lambda session: take_customer_report(session, message_id, report, now))


def _calls_without_an_end(session: Session, now: datetime) -> Sequence[tuple[str, datetime]]:
    open_calls = select(Call.sid, Call.began_at).where(Call.ended_at.is_(None), Call.sid.startswith("CA"))
    old_enough = open_calls.where(Call.began_at < now - CALLS_ARE_ASKED_ABOUT_AFTER)
    return [(sid, at) for sid, at in session.execute(old_enough.order_by(Call.began_at.desc()).limit(MOST))]


def _pages_without_an_end(session: Session, now: datetime) -> Sequence[tuple[int, str, Channel]]:
    open_pages = (
        select(PageAttempt.id, PageAttempt.sid, Page.channel)
        .join(Page, Page.id == PageAttempt.page_id)
        .where(PageAttempt.state == AttemptState.ACCEPTED, PageAttempt.started_at < now - PAGES_ARE_ASKED_ABOUT_AFTER)
    )
    by_phone = Page.channel.in_((Channel.CALL, Channel.CONNECTION)) & PageAttempt.carrier_status.not_in(FINAL)
    by_text = (Page.channel == Channel.TEXT) & PageAttempt.carrier_status.not_in(ENDED_TEXT)
    still_asked = or_(
        by_phone & (PageAttempt.started_at > now - LONGEST_CALL),
        by_text & (PageAttempt.started_at > now - TEXTS_ARE_ASKED_ABOUT_FOR),
    )
    rows = session.execute(open_pages.where(still_asked).order_by(PageAttempt.id.desc()).limit(MOST))
    return [(attempt_id, sid, channel) for attempt_id, sid, channel in rows if sid is not None]


def _messages_without_an_end(session: Session, now: datetime) -> Sequence[tuple[int, str]]:
    sent = select(CustomerMessage.id, CustomerMessage.sid).where(
        CustomerMessage.state == CustomerMessageState.SENT,
        CustomerMessage.channel == Channel.TEXT,
        CustomerMessage.carrier_status.not_in(ENDED_TEXT),
        CustomerMessage.asked_at < now - PAGES_ARE_ASKED_ABOUT_AFTER,
        CustomerMessage.asked_at > now - TEXTS_ARE_ASKED_ABOUT_FOR,
    )
    rows = session.execute(sent.order_by(CustomerMessage.id.desc()).limit(MOST))
    return [(message_id, sid) for message_id, sid in rows if sid is not None]
