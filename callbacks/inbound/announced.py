"""What is announced to a caller, and how they ask to be told when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.announcements import in_force, subscriptions
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, SubscribedBy
from callbacks.db.tables import Announcement, Call
from callbacks.desk.desk_file import Desk
from callbacks.inbound.calls import record_choice
from callbacks.paging.customer_messages import Recipient
from callbacks.text.attestation import has_failed

MOST_ANNOUNCED = 3  # a caller hears no more than that before the menu


def announced_on(session: Session, line: str, now: datetime, *, is_waited_for: bool) -> Sequence[Announcement]:
    """Return what callers of a line hear before the menu.

    If the caller asks to be told of its end, it cannot end before that is stored.
    """
    if is_waited_for:
        in_force.lock(session, now)
    return in_force.heard_on(session, line, now)[:MOST_ANNOUNCED]


def tell_when_over(session: Session, desk: Desk, call: Call, announcements: Sequence[int], now: datetime) -> None:
    """Text the caller once when these are over, if their number can be texted, and nobody else's was forged."""
    number = desk.dialing_rules.mobile_number(call.caller)
    if number is None or has_failed(call.attestation):
        return
    to = Recipient(Channel.TEXT, number, call.language)
    for each in announcements:
        subscriptions.subscribe_to_end(session, each, to, SubscribedBy.KEY, now)
    record_choice(session, call.sid, now, EventKind.SUBSCRIBED)
