"""What keeps a phone usable in a storm, and a bill within reason: bundles and daily caps.

The first page of a callback is never held back by either.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, Channel, PageKind, PageState
from callbacks.db.tables import Page, PageAttempt
from callbacks.desk.desk_file import Limits

LATELY = timedelta(minutes=10)
DAY = timedelta(days=1)
# Spoken or read, more than these at once help nobody.
MOST_IN_A_BUNDLE = 20


@dataclass(frozen=True)
class Traffic:
    """What went to one person on one channel lately, and to everybody on it within a day."""

    lately: int
    today: int
    last_at: datetime | None


class Verdict(enum.Enum):
    """What becomes of a page that is due."""

    GO = enum.auto()
    WAIT = enum.auto()  # to be bundled
    BUNDLE = enum.auto()  # goes, and whatever waits beside it goes along
    OVER_THE_CAP = enum.auto()  # does not go


@dataclass(frozen=True)
class Restraint:
    """What becomes of a page that is due, and until when it waits."""

    verdict: Verdict
    until: datetime | None = None


GO = Restraint(Verdict.GO)


def restraint(limits: Limits, channel: Channel, traffic: Traffic, *, is_first: bool, now: datetime) -> Restraint:
    """Decide it. Pure."""
    cap = {Channel.TEXT: limits.texts_a_day, Channel.CALL: limits.calls_a_day}.get(channel)
    if is_first or cap is None:
        return GO
    if traffic.today >= cap:
        return Restraint(Verdict.OVER_THE_CAP)
    if traffic.lately < limits.pages_in_ten_minutes or traffic.last_at is None:
        return GO
    free_at = traffic.last_at + limits.bundle_every
    return Restraint(Verdict.BUNDLE) if now >= free_at else Restraint(Verdict.WAIT, free_at)


def traffic_of(session: Session, page: Page, now: datetime) -> Traffic:
    """Count what went out."""
    went = (
        select(func.count(), func.max(PageAttempt.started_at))
        .join(Page, Page.id == PageAttempt.page_id)
        .where(Page.channel == page.channel, PageAttempt.state.in_((AttemptState.SENDING, AttemptState.ACCEPTED)))
    )
    to_them = went.where(Page.technician_id == page.technician_id, Page.number == page.number)
    lately, last_at = session.execute(to_them.where(PageAttempt.started_at > now - LATELY)).one()
    today, _ = session.execute(went.where(PageAttempt.started_at > now - DAY)).one()
    return Traffic(lately, today, last_at)


def others_waiting(session: Session, page: Page, horizon: datetime) -> list[Page]:
    """The pages that can go in a bundle with this one: to the same person, the same way, due soon, never a first."""
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
    """Say whether nobody was paged for this callback before this page's own step."""
    another = or_(Page.kind != page.kind, Page.round != page.round)
    earlier = select(Page.id).where(Page.callback_id == page.callback_id, Page.id < page.id, another)
    return session.scalar(earlier.limit(1)) is None
