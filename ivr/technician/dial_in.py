"""A technician's own phone that calls one of our lines: it hears what waits for it, and can ask to be called.

Whoever forges its number gets no further than that. It can go on as a customer, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import Response
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from callbacks.acts.connect import call_technician
from callbacks.db.database import locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, CallOutcome, PageKind, PhoneSlot
from callbacks.db.tables import Call, Callback, Page, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.inbound import calls
from callbacks.people.technicians import technician_with
from ivr.technician import dial_in_flow as flow
from ivr.technician.dial_in_flow import DialInFacts, MostUrgent
from ivr.technician.flow import KeyPress
from ivr.technician.live_page import APOLOGY, apologize, language_of
from ivr.twilio.context import WebhookContext, current
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import call_sid, number_in_query, pressed_key, signed_blueprint, speak, voice_response

# Each call is paid for, and rings. By the code of a page they are connected as often as they like.
MOST_CALLED = 5
CALLED_WITHIN = timedelta(hours=1)

blueprint = signed_blueprint("dial_in", __name__, apologize)


def answer_technician(session: Session, context: WebhookContext, call: Call, now: datetime) -> tuple[Verb, ...] | None:
    """Return what a technician hears whose verified phone calls us, or None for any other caller."""
    technician = _technician_calling(session, call)
    if technician is None:
        return None
    call.outcome = CallOutcome.TECHNICIAN
    calls.record_choice(session, call.sid, now, EventKind.DIALED_IN)
    return flow.answered(context.desk, context.urls, _facts(technician, _waiting_for(session, technician, now), now))


def goes_on_as_customer(call: Call) -> None:
    """Record that the technician is a customer in this call. From now on it is a call like any other."""
    if call.outcome is CallOutcome.TECHNICIAN:
        call.outcome = CallOutcome.IN_PROGRESS


@blueprint.post("/voice/dial-in/key")
def key() -> Response:
    context, sid, now = current(), call_sid() or "", current().now()
    press, callback_id = KeyPress(pressed_key(), max(1, number_in_query("round"))), number_in_query("callback")
    if press.key == flow.GO_ON_AS_CUSTOMER:
        return voice_response(flow.go_on_as_customer(context.urls))

    def work(session: Session) -> tuple[Verb, ...]:
        call = calls.find_call(session, sid)
        technician = _technician_calling(session, call) if call is not None and call.ended_at is None else None
        if call is None or technician is None:
            return (Hangup(),)
        waiting = _waiting_for(session, technician, now)
        facts = _facts(technician, waiting, now)
        verbs = flow.keyed(context.desk, context.urls, facts, press)
        chosen = next((callback for callback in waiting if callback.id == callback_id), None)
        if verbs is not None or chosen is None:
            return verbs or flow.answered(context.desk, context.urls, facts)
        slot = PhoneSlot.FIRST if call.caller == technician.phone else PhoneSlot.SECOND
        return _call_back(session, context, facts, chosen, technician, slot)

    return speak(work, APOLOGY)


def _call_back(
    session: Session,
    context: WebhookContext,
    facts: DialInFacts,
    chosen: Callback,
    technician: Technician,
    slot: PhoneSlot,
) -> tuple[Verb, ...]:
    """Call the technician's own phone, which proves that it is theirs, and return what they hear in this call."""
    locked(session, Technician, technician.id)
    callback = locked(session, Callback, chosen.id)
    if customer_number(context.desk, callback).number is None or _was_called_often(session, technician, facts.now):
        return flow.not_called_back(facts, callback.reference)
    call_technician(session, callback, technician, slot, facts.now)
    return flow.called_back(facts)


def _was_called_often(session: Session, technician: Technician, now: datetime) -> bool:
    theirs = select(func.count()).where(Page.technician_id == technician.id, Page.kind == PageKind.CONNECTION)
    return (session.scalar(theirs.where(Page.created_at > now - CALLED_WITHIN)) or 0) >= MOST_CALLED


def _technician_calling(session: Session, call: Call) -> Technician | None:
    """Return the technician with this caller ID, if the number was verified as theirs."""
    technician = technician_with(session, call.caller)
    if technician is None:
        return None
    is_first = call.caller == technician.phone
    verified_at = technician.verified_at if is_first else technician.second_verified_at
    return technician if verified_at is not None else None


def _waiting_for(session: Session, technician: Technician, now: datetime) -> Sequence[Callback]:
    """Return the open callbacks that a technician was paged for and that wait for them, the most urgent first."""
    paged = select(Page.callback_id).where(Page.technician_id == technician.id, Page.code != "")
    nobody_else = Callback.owner_id.is_(None) | (Callback.owner_id == technician.id) | Callback.resumed
    untried = Callback.attempted_at.is_(None) & nobody_else
    tried = Callback.attempted_at.is_not(None) & (Callback.owner_id.is_(None) | _is_due(technician, now))
    query = select(Callback).where(Callback.state == CallbackState.OPEN, untried | tried)
    to_take = query.where(Callback.id.in_(paged.where(Page.kind != PageKind.CONSENT)))
    by_urgency = (Callback.attempted_at.is_not(None), Callback.due_at, Callback.id)
    return session.scalars(to_take.order_by(*by_urgency)).all()


def _is_due(technician: Technician, now: datetime) -> ColumnElement[bool]:
    """Return the condition that the next attempt of a technician's own callback is due."""
    return (Callback.owner_id == technician.id) & (Callback.try_again_at <= now)


def _facts(technician: Technician, waiting: Sequence[Callback], now: datetime) -> DialInFacts:
    first = next(iter(waiting), None)
    urgent = (
        MostUrgent(first.id, first.reference, first.due_at, is_tried=first.attempted_at is not None)
        if first is not None
        else None
    )
    return DialInFacts(technician.name, language_of(technician), now, len(waiting), urgent)
