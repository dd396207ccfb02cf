"""What follows when a page cannot be delivered: the person is paged another way, and the next step comes at once.

A fault of the whole channel is nobody's: the page waits, and no person and no step is used up (see `outages`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ESCALATING, Channel, PageKind, PageState
from callbacks.db.tables import Page
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import escalate_now, is_paged_each_morning
from callbacks.paging import messages, outages
from callbacks.paging.alerts import ALERT_METHODS, add_alert, alert_supervisors
from callbacks.paging.channels.carrier_errors import FOR_AN_OPERATOR, OF_THE_CHANNEL, Fault, cause_of, error_code
from callbacks.paging.decide import NewPage
from callbacks.paging.escalate import page_another_way
from callbacks.paging.pages import pages_bundled_into, pages_by_way, put_in_outbox, record_page_event
from callbacks.people.canary import is_canary
from callbacks.people.contact_methods import methods_of, number_of, record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import person
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number

# A number that cannot be called for a connection cannot be called for a page either.
TROUBLED_CHANNEL = {Channel.CONNECTION: Channel.CALL}
# Too much at once, or no connection: most often it is over within seconds.
PATIENCE = timedelta(seconds=60)
ESCALATE_AFTER_TRIES = 2


def fail(
    session: Session,
    desk: Desk,
    page: Page,
    why: Words,
    now: datetime,
    code: int | None = None,
    sip_code: int | None = None,
) -> None:
    """Record that a page will never arrive, and do what follows. `code` is the carrier's error code.

    A fault of the person's number is remembered. Supervisors are alerted to it, and the person.
    """
    if page.state is PageState.FAILED:
        return
    page.state, page.next_action_at = PageState.FAILED, None
    detail = f"{page.technician.name}: {why.english}"
    record_page_event(session, page, now, Actor.CARRIER, EventKind.PAGE_FAILED, detail)
    note_cause(session, desk, page, why, now, code, sip_code)
    session.flush()
    _page_otherwise(session, desk, page, now)
    for bundled in pages_bundled_into(session, page):
        fail(session, desk, bundled, why, now)


def note_cause(
    session: Session,
    desk: Desk,
    page: Page,
    why: Words,
    now: datetime,
    code: int | None = None,
    sip_code: int | None = None,
) -> None:
    """Remember a fault of the person's number or address."""
    if cause_of(code, sip_code).fault is Fault.PERSON or page.channel is Channel.MAIL:
        _record_failing_method(session, desk, page, why, now)


def note_refused_number(session: Session, desk: Desk, page: Page, why: Words, now: datetime) -> None:
    """Record that a number is neither texted nor called until a supervisor allows it, and alert the supervisors."""
    row, slot = page.technician, page.number
    refusal = messages.number_not_allowed(why)
    is_news = [record_failure(row, way, refusal.english) for way in methods_of(slot)]
    if any(is_news):
        words = messages.needs_to_be_allowed(row.name, readable_number(number_of(row, slot) or ""), why)
        alert_supervisors(session, desk, f"{row.id} {slot.value} not allowed {now:%Y-%m-%d %H:%M}", words, now)


def in_words(fault: CarrierError) -> Words:
    """Return why the carrier refused a page, in both languages."""
    return Words(str(fault), fault.french)


# A fault of the whole channel


def is_of_the_channel(fault: CarrierError) -> bool:
    """Return whether a refusal would meet every page of the channel."""
    never_connected = fault.code is None and not fault.permanent and not fault.lost
    return never_connected or error_code(fault.code, status=fault.status).fault in OF_THE_CHANNEL


def wait_for_channel(session: Session, desk: Desk, page: Page, fault: CarrierError, now: datetime) -> None:
    """Have a page wait that was refused by a fault of its channel, or could not be handed over."""
    channel = outages.line_of(page)
    since = outages.begin(session, channel, now)
    _wait(session, channel, page, now)
    cause = error_code(fault.code, status=fault.status).fault
    if cause in FOR_AN_OPERATOR or now - since >= PATIENCE:
        _alarm(session, desk, channel, f"{since:%Y-%m-%d %H:%M:%S}", in_words(fault), cause, now)


def wait_after_report(session: Session, desk: Desk, page: Page, why: Words, fault: Fault, now: datetime) -> None:
    """Have a page wait that was accepted, and then failed by a fault of its channel."""
    channel = outages.line_of(page)
    outages.report(session, channel, now)
    record_page_event(
        session, page, now, Actor.CARRIER, EventKind.PAGE_FAILED, f"{page.technician.name}: {why.english} It waits."
    )
    _wait(session, channel, page, now)
    _alarm(session, desk, channel, f"reported {now:%Y-%m-%d %H}", why, fault, now)


