"""Channels that the carrier refuses for everybody: a suspended account, a wrong sender, too much at once.

While a channel is refused, its pages wait in the outbox, one at a time is tried, and the same people are paged by the
channels that still work. When texts and calls are both refused, no step of the policy is taken: it would be used up
for nothing. Deadlines do not wait.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.states import Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.paging.decide import NewPage
from callbacks.people.person import ContactMethod, Person

BY_PHONE = (Channel.TEXT, Channel.CALL)
TRIED_EVERY = timedelta(seconds=30)
TRIED_EVERY_AT_FIRST = timedelta(seconds=5)
AT_FIRST = timedelta(minutes=1)
# Reported only after a page was accepted: each try costs a text, and acceptance proves nothing.
JUST_ENDED = timedelta(minutes=2)
REPORT_HOLDS = timedelta(minutes=10)
TRIED_EVERY_WHILE_REPORTED = timedelta(seconds=60)


def line_of(page: Page) -> Channel:
    """Return the channel by which the carrier carries a page: a connection is a call."""
    return Channel.CALL if page.channel is Channel.CONNECTION else page.channel


def begin(session: Session, channel: Channel, now: datetime) -> datetime:
    """Record that the carrier refuses a channel, and return since when."""
    marks.once(session, _refused(channel), now)
    return marks.last_at(session, _refused(channel)) or now


def report(session: Session, channel: Channel, now: datetime) -> None:
    """Record that a page that was accepted failed for a reason that holds for the whole channel."""
    marks.record(session, _reported(channel), now)


def end_of_refusals(session: Session, channel: Channel, now: datetime) -> None:
    """Record that the carrier accepted a page, or refused it for a reason of its own."""
    if marks.clear(session, _refused(channel)):
        marks.record(session, _worked_again(channel), now)


def end(session: Session, channel: Channel, now: datetime) -> None:
    """Record that a page arrived."""
    end_of_refusals(session, channel, now)
    marks.clear(session, _reported(channel))


def has_just_ended(session: Session, channel: Channel, now: datetime) -> bool:
    """Return whether a channel works again since a moment ago: pages that waited have just left."""
    at = marks.last_at(session, _worked_again(channel))
    return at is not None and now - at < JUST_ENDED


def refused_since(session: Session, channel: Channel, now: datetime) -> datetime | None:
    """Return since when a channel has been refused, or None while it works."""
    refused, reported = (marks.last_at(session, name) for name in (_refused(channel), _reported(channel)))
    holds = reported is not None and now - reported < REPORT_HOLDS
    return refused or (reported if holds else None)


def refused_channels(session: Session, now: datetime) -> frozenset[Channel]:
    """Return the channels that the carrier refuses now."""
    return frozenset(channel for channel in BY_PHONE if refused_since(session, channel, now) is not None)


def pause_between_tries(session: Session, channel: Channel, now: datetime) -> timedelta:
    """Return how long to wait before a refused channel is tried again."""
    since = marks.last_at(session, _refused(channel))
    if since is None:
        return TRIED_EVERY_WHILE_REPORTED
    return TRIED_EVERY_AT_FIRST if now - since < AT_FIRST else TRIED_EVERY


def may_be_tried(session: Session, channel: Channel, now: datetime) -> bool:
    """Return whether one page may be sent now to see whether a refused channel works again."""
    until = now + pause_between_tries(session, channel, now)
    return marks.hold(session, f"try {channel.value}", until, now)


def last_refusal(session: Session, channel: Channel) -> str:
    """Return why the carrier last refused a page on a channel, in words."""
    said = select(PageAttempt.error).join(Page, Page.id == PageAttempt.page_id).where(PageAttempt.error != "")
    carried = (Channel.CALL, Channel.CONNECTION) if channel is Channel.CALL else (channel,)
    last = said.where(Page.channel.in_(carried)).order_by(PageAttempt.id.desc()).limit(1)
    return session.scalar(last) or "The carrier gives no reason."


def steps_wait(session: Session, callback: Callback, now: datetime) -> bool:
    """Return whether the next step would be used up for nothing: nothing can be sent, and a page waits already."""
    if refused_channels(session, now) != frozenset(BY_PHONE):
        return False
    waiting = select(Page.id).where(Page.callback_id == callback.id, Page.state == PageState.DUE)
    waiting = waiting.where(Page.kind == PageKind.STEP, Page.channel.in_(BY_PHONE))
    return session.scalar(waiting.limit(1)) is not None


def with_detours(pages: Sequence[NewPage], refused: Collection[Channel]) -> Iterator[NewPage]:
    """Yield pages, and after them the same people by the channels that work, where theirs is refused. Pure."""
    seen = {(page.person.id, page.channel, page.number) for page in pages}
    yield from pages
    for page in pages:
        if page.channel not in refused:
            continue
        for way in detours(page.person, refused):
            if (page.person.id, way.channel, way.number) not in seen:
                seen.add((page.person.id, way.channel, way.number))
                yield NewPage(page.person, way.channel, way.number, page.after)


def detours(person: Person, refused: Collection[Channel]) -> Sequence[ContactMethod]:
    """Return the ways to a person that the carrier does not refuse: one by phone, and mail. Pure."""
    open_ways = [way for way in person.contact_methods if way.channel not in refused]
    by_phone = [way for way in open_ways if way.channel in BY_PHONE]
    return [*by_phone[:1], *(way for way in open_ways if way.channel is Channel.MAIL)]


def _refused(channel: Channel) -> str:
    return f"refused {channel.value}"


def _worked_again(channel: Channel) -> str:
    return f"worked again {channel.value}"


def _reported(channel: Channel) -> str:
    return f"reported {channel.value}"
