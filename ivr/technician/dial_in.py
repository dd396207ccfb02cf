"""A technician's own phone that calls one of our lines: it hears what waits for it, and can go on as a customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import Response, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Refused, Via, perform, technician_by
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, CallOutcome, PageKind
from callbacks.db.tables import Call, Callback, Page, Technician
from callbacks.desk.customer_number import customer_number
from callbacks.inbound import calls
from callbacks.people.technicians import technician_with
from ivr.prompts import number_in_prompt, say
from ivr.technician import dial_in_flow as flow
from ivr.technician.dial_in_flow import DialInFacts, DialInQuestion, MostUrgent
from ivr.technician.flow import KeyPress
from ivr.technician.live_page import APOLOGY, apologize, language_of
from ivr.twilio.context import WebhookContext, current
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import call_sid, number_in_query, pressed_key, signed_blueprint, speak, voice_response

blueprint = signed_blueprint("dial_in", __name__, apologize)


def answer_technician(session: Session, context: WebhookContext, call: Call, now: datetime) -> tuple[Verb, ...] | None:
    """Return what a technician hears whose verified phone calls us, or None for any other caller."""
    technician = _technician_calling(session, call)
    if technician is None:
        return None
    call.outcome = CallOutcome.TECHNICIAN
    calls.record_choice(session, call.sid, now, EventKind.DIALED_IN)
    return flow.answered(context.desk, context.urls, _facts(technician, _waiting_for(session, technician), now))


def goes_on_as_customer(call: Call) -> None:
    """Record that the technician is a customer in this call. From now on it is a call like any other."""
    if call.outcome is CallOutcome.TECHNICIAN:
        call.outcome = CallOutcome.IN_PROGRESS


@blueprint.post("/voice/dial-in/key")
def key() -> Response:
    context, sid, now = current(), call_sid() or "", current().now()
    press, question = KeyPress(pressed_key(), max(1, number_in_query("round"))), _question_in_query()
    callback_id = number_in_query("callback")
    if press.key == flow.GO_ON_AS_CUSTOMER:
        return voice_response(flow.go_on_as_customer(context.urls))

    def work(session: Session) -> tuple[Verb, ...]:
        call = calls.find_call(session, sid)
        technician = _technician_calling(session, call) if call is not None and call.ended_at is None else None
        if technician is None:
            return (Hangup(),)
        waiting = _waiting_for(session, technician)
        verbs = flow.keyed(context.desk, context.urls, _facts(technician, waiting, now), question, press)
        chosen = next((callback for callback in waiting if callback.id == callback_id), None)
        return verbs if verbs is not None else _take(session, context, technician, chosen, now)

    return speak(work, APOLOGY)


def _question_in_query() -> DialInQuestion:
    found = request.args.get("stage", "")
    return next((question for question in DialInQuestion if question.value == found), DialInQuestion.MENU)


def _take(
    session: Session, context: WebhookContext, technician: Technician, callback: Callback | None, now: datetime
) -> tuple[Verb, ...]:
    """Make them the owner and return the number to call; what they hear instead if somebody was faster."""
    if callback is None:
        return flow.answered(context.desk, context.urls, _facts(technician, _waiting_for(session, technician), now))
    language = language_of(technician)
    try:
        perform(session, context.desk, callback.id, Take(), technician_by(technician, Via.PHONE), now)
    except Refused as refusal:
        return (say(language, refusal.words), Hangup())
    customer = customer_number(context.desk, callback)
    number = number_in_prompt(language, customer.number, customer.extension) if customer.number else None
    facts = _facts(technician, [callback], now)
    return flow.taken(context.desk, facts, number, needs_consent=customer.waits_for_consent)


def _technician_calling(session: Session, call: Call) -> Technician | None:
    """Return the technician with this caller ID, if the number was verified as theirs."""
    technician = technician_with(session, call.caller)
    if technician is None:
        return None
    is_first = call.caller == technician.phone
    verified_at = technician.verified_at if is_first else technician.second_verified_at
    return technician if verified_at is not None else None


def _waiting_for(session: Session, technician: Technician) -> Sequence[Callback]:
    """Return the open callbacks that a technician was paged for and nobody else has, the most urgent first."""
    paged = select(Page.callback_id).where(Page.technician_id == technician.id, Page.code != "")
    query = select(Callback).where(Callback.state == CallbackState.OPEN, Callback.attempted_at.is_(None))
    nobody_else = Callback.owner_id.is_(None) | (Callback.owner_id == technician.id) | Callback.resumed
    to_take = query.where(Callback.id.in_(paged.where(Page.kind != PageKind.CONSENT)), nobody_else)
    return session.scalars(to_take.order_by(Callback.due_at, Callback.id)).all()


def _facts(technician: Technician, waiting: Sequence[Callback], now: datetime) -> DialInFacts:
    first = next(iter(waiting), None)
    urgent = MostUrgent(first.id, first.reference, first.due_at) if first is not None else None
    return DialInFacts(technician.name, language_of(technician), now, len(waiting), urgent)
