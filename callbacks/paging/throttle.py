"""Limits on pages when many callbacks come at once: several pages in one message, and a daily cap.

Every page goes through `may_be_sent`, whatever its kind. The first page of a callback is never held back.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ESCALATING, AttemptState, Channel, PageKind, PageState
from callbacks.db.tables import Page, PageAttempt
from callbacks.desk.desk_file import Desk, Limits
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.pages import record_page_event, release_bundled
from callbacks.text.bilingual import Words

RECENT = timedelta(minutes=10)
DAY = timedelta(days=1)
MOST_IN_A_BUNDLE = 20  # more at once cannot be read, or heard, by anybody
IN_ENGLISH = {Channel.TEXT: "texts", Channel.CALL: "calls", Channel.CONNECTION: "calls"}
IN_FRENCH = {Channel.TEXT: "textos", Channel.CALL: "appels", Channel.CONNECTION: "appels"}
# A call is a call: both count towards one cap.
CALLS = (Channel.CALL, Channel.CONNECTION)
# Many of these come at once. The other kinds respond to what somebody did, and are few.
WAITS_ITS_TURN = frozenset({*ESCALATING, PageKind.TAKEN, PageKind.TRANSCRIPT})
# These are sent above the cap too, up to twice the cap, because dropping one leaves a customer waiting.
ABOVE_THE_CAP: Mapping[PageKind, str] = {
    PageKind.LIVE_CALL: "a customer waits on the line",
    PageKind.CONNECTION: "a technician calls the customer",
    PageKind.GIVEN: "nobody else is paged for what a supervisor assigned",
    PageKind.MANAGER: "a customer asks for a manager",
    PageKind.CONSENT: "nobody may call the customer before the answer",
    PageKind.CONSENT_ANSWER: "the customer may be called now",
    PageKind.REOPENED: "the owner believes that it is over",
    PageKind.ALARM: "supervisors must act, perhaps on the flood itself",
    PageKind.OUTAGE: "supervisors must act",
    PageKind.VERIFICATION: "somebody is added to help, or comes back",
}


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


@dataclass(frozen=True)
class PageFacts:
    """What the limits depend on, of a page that is due."""

    kind: PageKind
    channel: Channel
    is_first: bool = False  # nobody was paged for its callback before
    is_retry: bool = False  # it waited its turn when it was tried first


def throttle(limits: Limits, page: PageFacts, traffic: Traffic, now: datetime) -> Throttling:
    """Return what to do with a page, given what was sent lately. Pure."""
    cap = daily_cap(limits, page.kind, page.channel)
    if page.is_first or cap is None:
        return SEND
    if traffic.today >= cap:
        return Throttling(Action.DROP)
    if page.kind not in WAITS_ITS_TURN or page.is_retry:
        return SEND
    if traffic.recent < limits.pages_in_ten_minutes or traffic.last_at is None:
        return SEND
    free_at = traffic.last_at + limits.bundle_every
    return Throttling(Action.BUNDLE) if now >= free_at else Throttling(Action.WAIT, free_at)


def daily_cap(limits: Limits, kind: PageKind, channel: Channel) -> int | None:
    """Return the daily cap on texts or calls that applies to a page; None for email, which costs nothing."""
    if channel is Channel.MAIL:
        return None
    cap = limits.texts_a_day if channel is Channel.TEXT else limits.calls_a_day
    return 2 * cap if kind in ABOVE_THE_CAP else cap


def may_be_sent(session: Session, desk: Desk, page: Page, now: datetime) -> bool:
    """Return whether a page is sent now, perhaps with others bundled into it.

    A page that is not is postponed, or dropped for the day's cap.
    """
    is_first = page.kind is PageKind.STEP and is_first_page(session, page)
    facts = PageFacts(page.kind, page.channel, is_first=is_first, is_retry=page.tries > 0)
    throttling = throttle(desk.limits, facts, traffic_of(session, page, now), now)
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
    release_bundled(session, select(Page.id).where(Page.id == page.id))
    sent = IN_ENGLISH[page.channel]
    detail = f"{page.technician.name}: over the daily cap on {sent}"
    record_page_event(session, page, now, Actor.DESK, EventKind.PAGE_CAPPED, detail)
    if page.kind in ABOVE_THE_CAP:
        alert_supervisors(session, desk, f"twice the cap on {sent}", _twice_the_cap(page.channel), now, daily=True)
    else:
        alert_supervisors(session, desk, f"cap on {sent}", _at_the_cap(page.channel), now, daily=True)


def _at_the_cap(channel: Channel) -> Words:
    return Words(
        f"the daily cap on {IN_ENGLISH[channel]} is reached. Only the first page of each callback, alerts and "
        "requested messages are sent now.",
        f"le plafond du jour ({IN_FRENCH[channel]}) est atteint. Seuls le premier avis de chaque rappel, les alertes "
        "et les messages demandés partent encore.",
    )


def _twice_the_cap(channel: Channel) -> Words:
    return Words(
        f"twice the daily cap on {IN_ENGLISH[channel]} is reached. Only the first page of each callback is sent now.",
        f"le double du plafond du jour ({IN_FRENCH[channel]}) est atteint. Seul le premier avis de chaque rappel part "
        "encore.",
    )


def traffic_of(session: Session, page: Page, now: datetime) -> Traffic:
    """Count what was sent on the channel of a page."""
    sent = (
        select(func.count(), func.max(PageAttempt.started_at))
        .join(Page, Page.id == PageAttempt.page_id)
        .where(PageAttempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED)))
    )
    to_number = sent.where(Page.technician_id == page.technician_id, Page.number == page.number)
    by_same_way = to_number.where(Page.channel == page.channel)
    recent, last_at = session.execute(by_same_way.where(PageAttempt.started_at > now - RECENT)).one()
    counted = sent.where(Page.channel.in_(CALLS if page.channel in CALLS else (page.channel,)))
    today, _ = session.execute(counted.where(PageAttempt.started_at > now - DAY)).one()
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
