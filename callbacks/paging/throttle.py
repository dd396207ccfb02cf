"""Limits on pages when many callbacks come at once: several pages in one message, and a daily cap.

The first page of a callback is never held back.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ESCALATING, AttemptState, Channel, PageKind, PageState
from callbacks.db.tables import Page, PageAttempt
from callbacks.desk.desk_file import Desk, Limits
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.pages import record_page_event
from callbacks.text.bilingual import Words

RECENT = timedelta(minutes=10)
DAY = timedelta(days=1)
MOST_IN_A_BUNDLE = 20  # more at once cannot be read, or heard, by anybody
IN_FRENCH = {Channel.TEXT: "textos", Channel.CALL: "appels"}
# Other kinds answer what somebody did, and are few.
THROTTLED = (*ESCALATING, PageKind.TAKEN)


@dataclass(frozen=True)
class Traffic:
    """What was sent on one channel: to one number within ten minutes, and to everybody within a day."""

    recent: int
    today: int
    last_at: datetime | None  # the last one to this number within ten minutes


class Action(enum.Enum):
    """What to do with a page that is due."""

    SEND = enum.auto()
    WAIT = enum.auto()  # for its place in a bundle
    BUNDLE = enum.auto()  # send it together with the pages that wait
    DROP = enum.auto()  # the day's cap is reached


@dataclass(frozen=True)
class Throttling:
    """What to do with a page that is due, and until when it waits."""

    action: Action
    until: datetime | None = None


SEND = Throttling(Action.SEND)


def throttle(limits: Limits, channel: Channel, traffic: Traffic, *, is_first: bool, now: datetime) -> Throttling:
    """Return what to do with a page, given what was sent lately. Pure."""
    cap = {Channel.TEXT: limits.texts_a_day, Channel.CALL: limits.calls_a_day}.get(channel)
    if is_first or cap is None:
        return SEND
    if traffic.today >= cap:
        return Throttling(Action.DROP)
    if traffic.recent < limits.pages_in_ten_minutes or traffic.last_at is None:
        return SEND
    free_at = traffic.last_at + limits.bundle_every
    return Throttling(Action.BUNDLE) if now >= free_at else Throttling(Action.WAIT, free_at)


def may_be_sent(session: Session, desk: Desk, page: Page, now: datetime) -> bool:
    """Return whether a page is sent now, perhaps with others bundled into it.

    A page that is not is postponed, or dropped for the day's cap.
    """
    if page.callback is None or page.kind not in THROTTLED:
        return True
    is_first = page.kind is PageKind.STEP and is_first_page(session, page)
    traffic = traffic_of(session, page, now)
    throttling = throttle(desk.limits, page.channel, traffic, is_first=is_first, now=now)
    match throttling.action:
        case Action.WAIT:
            page.next_action_at = throttling.until
        case Action.BUNDLE if page.kind is PageKind.STEP:
            _bundle(session, page, now + desk.limits.bundle_every)
        case Action.DROP:
            _drop(session, desk, page, now)
    return throttling.action in (Action.SEND, Action.BUNDLE)


def _bundle(session: Session, page: Page, horizon: datetime) -> None:
    for other in others_waiting(session, page, horizon):
        other.state, other.next_action_at, other.bundled_into_id = PageState.BUNDLED, None, page.id


def _drop(session: Session, desk: Desk, page: Page, now: datetime) -> None:
    page.state, page.next_action_at = PageState.OVER_THE_CAP, None
    channel, in_french = page.channel.value, IN_FRENCH.get(page.channel, page.channel.value)
    detail = f"{page.technician.name}: over the daily cap on {channel}s"
    record_page_event(session, page, now, Actor.DESK, EventKind.PAGE_CAPPED, detail)
    alert = Words(
        f"the daily cap on {channel}s is reached; only the first page of each callback is sent now.",
        f"le plafond du jour ({in_french}) est atteint; seul le premier avis de chaque rappel est envoyé.",
    )
    alert_supervisors(session, desk, f"cap on {channel}s", alert, now, daily=True)


def traffic_of(session: Session, page: Page, now: datetime) -> Traffic:
    """Count what was sent on the channel of a page."""
    sent = (
        select(func.count(), func.max(PageAttempt.started_at))
        .join(Page, Page.id == PageAttempt.page_id)
        .where(Page.channel == page.channel, PageAttempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED)))
    )
    to_number = sent.where(Page.technician_id == page.technician_id, Page.number == page.number)
    recent, last_at = session.execute(to_number.where(PageAttempt.started_at > now - RECENT)).one()
    today, _ = session.execute(sent.where(PageAttempt.started_at > now - DAY)).one()
    return Traffic(recent, today, last_at)


def others_waiting(session: Session, page: Page, horizon: datetime) -> list[Page]:
    """Return the pages that can go in a bundle with this one.

    They go to the same person by the same way, are due before the horizon, and none is the first of its callback.
    """
    waiting = (
        select(Page)
        .where(Page.state == PageState.DUE, Page.id != page.id, Page.next_action_at <= horizon)
        .where(Page.technician_id == page.technician_id, Page.channel == page.channel, Page.number == page.number)
        .where(Page.callback_id.is_not(None), Page.kind == PageKind.STEP, Page.tries == 0)
        .order_by(Page.id)
        .limit(MOST_IN_A_BUNDLE)
        .with_for_update(of=Page, skip_locked=True)
    )
    return [other for other in session.scalars(waiting) if not is_first_page(session, other)]


def is_first_page(session: Session, page: Page) -> bool:
    """Return whether nobody was paged for this callback before this page's own step."""
    another = or_(Page.kind != page.kind, Page.round != page.round)
    earlier = select(Page.id).where(Page.callback_id == page.callback_id, Page.id < page.id, another)
    return session.scalar(earlier.limit(1)) is None
