"""Writes the notices of an announcement's changes, one to each subscriber, in batches that a crash does not repeat.

A batch and how far it got are one transaction. What was written is sent by the worker, at the sender's rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from callbacks.announcements import wording
from callbacks.announcements.in_force import in_words
from callbacks.db.database import locked_or_none
from callbacks.db.states import AnnouncementChange, Channel, CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import Announcement, AnnouncementUpdate, CustomerMessage, Subscription
from callbacks.desk.desk_file import Desk
from callbacks.links import Links
from callbacks.paging.customer_messages import Recipient, write_message

BATCH = 100  # subscribers in one transaction


def write_batch(session: Session, desk: Desk, links: Links, now: datetime) -> bool:
    """Write the notices of the oldest change to the next subscribers. Return whether there may be more to write."""
    untold = select(AnnouncementUpdate.id).where(AnnouncementUpdate.is_told.is_(False), AnnouncementUpdate.at <= now)
    number = session.scalar(untold.order_by(AnnouncementUpdate.id).limit(1))
    change = locked_or_none(session, AnnouncementUpdate, number, skip_locked=True) if number is not None else None
    if change is None or change.is_told:
        return False
    subscribers = _next_subscribers(session, change)
    _write(session, desk, links, change, subscribers, now)
    if subscribers:
        change.told_up_to = subscribers[-1].id
    change.is_told = len(subscribers) < BATCH
    return True


def is_waiting(session: Session, now: datetime) -> bool:
    """Return whether there are notices to write."""
    untold = select(AnnouncementUpdate.id).where(AnnouncementUpdate.is_told.is_(False), AnnouncementUpdate.at <= now)
    return session.scalar(untold.limit(1)) is not None


def cancel_earlier(session: Session, announcement: Announcement) -> None:
    """Drop the notices of an announcement that were not sent before its next change: they are no longer true."""
    earlier = select(AnnouncementUpdate.id).where(AnnouncementUpdate.announcement_id == announcement.id)
    numbers = session.scalars(earlier).all()
    if not numbers:
        return
    session.execute(update(AnnouncementUpdate).where(AnnouncementUpdate.id.in_(numbers)).values(is_told=True))
    session.execute(
        update(CustomerMessage)
        .where(
            CustomerMessage.kind == CustomerMessageKind.NOTICE,
            CustomerMessage.occasion.in_([_occasion(number) for number in numbers]),
            CustomerMessage.state == CustomerMessageState.DUE,
            CustomerMessage.asked_at.is_(None),
        )
        .values(state=CustomerMessageState.CANCELLED, next_action_at=None)
    )


def _next_subscribers(session: Session, change: AnnouncementUpdate) -> Sequence[Subscription]:
    """Return the next batch of those who had subscribed when the change was made, in the order of their ids."""
    theirs = select(Subscription).where(
        Subscription.id > change.told_up_to,
        Subscription.ended_at.is_(None),
        Subscription.confirmed_at <= change.at,
        _concerned(session, change),
    )
    return session.scalars(theirs.order_by(Subscription.id).limit(BATCH)).all()


def _concerned(session: Session, change: AnnouncementUpdate) -> ColumnElement[bool]:
    """Everybody who subscribed to all outages, where subscribers are told; at the end, also who waits for it."""
    announcement = session.get_one(Announcement, change.announcement_id)
    to_all = Subscription.announcement_id.is_(None)
    to_this = Subscription.announcement_id == announcement.id
    if change.change is not AnnouncementChange.ENDED:
        return to_all
    return or_(to_all, to_this) if announcement.notifies else to_this


def _write(
    session: Session,
    desk: Desk,
    links: Links,
    change: AnnouncementUpdate,
    subscribers: Sequence[Subscription],
    now: datetime,
) -> None:
    pause = timedelta(seconds=1 / desk.limits.notices_a_second)
    slot = _first_slot(session, pause, now)
    for each in subscribers:
        to, is_text = Recipient(each.channel, each.address, each.language), each.channel is Channel.TEXT
        words = _words(desk, links, change, each)
        is_new = write_message(
            session, CustomerMessageKind.NOTICE, _occasion(change.id), to, words, now,
            # The end of one outage ends the subscription too, and the message goes out all the same.
            subscription_id=each.id if each.announcement_id is None else None, sent_from=slot if is_text else now,
        )  # fmt: skip
        if is_new and is_text:
            slot += pause
        if each.announcement_id is not None:
            each.ended_at = now


def _first_slot(session: Session, pause: timedelta, now: datetime) -> datetime:
    """Return when the next text may go out, after those that wait already."""
    waiting = select(func.max(CustomerMessage.next_action_at)).where(
        CustomerMessage.kind == CustomerMessageKind.NOTICE,
        CustomerMessage.channel == Channel.TEXT,
        CustomerMessage.state == CustomerMessageState.DUE,
    )
    last = session.scalar(waiting)
    return now if last is None else max(now, last + pause)


def _words(desk: Desk, links: Links, change: AnnouncementUpdate, subscription: Subscription) -> str:
    notice = wording.Notice(
        desk, change.change, in_words(change).for_(subscription.language), change.at, subscription.language,
        desk.status_page(links.public_url), is_only_one=subscription.announcement_id is not None,
    )  # fmt: skip
    if subscription.channel is Channel.TEXT:
        return wording.notice_by_text(notice)
    return wording.notice_by_mail(notice, links.leave_notices(subscription.id))


def _occasion(number: int) -> str:
    return f"update {number}"
