"""Connect a technician to the customer: the desk calls the technician first, then the customer.

The attempt is recorded when the customer is dialed, not before (`callbacks.acts.attempts`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Act, ActContext, Refused, Via
from callbacks.acts.conflicts import NUMBER_CHANGED, OWNER_CHANGED
from callbacks.acts.ownership import take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import FINAL, Channel, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Callback, Page, PageAttempt, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.paging.pages import add_page, next_round
from callbacks.people.person import ContactMethod
from callbacks.text.bilingual import Words

CONNECTING = timedelta(minutes=1)  # how long the call may take until the technician presses a key


@dataclass(frozen=True)
class Connect(Act):
    """Call a technician and then the customer. The technician is the requester, or the owner for a supervisor."""

    conflicts = OWNER_CHANGED | NUMBER_CHANGED

    def apply(self, context: ActContext) -> Words:
        callback = context.callback
        if customer_number(context.desk, callback).number is None:
            raise Refused(wording.no_number(context.desk, callback, context.by.code))
        from_console = context.by.via is Via.CONSOLE
        technician = take(context, from_owner=from_console) if context.acts_for_themselves else None
        technician = technician or context.technician_or_owner()
        if from_console:
            context.record(EventKind.CONNECTION_REQUESTED)
        slot = PhoneSlot.FIRST if technician.verified_at is not None else PhoneSlot.SECOND
        call_technician(context.session, callback, technician, slot, context.now)
        return wording.connecting(callback.reference, for_owner=not context.acts_for_themselves)


def call_technician(
    session: Session, callback: Callback, technician: Technician, slot: PhoneSlot, now: datetime
) -> None:
    """Call a technician on one of their numbers. A key they press takes the callback and calls the customer."""
    if _is_being_connected(session, callback, technician, now):  # requested twice: called once
        return
    way = ContactMethod(Channel.CONNECTION, slot)
    add_page(session, callback, technician.id, way, PageKind.CONNECTION, next_round(callback), now)


def _is_being_connected(session: Session, callback: Callback, technician: Technician, now: datetime) -> bool:
    theirs = select(Page.id).where(
        Page.callback_id == callback.id,
        Page.technician_id == technician.id,
        Page.channel == Channel.CONNECTION,
    )
    is_live = PageAttempt.carrier_status.not_in(FINAL) & (PageAttempt.started_at > now - CONNECTING)
    on_the_phone = theirs.join(PageAttempt, PageAttempt.page_id == Page.id).where(is_live)
    waiting = theirs.where(Page.state == PageState.DUE)
    return session.scalar(waiting) is not None or session.scalar(on_the_phone) is not None
