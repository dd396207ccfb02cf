"""After a restore, the desk first learns from the carrier what happened since its backup, and only then pages anybody.

The backup may be hours old. Pages that were waiting in it have long been sent, answered even, and calls have come that
it does not know. So, in the order in which it happened: calls and recordings become callbacks, texts that were sent
count as sent, replies to them are acted on, and a customer's phone that rang is an attempt. What people did by key, by
link or in the console is known to nobody; supervisors are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.backup import restored
from callbacks.db import marks
from callbacks.db.database import Database, lock_name, locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import (
    AttemptState,
    CallbackState,
    CarrierStatus,
    Channel,
    CustomerMessageState,
    PageKind,
    PageState,
    PhoneSlot,
)
from callbacks.db.tables import Callback, Contact, CustomerMessage, Page, PageAttempt, ReachAttempt, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.inbound.late_texts import is_keyword, leave_out, replay
from callbacks.inbound.wrong_codes import is_code_of
from callbacks.lifecycle.transitions import advance_escalation, awaits_attempt
from callbacks.paging import customer_reports, messages
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.twilio import Carrier, CarrierCall, CarrierText
from callbacks.paging.connections import record_dialing, take_leg_report
from callbacks.paging.pages import add_page, next_round
from callbacks.paging.status_reports import StatusReport, record_acceptance
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import everybody, technician_with
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.formats import day_and_time
from callbacks.worker.found_texts import LostCall, code_in, position_after, reference_in, references_of
from callbacks.worker.jobs.connections import report_of
from callbacks.worker.jobs.reconciliation import Reconciliation
from sla.clock import Clock

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(seconds=10)
GIVEN_UP_AFTER = timedelta(minutes=5)  # while the carrier cannot be asked: a page twice is better than none
TURN = timedelta(minutes=2)  # for which one worker catches up, and others do not
HELD_BY = "catching up"
IS_OPEN = Callback.state == CallbackState.OPEN
# Of what a replayed act would have sent, only this is not known to have been sent before.
STILL_SENT = (PageKind.STEP, PageKind.OUTCOME)


@dataclass(frozen=True)
class DialedCustomer:
    """The customer's leg of a connection, and the technician's call that dialed it."""

    callback_id: int
    leg: CarrierCall
    call: CarrierCall


@dataclass(frozen=True)
class Found:
    """What the carrier knows of the time since the backup."""

    texts: Sequence[CarrierText]
    calls: Sequence[CarrierCall]  # to technicians
    dialed: Sequence[DialedCustomer]


class CatchUp:
    """Catches up once after a restore. Until then, jobs that send or decide are held."""

    def __init__(
        self, database: Database, carrier: Carrier, desk: Desk, clock: Clock, reconciliation: Reconciliation
    ) -> None:
        self._database, self._carrier, self._desk, self._clock = database, carrier, desk, clock
        self._reconciliation = reconciliation
        self._is_over = False  # a restore is only possible while no worker runs

    def is_over(self) -> bool:
        """Return whether the desk works as usual."""
        if not self._is_over:
            self._is_over = self._database.read(restored.restored_from) is None
        return self._is_over

    def held(self, run: Callable[[], bool | None]) -> Callable[[], bool | None]:
        """Return a job that does nothing before the desk has caught up."""
        return lambda: run() if self.is_over() else None

    def next_due_at(self) -> datetime | None:
        """Return now while the desk has to catch up, else None."""
        return None if self.is_over() else self._clock.now()

    def run(self) -> None:
        """Ask the carrier, and store all that follows from its answers. Try again for five minutes."""
        now = self._clock.now()
        since = self._database.write(lambda session: self._begin(session, now))
        if since is None:
            return
        made_at, began_at = since
        try:
            done = self._catch_up(made_at, began_at)
        except CarrierError as fault:
            done = False
            log.warning("the carrier could not be asked what happened since the backup", cause=str(fault))
        except Exception:
            done = False
            log.exception("what happened since the backup could not be stored")
        now = self._clock.now()
        if done or now - began_at >= GIVEN_UP_AFTER:
            self._database.write(lambda session: self._end(session, made_at, now, is_complete=done))
        self._database.write(lambda session: marks.clear(session, HELD_BY))

    def _begin(self, session: Session, now: datetime) -> tuple[datetime, datetime] | None:
        made_at = restored.restored_from(session)
        if made_at is None or not marks.hold(session, HELD_BY, now + TURN, now):
            return None
        return made_at, restored.catching_up_since(session, now)

    def _end(self, session: Session, made_at: datetime, now: datetime, *, is_complete: bool) -> None:
        if not restored.note_caught_up(session):
            return
        log.warning("the desk goes on from its backup", made_at=made_at.isoformat(), is_complete=is_complete)
        at = Words(*(day_and_time(made_at, self._desk.zone, language) for language in ("en", "fr")))
        words = messages.desk_restored(at, is_complete=is_complete)
        alert_supervisors(session, self._desk, f"restored {made_at:%Y-%m-%d %H:%M:%S} {now:%H:%M:%S}", words, now)

    def _catch_up(self, made_at: datetime, began_at: datetime) -> bool:
        if not self._reconciliation.look_back_to(made_at, texts_too=False):
            return False
        now = self._clock.now()
        texts = list(self._carrier.texts_since(made_at))
        self._database.write(lambda session: _name_as_before(session, texts, began_at, now))
        numbers, customers = self._database.read(lambda session: _numbers(session, self._desk))
        calls = [call for number in numbers for call in self._carrier.calls_placed_to(number, made_at)]
        dialed = [
            DialedCustomer(callback_id, leg, self._carrier.call(leg.parent_sid))
            for callback_id, number in customers.items()
            for leg in self._carrier.legs_to(number, made_at)
        ]
        found = Found(texts, calls, dialed)
        self._database.write(lambda session: _store(session, self._desk, found, now))
        return True


# Callbacks that the backup does not have


def _name_as_before(session: Session, texts: Sequence[CarrierText], began_at: datetime, now: datetime) -> None:
    """Give callbacks that were opened again the reference that customer and technicians know."""
    opened_again = (
        select(Callback).join(Contact, Contact.sid == Callback.contact_sid).where(Callback.opened_at >= began_at)
    )
    callbacks = {each.contact_sid: each for each in session.scalars(opened_again.where(Contact.webhooks_missed))}
    calls = [LostCall(sid, each.contact.caller, each.contact.began_at) for sid, each in callbacks.items()]
    known = set(session.scalars(select(Callback.reference)))
    for sid, reference in references_of(calls, texts, known).items():
        callback = callbacks[sid]
        detail = f"{reference} again, not {callback.reference}: the texts that were sent before the restore say so."
        callback.reference = reference
        record_event(session, sid, now, Actor.DESK, EventKind.REFERENCE_RESTORED, detail)


def _numbers(session: Session, desk: Desk) -> tuple[Sequence[str], Mapping[int, str]]:
    """Return the numbers of technicians, and those of customers with an open callback, by its id."""
    phones = [phone for each in everybody(session) for phone in (each.phone, each.second_phone) if phone]
    open_ones = session.scalars(select(Callback).where(IS_OPEN)).all()
    numbers = {each.id: customer_number(desk, each).number for each in open_ones}
    return phones, {callback_id: number for callback_id, number in numbers.items() if number}


# What happened, in its order


def _store(session: Session, desk: Desk, found: Found, now: datetime) -> None:
    lock_name(session, HELD_BY)
    if restored.restored_from(session) is None:
        return
    for happened_at, store in sorted(_happened(session, desk, found, now), key=lambda each: each[0]):
        store(min(happened_at, now))
        session.flush()
    _store_calls(session, desk, found, now)
    session.flush()
    for callback_id in session.scalars(select(Callback.id).where(IS_OPEN).order_by(Callback.id)).all():
        _go_on_where_it_was(session, desk, locked(session, Callback, callback_id), now)
    _drop_old_news(session)


def _happened(
    session: Session, desk: Desk, found: Found, now: datetime
) -> Iterator[tuple[datetime, Callable[[datetime], None]]]:
    for text in found.texts:
        if text.is_incoming:
            yield text.made_at, lambda at, text=text: _replay(session, desk, text, at)  # type: ignore[misc]
        else:
            yield text.made_at, lambda at, text=text: _adopt(session, desk, text, now)  # type: ignore[misc]
    for dialed in found.dialed:
        at = dialed.leg.began_at or now
        yield at, lambda at, dialed=dialed: _adopt_connection(session, desk, dialed, at, now)  # type: ignore[misc]


def _adopt(session: Session, desk: Desk, text: CarrierText, now: datetime) -> None:
    """Count a text that the carrier has as sent: a page by its code, a message to a customer by its reference."""
    if _is_known(session, text.sid):
        return
    technician, reference = technician_with(session, text.to), reference_in(text.words)
    callback = session.scalar(select(Callback).where(Callback.reference == reference)) if reference else None
    if technician is not None:
        page = _page_sent(session, callback, technician, text)
        if page is not None:
            _count_as_sent(session, desk, page, text.sid, text.status, text.made_at, now)
        return
    due = select(CustomerMessage).where(CustomerMessage.address == text.to, CustomerMessage.channel == Channel.TEXT)
    for message in session.scalars(due.where(CustomerMessage.state == CustomerMessageState.DUE)):
        is_about_it = callback is not None and message.callback_id == callback.id
        if message.words == text.words or is_about_it:
            message.asked_at = message.asked_at or text.made_at
            customer_reports.record_acceptance(session, message, StatusReport(0, text.sid, text.status), now)
            return


def _page_sent(session: Session, callback: Callback | None, technician: Technician, text: CarrierText) -> Page | None:
    """Return the page that a text was: one that waits, or a new one where the backup has none."""
    waiting = select(Page).where(
        Page.technician_id == technician.id, Page.channel == Channel.TEXT, Page.state == PageState.DUE
    )
    code = code_in(text.words)
    if callback is None:  # an alert, or a page about what is not here
        return session.scalars(waiting.where(Page.callback_id.is_(None), Page.words == text.words)).first()
    theirs = waiting.where(Page.callback_id == callback.id).order_by(Page.id)
    page = session.scalars(theirs).first()
    if page is None:
        slot = PhoneSlot.SECOND if text.to == technician.second_phone else PhoneSlot.FIRST
        way = ContactMethod(Channel.TEXT, slot)
        page = add_page(session, callback, technician.id, way, PageKind.STEP, next_round(callback), text.made_at)
    page.words, page.code = text.words, code or page.code
    session.flush()
    if code:
        for other in session.scalars(
            select(Page).where(Page.callback_id == callback.id, Page.technician_id == technician.id, Page.code != "")
        ):
            other.code = code
    return page


def _count_as_sent(
    session: Session, desk: Desk, page: Page, sid: str, status: CarrierStatus, at: datetime, now: datetime
) -> None:
    attempt = PageAttempt(page=page, started_at=at, state=AttemptState.SENDING)
    session.add(attempt)
    page.tries += 1
    session.flush()
    record_acceptance(session, desk, attempt, StatusReport(attempt.id, sid, status), now)


def _is_known(session: Session, sid: str) -> bool:
    pages = select(PageAttempt.id).where(PageAttempt.sid == sid)
    to_customers = select(CustomerMessage.id).where(CustomerMessage.sid == sid)
    return session.scalar(pages) is not None or session.scalar(to_customers) is not None


def _replay(session: Session, desk: Desk, text: CarrierText, at: datetime) -> None:
    """Do what a text asked for, as of then. What it sent then is not sent again.

    A technician's text with a code that is not known here counts for nothing, and not as a wrong code either.
    """
    technician, code = technician_with(session, text.from_), code_in(text.words)
    is_about_us = is_keyword(text.words) or (code and technician and is_code_of(session, technician, code))
    if technician is not None and not is_about_us:
        log.warning("a text since the backup is about nothing that is known here", sid=text.sid)
        leave_out(session, text, at)
        return
    replay(session, desk, text, at, lambda kind: kind in STILL_SENT)


def _adopt_connection(session: Session, desk: Desk, dialed: DialedCustomer, at: datetime, now: datetime) -> None:
    """Record a customer's leg as the webhooks would have: an attempt, if the customer's phone rang."""
    technician = technician_with(session, dialed.call.to)
    if technician is None or _is_known(session, dialed.call.sid):
        return
    callback = locked(session, Callback, dialed.callback_id)
    way = ContactMethod(Channel.CONNECTION)
    page = add_page(session, callback, technician.id, way, PageKind.CONNECTION, next_round(callback), at)
    session.flush()
    _count_as_sent(session, desk, page, dialed.call.sid, dialed.call.status, at, now)
    attempt = record_dialing(session, desk, callback, technician, dialed.call.sid, at)
    take_leg_report(session, desk, attempt, report_of(dialed.leg), now)


def _store_calls(session: Session, desk: Desk, found: Found, now: datetime) -> None:
    """Count each call to a technician as made: a page that waits in the backup, or one more about an open callback.

    The carrier does not say what a call was about: it counts for what its technician was texted about last.
    """
    unknown = [call for call in found.calls if not _is_known(session, call.sid)]
    for call in sorted(unknown, key=lambda call: call.made_at or now):
        technician, at = technician_with(session, call.to), call.made_at or now
        if technician is None:
            continue
        slot = PhoneSlot.SECOND if call.to == technician.second_phone else PhoneSlot.FIRST
        theirs = select(Page).where(Page.technician_id == technician.id, Page.channel == Channel.CALL)
        waiting = theirs.where(Page.state == PageState.DUE, Page.number == slot, Page.created_at <= at)
        page = session.scalars(waiting.order_by(Page.id).limit(1)).first()
        if page is None:
            callback = _texted_about(session, technician, at)
            if callback is None:
                continue
            way = ContactMethod(Channel.CALL, slot)
            page = add_page(session, callback, technician.id, way, PageKind.STEP, next_round(callback), at)
            session.flush()
        _count_as_sent(session, desk, page, call.sid, call.status, at, now)


def _texted_about(session: Session, technician: Technician, at: datetime) -> Callback | None:
    """Return the callback without an attempt that a technician was texted about last before an instant."""
    sent = select(Page).join(PageAttempt, PageAttempt.page_id == Page.id).where(PageAttempt.started_at <= at)
    theirs = sent.where(Page.technician_id == technician.id, Page.channel == Channel.TEXT, Page.code != "")
    last = theirs.order_by(PageAttempt.started_at.desc()).limit(1)
    page = session.scalars(last).first()
    return page.callback if page is not None and page.callback is not None and awaits_attempt(page.callback) else None


def _go_on_where_it_was(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Skip the steps of an escalation that were taken since the backup, as the pages that were sent show."""
    if not awaits_attempt(callback) or (callback.owner_id is not None and not callback.resumed):
        return
    sent = select(PageAttempt.started_at).join(Page, Page.id == PageAttempt.page_id)
    steps = sent.where(Page.callback_id == callback.id, Page.kind == PageKind.STEP)
    times = sorted(session.scalars(steps.where(PageAttempt.state == AttemptState.ACCEPTED)))
    if not times:
        return
    policy = desk.policy_named(callback.policy)
    position = position_after(policy, callback.position, times[0], times[-1])
    planned = (
        times[-1] + policy.again.after if position >= len(policy.steps) else times[0] + policy.step(position).after
    )
    advance_escalation(callback, position, max(now, planned), resumed=callback.resumed)


def _drop_old_news(session: Session) -> None:
    """Cancel questions about an outcome that the technician has given, or that nobody needs."""
    asked = select(Page).where(Page.kind == PageKind.OUTCOME, Page.state == PageState.DUE)
    for page in session.scalars(asked).all():
        attempt = session.get(ReachAttempt, page.round)
        is_open = page.callback is not None and page.callback.state is CallbackState.OPEN
        if not is_open or (attempt is not None and attempt.is_told):
            page.state, page.next_action_at = PageState.CANCELLED, None