def note_that_it_works(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    """Record that the carrier takes pages by this channel. After an outage of a minute supervisors hear of it."""
    channel = outages.line_of(page)
    since = outages.refused_since(session, channel, now)
    outages.end_of_refusals(session, channel, now)
    if since is not None and outages.refused_since(session, channel, now) is None:
        _alert_that_it_works(session, desk, channel, since, now)


def note_arrival(session: Session, desk: Desk, page: Page, sent_at: datetime, now: datetime) -> None:
    """Record that a page arrived. If it was sent after a fault of the channel was reported, that is over."""
    channel = outages.line_of(page)
    since = outages.refused_since(session, channel, now)
    if since is not None and sent_at > since:
        outages.end(session, channel, now)
        _alert_that_it_works(session, desk, channel, since, now)


def _alert_that_it_works(session: Session, desk: Desk, channel: Channel, since: datetime, now: datetime) -> None:
    if now - since >= PATIENCE:
        words = messages.channel_works_again(channel, since, desk.zone, now)
        alert_supervisors(session, desk, f"{channel.value} works again {since:%Y-%m-%d %H:%M:%S}", words, now)


def _wait(session: Session, channel: Channel, page: Page, now: datetime) -> None:
    page.state = PageState.DUE
    page.next_action_at = now + outages.pause_between_tries(session, channel, now)
    session.flush()


def _alarm(session: Session, desk: Desk, channel: Channel, once: str, why: Words, cause: Fault, now: datetime) -> None:
    words = messages.channel_refused(channel, why, outages.refused_channels(session, now), cause in FOR_AN_OPERATOR)
    if not alert_supervisors(session, desk, f"{channel.value} refused {once}", words, now, kind=PageKind.OUTAGE):
        return
    carried = (Channel.CALL, Channel.CONNECTION) if channel is Channel.CALL else (channel,)
    waiting = select(Page).where(Page.state == PageState.DUE, Page.channel.in_(carried)).order_by(Page.id)
    for page in session.scalars(waiting).all():
        page_around(session, page, outages.refused_channels(session, now), now)


def page_around(session: Session, page: Page, refused: Collection[Channel], now: datetime) -> bool:
    """Page the same person by the channels that are not refused. Return whether there is one."""
    if page.callback is None:
        if Channel.CALL not in refused:
            _alert_by_phone(session, page, now)
        return True
    if page.kind not in ESCALATING:
        return True
    who = person(page.technician)
    ways = outages.detours(who, refused)
    for way in ways:
        if not _was_tried(session, page, way):
            new = NewPage(who, way.channel, way.number)
            put_in_outbox(session, page.callback, new, page.kind, page.round, now)
    return bool(ways)


def _was_tried(session: Session, page: Page, way: ContactMethod) -> bool:
    same_way = pages_by_way(page.callback_id, page.technician_id, way.channel, way.number)
    same_step = same_way.where(Page.kind == page.kind, Page.round == page.round)
    return session.scalars(same_step.limit(1)).first() is not None


# A fault of this page, which is tried again


def retry_meanwhile(session: Session, page: Page, now: datetime) -> None:
    """Do not let anybody wait for a page that is refused and tried again: page the same person another way.

    If there is no other way, the next step comes at once.
    """
    is_paged = page_around(session, page, {outages.line_of(page)}, now)
    if page.kind in ESCALATING and not is_paged and page.tries == ESCALATE_AFTER_TRIES:
        _next_step_once(session, page, now)


def alert_to_account(session: Session, desk: Desk, fault: CarrierError, now: datetime) -> None:
    """Alert supervisors, once a day, to a refusal that only they can resolve at the carrier."""
    if error_code(fault.code, status=fault.status).fault in FOR_AN_OPERATOR:
        words = Words(
            f"pages are refused: {fault} Only you can fix this.",
            f"les avis sont refusés: {fault.french} C'est à vous de corriger cela.",
        )
        alert_supervisors(session, desk, f"account {fault.code}", words, now, daily=True)


def _record_failing_method(session: Session, desk: Desk, page: Page, why: Words, now: datetime) -> None:
    if is_canary(page.technician):  # it is alerted to as a whole
        return
    row, way = page.technician, ContactMethod(TROUBLED_CHANNEL.get(page.channel, page.channel), page.number)
    if not record_failure(row, way, why.english):
        return
    words = messages.cannot_be_reached(row.name, way.channel, why)
    alert_supervisors(session, desk, f"{row.id} {way.key} {now:%Y-%m-%d %H:%M}", words, now)
    for method in person(row).contact_methods:
        if method in ALERT_METHODS and way.channel is not Channel.MAIL:
            text = messages.alarm(desk.company.sender, messages.your_number_fails(way.channel, why))
            add_alert(session, row.id, method, PageKind.ALARM, text.for_(row.language), now)


def _page_otherwise(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    if page.callback is None:
        _alert_by_phone(session, page, now)
    elif page.kind in ESCALATING:
        is_step_over = _whole_step_failed(session, page)
        is_paged_otherwise = page_another_way(session, desk, page, now)
        if is_step_over and not (is_paged_otherwise and is_paged_each_morning(page.callback)):
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
    by_phone, is_alert = ContactMethod(Channel.CALL), page.kind in (PageKind.ALARM, PageKind.OUTAGE)
    if is_alert and page.channel is not Channel.CALL and by_phone in person(page.technician).contact_methods:
        add_alert(session, page.technician_id, by_phone, page.kind, page.words, now)
