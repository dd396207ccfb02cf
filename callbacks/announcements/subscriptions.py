"""Who wants to be told of outages, or of the end of one: how they subscribe, and every way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, select, update
from sqlalchemy.orm import Session

from callbacks.announcements import wording
from callbacks.announcements.in_force import is_in_force
from callbacks.db.database import locked, locked_or_none
from callbacks.db.states import Channel, CustomerMessageKind, CustomerMessageState, SubscribedBy
from callbacks.db.tables import Announcement, CustomerMessage, Subscription
from callbacks.desk.desk_file import Desk
from callbacks.errors import NotFound, WrongState
from callbacks.links import Links
from callbacks.paging.customer_messages import Recipient, write_message
from callbacks.text.mail_address import mail_address

CONFIRMED_WITHIN = timedelta(days=7)
ASKED_AGAIN_AFTER = timedelta(days=1)  # the same mail address gets one request for confirmation in this time
UNSUBSCRIBED = 21610  # the carrier's error: the recipient has sent STOP
MOST_SHOWN = 200


def subscribe(
    session: Session, to: Recipient, by: SubscribedBy, now: datetime, announcement_id: int | None = None
) -> Subscription:
    """Subscribe a recipient who has asked for it to all outages, or to the end of one. Twice changes nothing."""
    found = session.scalars(_current(to.channel, to.address).where(_about(announcement_id))).first()
    if found is not None:
        found.language, found.confirmed_at = to.language, found.confirmed_at or now
        return found
    row = Subscription(
        channel=to.channel,
        address=to.address,
        language=to.language,
        announcement_id=announcement_id,
        by=by,
        created_at=now,
        confirmed_at=now,
    )
    session.add(row)
    session.flush()
    return row


def subscribe_to_end(session: Session, announcement_id: int, to: Recipient, by: SubscribedBy, now: datetime) -> bool:
    """Subscribe to the end of an announcement. Return False when it has ended already."""
    announcement = locked_or_none(session, Announcement, announcement_id)
    if announcement is None or not is_in_force(announcement, now):
        return False
    subscribe(session, to, by, now, announcement_id)
    return True


def subscribe_from_console(
    session: Session, desk: Desk, links: Links, address: str, language: str, now: datetime
) -> str:
    """Subscribe somebody who asked a supervisor, by number or mail address. Return where. Raise WrongState."""
    if "@" in address:
        request_by_mail(session, desk, links, address, language, SubscribedBy.CONSOLE, now)
        return address
    check = desk.dialing_rules.check_written(address)
    number = desk.dialing_rules.mobile_number(check.given)
    if number is None:
        raise WrongState(f"{address[:40]!r} cannot get texts. Enter a mobile number or an email address.")
    to = Recipient(Channel.TEXT, number, language)
    row = subscribe(session, to, SubscribedBy.CONSOLE, now)
    words = wording.subscribed(desk).for_(language)
    occasion = f"subscription {row.id}"
    write_message(session, CustomerMessageKind.SUBSCRIBED, occasion, to, words, now, subscription_id=row.id)
    return number


def request_by_mail(
    session: Session, desk: Desk, links: Links, address: str, language: str, by: SubscribedBy, now: datetime
) -> None:
    """Mail a link that confirms a subscription, to an address that anybody may have entered. Raise WrongState.

    Nobody learns here who is subscribed, and one address gets one such mail a day.
    """
    try:
        to = Recipient(Channel.MAIL, mail_address(address).lower(), language)
    except ValueError as fault:
        raise WrongState(str(fault)) from None
    for found in session.scalars(_current(to.channel, to.address).where(_about(None))):
        if found.confirmed_at is not None or found.created_at > now - ASKED_AGAIN_AFTER:
            return
        found.ended_at = now
    row = Subscription(channel=to.channel, address=to.address, language=language, by=by, created_at=now)
    session.add(row)
    session.flush()
    words = wording.confirmation(desk, links.confirm_subscription(row.id)).for_(language)
    occasion = f"subscription {row.id}"
    write_message(session, CustomerMessageKind.SUBSCRIBED, occasion, to, words, now, subscription_id=row.id)


def awaiting_confirmation(session: Session, number: int, now: datetime) -> Subscription:
    """Return the subscription that a link confirms. Raise NotFound when it has ended, or the link is too old."""
    row = locked_or_none(session, Subscription, number)
    if row is None or row.ended_at is not None:
        raise NotFound("This subscription has ended.")
    if row.confirmed_at is None and row.created_at < now - CONFIRMED_WITHIN:
        raise NotFound("This link has expired.")
    return row


def confirm(session: Session, number: int, now: datetime) -> None:
    """Confirm a mail address. Raise NotFound."""
    row = awaiting_confirmation(session, number, now)
    row.confirmed_at = row.confirmed_at or now


def leave(session: Session, number: int, now: datetime) -> None:
    """End the subscriptions of whoever has this one. Nothing more is sent to them. Raise NotFound."""
    row = locked(session, Subscription, number)
    end_all(session, row.channel, row.address, now)


def end_all(session: Session, channel: Channel, address: str, now: datetime) -> int:
    """End every subscription of an address, with the notices that were not sent yet. Return how many."""
    rows = session.scalars(_current(channel, address)).all()
    for row in rows:
        row.ended_at = now
    _cancel_unsent(session, channel, address)
    return len(rows)


def end_refused(session: Session, now: datetime) -> int:
    """End the subscriptions of numbers to which the carrier delivers no texts, because they sent STOP to it."""
    refused = exists().where(
        CustomerMessage.address == Subscription.address,
        CustomerMessage.channel == Channel.TEXT,
        CustomerMessage.error_code == UNSUBSCRIBED,
        CustomerMessage.created_at >= Subscription.created_at,
    )
    texted = Subscription.channel == Channel.TEXT
    rows = session.scalars(select(Subscription.address).where(Subscription.ended_at.is_(None), texted, refused)).all()
    return sum(end_all(session, Channel.TEXT, address, now) for address in set(rows))


def latest(session: Session) -> Sequence[Subscription]:
    """Return the subscriptions that go on, the latest first."""
    going_on = select(Subscription).where(Subscription.ended_at.is_(None))
    return session.scalars(going_on.order_by(Subscription.id.desc()).limit(MOST_SHOWN)).all()


def count(session: Session) -> int:
    """Return how many subscriptions to all outages are confirmed and go on."""
    going_on = select(func.count()).select_from(Subscription).where(Subscription.ended_at.is_(None), _about(None))
    return session.scalar(going_on.where(Subscription.confirmed_at.is_not(None))) or 0


def _current(channel: Channel, address: str) -> Select[Subscription]:
    theirs = (Subscription.channel == channel, Subscription.address == address)
    return select(Subscription).where(*theirs, Subscription.ended_at.is_(None)).order_by(Subscription.id)


def _about(announcement_id: int | None) -> ColumnElement[bool]:
    column = Subscription.announcement_id
    return column.is_(None) if announcement_id is None else column == announcement_id


def _cancel_unsent(session: Session, channel: Channel, address: str) -> None:
    """A notice that the carrier may have been asked to send is left to whoever asked."""
    unsent = (CustomerMessage.state == CustomerMessageState.DUE, CustomerMessage.asked_at.is_(None))
    session.execute(
        update(CustomerMessage)
        .where(CustomerMessage.channel == channel, CustomerMessage.address == address, *unsent)
        .where(CustomerMessage.kind.in_([CustomerMessageKind.NOTICE, CustomerMessageKind.SUBSCRIBED]))
        .values(state=CustomerMessageState.CANCELLED, next_action_at=None)
    )
