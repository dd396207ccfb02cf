"""The page that a call is about, while that call goes on. A call that is over changes nothing any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.customers.find import caller_of
from callbacks.db.database import locked
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    FINAL,
    GONE,
    AttemptState,
    AudioState,
    CallbackState,
    CarrierStatus,
    Urgency,
    carrier_status,
)
from callbacks.db.tables import Callback, Event, Page, PageAttempt, Technician, Voicemail
from callbacks.desk.customer_number import CustomerNumber, can_be_mailed, customer_number
from callbacks.desk.desk_file import Desk, Language
from callbacks.paging.status_reports import StatusReport, is_awaited, is_known, take_report
from callbacks.people.contact_methods import is_verified, number_of
from callbacks.records import audit_log
from callbacks.records.contacts_of_callback import messages_of
from callbacks.text.bilingual import Words
from ivr import prompts
from ivr.prompts import say
from ivr.technician.flow import PageFacts, plays_message
from ivr.twilio.context import WebhookContext, current
from ivr.twilio.verbs import Hangup, Verb
from ivr.twilio.webhook import call_sid, field, number_in_query, speak, voice_response

# In both languages: what failed may be the look-up of the technician.
APOLOGY = (say("en", prompts.TROUBLE), say("fr", prompts.TROUBLE), Hangup())


@dataclass(frozen=True)
class PlacedCall:
    """The call that a request is about, as the carrier describes it."""

    sid: str | None
    to: str
    status: CarrierStatus


@dataclass(frozen=True)
class LivePage:
    """A page about a callback, with the call that is going on. The callback is locked."""

    page: Page
    callback: Callback
    facts: PageFacts
    call_sid: str | None
    played: Sequence[Voicemail]  # by key: those that the technician has not heard yet, else all


def apologize() -> Response:
    return voice_response(APOLOGY)


def answer_about_page(work: Callable[[Session, LivePage], tuple[Verb, ...]]) -> Response:
    """Answer one turn of a call about a page, and log who hears the customer's message."""
    context, page_id, call, now = current(), number_in_query("page"), placed_call(), current().now()

    def run(session: Session) -> tuple[Verb, ...]:
        live = _find(session, context, page_id, call)
        if live is None:
            return (Hangup(),)
        verbs = work(session, live)
        if plays_message(verbs):
            for voicemail in live.played:
                audit_log.note_listener(session, voicemail.call_sid, live.page.technician.name, now, "by phone")
        return verbs

    return speak(run, APOLOGY)


def language_of(technician: Technician) -> Language:
    return "fr" if technician.language == "fr" else "en"


def placed_call() -> PlacedCall:
    """Return the call that this request is about."""
    return PlacedCall(call_sid(), field("To"), carrier_status(field("CallStatus")))


def is_live(session: Session, desk: Desk, page: Page, call: PlacedCall, now: datetime) -> bool:
    """Return whether this call was placed for this page and is not over. A replayed request changes nothing."""
    attempts = session.scalars(select(PageAttempt).where(PageAttempt.page_id == page.id)).all()
    this_call = next((attempt for attempt in attempts if attempt.sid == call.sid), None)
    if this_call is None:  # the answer that names the new call's SID may still be on its way
        awaited = [attempt for attempt in attempts if is_awaited(attempt, now)]
        awaited.sort(key=lambda attempt: attempt.state is AttemptState.LOST)  # the one under way comes first
        return bool(awaited) and _adopt(session, desk, awaited[0], call, now)
    return call.sid is not None and this_call.carrier_status not in FINAL


def _adopt(session: Session, desk: Desk, awaited: PageAttempt, call: PlacedCall, now: datetime) -> bool:
    """Return whether this call may be the one that was requested. If so, record its SID: no other call is accepted."""
    page = awaited.page
    if call.sid is None or call.to != number_of(page.technician, page.number) or is_known(session, call.sid):
        return False
    take_report(session, desk, StatusReport(awaited.id, call.sid, call.status), now)
    return awaited.sid == call.sid


def _find(session: Session, context: WebhookContext, page_id: int, call: PlacedCall) -> LivePage | None:
    page = session.get(Page, page_id)
    if page is None or page.callback_id is None or not is_verified(page.technician, page.number):
        return None  # the phone was reported lost while it rang
    callback = locked(session, Callback, page.callback_id)
    if not is_live(session, context.desk, page, call, context.now()):
        return None
    played = _to_play(session, callback, page.technician)
    return LivePage(page, callback, _facts(session, context, page, callback, played), call.sid, played)


def _to_play(session: Session, callback: Callback, technician: Technician) -> Sequence[Voicemail]:
    """Return the messages that are here and that a technician has not heard yet, else all that are here, in order."""
    here = [each for each in messages_of(callback) if each.audio is AudioState.COPIED]
    heard = select(Event.contact_sid).where(Event.kind == EventKind.MESSAGE_HEARD, Event.actor == technician.name)
    sids = set(session.scalars(heard.where(Event.contact_sid.in_([each.call_sid for each in here]))))
    return [each for each in here if each.call_sid not in sids] or here


def _facts(
    session: Session, context: WebhookContext, page: Page, callback: Callback, played: Sequence[Voicemail]
) -> PageFacts:
    desk, call, left = context.desk, callback.contact, messages_of(callback)
    customer, caller = customer_number(desk, callback), caller_of(session, call)
    return PageFacts(
        page_id=page.id,
        name=page.technician.name,
        language=language_of(page.technician),
        reference=callback.reference,
        line=call.line if call.line in desk.lines else desk.line_called(""),
        line_name=desk.name_of_way(call.line, call.mailbox).for_(page.technician.language),
        customer_number=customer.number,
        due_at=callback.due_at,
        now=context.now(),
        owner=_other_owner(page, callback),
        is_theirs=callback.owner_id == page.technician_id,
        is_closed=callback.state is not CallbackState.OPEN,
        message_urls=tuple(context.links.message(each.id) for each in played),
        has_message=bool(left),
        needs_consent=customer.waits_for_consent,
        is_tried=callback.attempted_at is not None,
        message_is_lost=bool(left) and all(each.audio is AudioState.LOST for each in left),
        message_is_deleted=bool(left) and all(each.audio in GONE for each in left),
        extension=customer.extension,
        caller_language=call.callers_language,
        asks_for_no_call=callback.cancel_asked_at is not None,
        says_down=call.urgency is Urgency.DOWN,
        named_at=callback.named_time_at,
        without_number=without_number(customer),
        is_by_mail=can_be_mailed(callback),
        customer=caller.in_words.for_(page.technician.language) if caller is not None else "",
        others=session.scalar(select(func.count()).select_from(Page).where(Page.bundled_into_id == page.id)) or 0,
    )


def without_number(customer: CustomerNumber) -> Words:
    """Return what is said in place of a number where there is none to call."""
    return prompts.NUMBER_TO_BE_ALLOWED if customer.waits_for_consent else prompts.without_number(customer.caller.kind)


def _other_owner(page: Page, callback: Callback) -> str | None:
    """Return who else has the callback. Once the escalation has resumed, it may be taken from them."""
    owner = callback.owner
    return owner.name if owner is not None and owner.id != page.technician_id and not callback.resumed else None
