"""What follows when a page cannot be delivered: the person is paged another way, and the next step comes at once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ESCALATING, Channel, PageKind, PageState
from callbacks.db.tables import Page
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import escalate_now
from callbacks.paging.alerts import add_alert, alert_supervisors
from callbacks.paging.channels.carrier_errors import Fault, error_code
from callbacks.paging.escalate import page_another_way
from callbacks.paging.pages import pages_bundled_into, pages_by_way, record_page_event
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import person
from callbacks.text.bilingual import Words

# A number that cannot be called for a connection cannot be called for a page either.
TROUBLED_CHANNEL = {Channel.CONNECTION: Channel.CALL}


def fail(session: Session, desk: Desk, page: Page, why: str, now: datetime, code: int | None = None) -> None:
    """Record that a page will never arrive, and do what follows. `code` is the carrier's error code.

    A fault of the person's number is remembered, and supervisors are alerted to it.
    """
    if page.state is PageState.FAILED:
        return
    page.state, page.next_action_at = PageState.FAILED, None
    detail = f"{page.technician.name}: {why}"
    record_page_event(session, page, now, Actor.CARRIER, EventKind.PAGE_FAILED, detail)
    _note_cause(session, desk, page, why, now, code)
    session.flush()
    _page_otherwise(session, desk, page, now)
    for bundled in pages_bundled_into(session, page):
        fail(session, desk, bundled, why, now)


def retry_meanwhile(session: Session, page: Page, fault: CarrierError, now: datetime) -> None:
    """Do not let anybody wait for a page that is refused again and again: it is retried, and others are paged."""
    cause = error_code(fault.code).fault
    if cause is Fault.ACCOUNT:
        return  # nothing is accepted: more pages would only use up the steps of the policy
    if page.kind in ESCALATING:
        _next_step_once(session, page, now)
    elif cause is Fault.SENDER:
        _alert_by_phone(session, page, now)


def alert_to_account(session: Session, desk: Desk, fault: CarrierError, now: datetime) -> None:
    """Alert supervisors, once a day, to a refusal that only they can resolve at the carrier."""
    if error_code(fault.code).is_retried:
        words = Words(
            f"pages are refused: {fault} Only you can fix this.",
            f"les avis sont refusés: {fault} Vous seul pouvez corriger cela.",
        )
        alert_supervisors(session, desk, f"account {fault.code}", words, now, daily=True)


def _note_cause(session: Session, desk: Desk, page: Page, why: str, now: datetime, code: int | None) -> None:
    fault = error_code(code).fault
    if fault is Fault.PERSON or page.channel is Channel.MAIL:
        _record_failing_method(session, desk, page, why, now)
    elif fault is Fault.SENDER:
        words = Words(
            f"no texts can be sent: {why} Pages go by phone.",
            f"aucun texto ne part: {why} Les avis se font par téléphone.",
        )
        alert_supervisors(session, desk, f"sender {code}", words, now, daily=True)


def _record_failing_method(session: Session, desk: Desk, page: Page, why: str, now: datetime) -> None:
    row, way = page.technician, ContactMethod(TROUBLED_CHANNEL.get(page.channel, page.channel), page.number)
    if not record_failure(row, way, why):
        return
    channel = way.channel.value
    words = Words(
        f"{row.name} cannot be reached by {channel}: {why} They are paged another way until this is fixed.",
        f"{row.name} n'est pas joignable ({channel}): {why} Un autre moyen sert en attendant.",
    )
    alert_supervisors(session, desk, f"{row.id} {way.key} {now:%Y-%m-%d %H:%M}", words, now)


def _page_otherwise(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    if page.callback is None:
        _alert_by_phone(session, page, now)
    elif page.kind in ESCALATING:
        is_step_over = _whole_step_failed(session, page)
        page_another_way(session, desk, page, now)
        if is_step_over:
            _next_step_once(session, page, now)


def _whole_step_failed(session: Session, page: Page) -> bool:
    same_callback = select(Page.state).where(Page.callback_id == page.callback_id)
    same_step = same_callback.where(Page.kind == page.kind, Page.round == page.round)
    return all(state is PageState.FAILED for state in session.scalars(same_step))


def _next_step_once(session: Session, page: Page, now: datetime) -> None:
    """Take the next step at once, but only the first time that this way to this person fails.

    Otherwise a second round, which fails like the first, would use up all steps within minutes.
    """
    same_way = pages_by_way(page.callback_id, page.technician_id, page.channel, page.number)
    earlier = same_way.where(Page.id < page.id, Page.state == PageState.FAILED)
    if page.callback is not None and session.scalar(earlier.limit(1)) is None:
        escalate_now(page.callback, now)


def _alert_by_phone(session: Session, page: Page, now: datetime) -> None:
    """Have an alert that cannot be sent as a text read out by phone."""
    by_phone, is_alert = ContactMethod(Channel.CALL), page.kind is PageKind.ALARM
    if is_alert and page.channel is not Channel.CALL and by_phone in person(page.technician).contact_methods:
        add_alert(session, page.technician_id, by_phone, PageKind.ALARM, page.words, now)
