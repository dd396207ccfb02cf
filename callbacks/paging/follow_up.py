"""Applies what follows an attempt: loads one callback, decides, and stores the outcome, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import (
    ANSWERED,
    IN_VAIN,
    AttemptState,
    CallbackState,
    Channel,
    ContactWay,
    PageAnswer,
    PageKind,
    PageState,
    ReachOutcome,
)
from callbacks.db.tables import (
    Callback,
    Contact,
    Event,
    Page,
    PageAttempt,
    ReachAttempt,
    ReceivedText,
    Technician,
)
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import MailboxMeaning
from callbacks.lifecycle.sla_status import resolutions
from callbacks.lifecycle.transitions import (
    Change,
    awaits_attempt,
    begin_escalating_again,
    change_state,
    give_back,
    is_paged_each_morning,
    note_asked,
    note_overdue_reported,
    plan_next_action,
    waits_for_hold,
)
from callbacks.lifecycle.waiting import open_wait, start_waiting
from callbacks.paging import messages, outages
from callbacks.paging.after_a_hold import ask_what_was_put_off
from callbacks.paging.after_attempt import Duty, Rules, TriedCase, follow_up
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.called_again import called_again_in_vain_at, emergency_at
from callbacks.paging.closing_notice import tell_of_closing
from callbacks.paging.decide import NewPage
from callbacks.paging.escalate import take_next_step
from callbacks.paging.notices import notify_paged, text_if_reachable
from callbacks.paging.pages import cancel_waiting, code_for, mark_answer, next_round, put_in_outbox
from callbacks.paging.receipts import tell_of_attempt
from callbacks.paging.subject import subject_of
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import person
from callbacks.records.event_log import record_event
from callbacks.records.proofs import IS_ATTEMPT
from callbacks.text.bilingual import Words
from callbacks.text.formats import time_and_day
from sla.closing import Closing, automatic_closing
from sla.hours import SupportHours

# The customer was not reached and still waits. A wrong number counts here, but not for closing.
HEARD = (EventKind.CUSTOMER_TEXTED, EventKind.CANCEL_ASKED, EventKind.WAITING_ENDED)
NOT_REACHED = (*IN_VAIN, ReachOutcome.WRONG_NUMBER, ReachOutcome.RINGING)


def take_next_action(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Do what is due for an open callback, which the caller has locked, and set when to look at it again."""
    if waits_for_hold(callback, now):
        return
    if callback.held_until is not None and (callback.owner_id is not None or not is_paged_each_morning(callback)):
        ask_what_was_put_off(session, desk, callback, now)
    if awaits_attempt(callback):
        take_next_step(session, desk, callback, now)
        return
    if callback.owner is not None and callback.owner.left_at is not None:
        pass_over_departed_owner(session, callback, now)
    hours = support_hours(session, desk)
    facts = _facts(session, desk, hours, callback, now)
    found = follow_up(facts.case, _rules(desk, callback), hours, now)
    for duty in found.duties:
        _perform(session, desk, callback, duty, facts, now)
    if awaits_owner(callback):
        begin_escalating_again(callback, now)
        take_next_step(session, desk, callback, now)
    elif callback.state is CallbackState.OPEN:
        plan_next_action(callback, found.next_action_at or now, found.try_again_at)
    if callback.state is CallbackState.OPEN:
        tell_of_attempt(session, desk, callback, facts.attempts, facts.case.contact_at, now)


def awaits_owner(callback: Callback) -> bool:
    """Return whether a callback is open and nobody owns it: then it escalates, at any stage."""
    return callback.state is CallbackState.OPEN and callback.owner_id is None


def pass_over_owner(session: Session, callback: Callback, reason: str, now: datetime) -> None:
    """Take a callback from its owner, and escalate at once."""
    owner = callback.owner
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.OWNER_PASSED_OVER, reason)
    if owner is not None:
        mark_answer(session, callback, owner, PageAnswer.PASSED_OVER)
        cancel_waiting(session, callback, owner.id)
    give_back(session, callback, now)


def pass_over_departed_owner(session: Session, callback: Callback, now: datetime) -> None:
    """Take a callback from an owner who has left the team, and escalate at once."""
    name = callback.owner.name if callback.owner else "The owner"
    pass_over_owner(session, callback, f"{name} has left the team.", now)


# The duties


def _perform(session: Session, desk: Desk, callback: Callback, duty: Duty, facts: _Facts, now: datetime) -> None:
    match duty:
        case Duty.CLOSE:
            _close(session, desk, callback, facts, now)
        case Duty.RESUME:
            _resume(session, callback, now)
        case Duty.WAIT:
            _wait(session, desk, callback, now)
        case Duty.ASK:
            _ask(session, callback, now)
        case Duty.PASS_OVER:
            owner = callback.owner.name if callback.owner else ""
            pass_over_owner(session, callback, f"{owner} was asked for the next attempt and did not react.", now)
        case Duty.WARN:
            _warn(session, desk, callback, now)
        case Duty.REPORT_OVERDUE:
            _report_overdue(session, desk, callback, now)
        case Duty.REVIEW:
            _ask_how_it_stands(session, desk, callback, now)


def _close(session: Session, desk: Desk, callback: Callback, facts: _Facts, now: datetime) -> None:
    change_state(callback, Change.AUTO_CLOSE, now)
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.AUTO_CLOSED, facts.closing.reason)
    in_vain = [each for each in facts.attempts if each.outcome in IN_VAIN and each.tried_at > facts.case.contact_at]
    tell_of_closing(session, desk, callback, len(in_vain), now)
    words = messages.closed_automatically(subject_of(desk, callback))
    notify_paged(session, callback, PageKind.CLOSED, words, None, now)


def _resume(session: Session, callback: Callback, now: datetime) -> None:
    waiting = open_wait(session, callback)
    if waiting is not None:
        waiting.until = now
        record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.WAITING_ENDED)


def _wait(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    start_waiting(session, callback, now)
    detail = f"{desk.retries.waits_after} attempts did not reach the customer."
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.WAITING_STARTED, detail)


def _ask(session: Session, callback: Callback, now: datetime) -> None:
    """Ask the owner for the next attempt, on the first of their contact methods that works."""
    owner = callback.owner
    way = _way_to(owner) if owner is not None else None
    if owner is None or way is None:
        pass_over_owner(session, callback, f"{owner.name if owner else 'The owner'} cannot be reached.", now)
        return
    new, round = NewPage(person(owner), way.channel, way.number), next_round(callback)
    for page in outages.with_detours([new], outages.refused_channels(session, now)):
        put_in_outbox(session, callback, page, PageKind.TRY_AGAIN, round, now)
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.ATTEMPT_REQUESTED, owner.name)
    note_asked(callback, now)


def _way_to(owner: Technician) -> ContactMethod | None:
    ways = person(owner).contact_methods
    return next((way for way in ways if way.channel is Channel.TEXT), next(iter(ways), None))


def _resolution_due_at(session: Session, desk: Desk, callback: Callback, now: datetime) -> datetime | None:
    """Return when the resolution is due as things stand now: a duty before this one may have stopped its clock."""
    owed = resolutions(session, desk, support_hours(session, desk), Callback.id == callback.id, now)
    return owed[0].promise.due_at


def _warn(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    due_at = _resolution_due_at(session, desk, callback, now)
    due = time_and_day(due_at, desk.zone, now) if due_at else "the promised time"
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.RESOLUTION_AT_RISK, f"Due by {due}.")
    owner = callback.owner
    if owner is not None and due_at is not None:
        code = code_for(session, callback, owner.id)
        words = messages.nearly_due(subject_of(desk, callback), code, due_at, now)
        text_if_reachable(session, callback, owner, PageKind.AT_RISK, words, now, code)


def _report_overdue(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    """Report an overdue resolution: an urgent one to owner and supervisors, any other to its owner."""
    due_at, owner = _resolution_due_at(session, desk, callback, now) or now, callback.owner
    due = time_and_day(due_at, desk.zone, now)
    record_event(
        session, callback.contact_sid, now, Actor.DESK, EventKind.RESOLUTION_OVERDUE, f"Due by {due}, still open."
    )
    note_overdue_reported(callback, now)
    if desk.priorities[callback.priority].overdue_every is not None:
        once = f"unresolved {callback.reference} {now:%Y-%m-%d %H:%M}"
        alert_supervisors(session, desk, once, _overdue_alert(desk, callback, due_at, now), now)
    if owner is not None:
        code = code_for(session, callback, owner.id)
        words = messages.unresolved(subject_of(desk, callback), code, due_at, now)
        text_if_reachable(session, callback, owner, PageKind.UNRESOLVED, words, now, code)


def _overdue_alert(desk: Desk, callback: Callback, due_at: datetime, now: datetime) -> Words:
    reference, owner = callback.reference, callback.owner
    in_english, in_french = (time_and_day(due_at, desk.zone, now, language) for language in ("en", "fr"))
    whose = f"{owner.name} has it." if owner else "Nobody has it."
    whose_in_french = f"Responsable: {owner.name}." if owner else "Personne ne s'en occupe."
    return Words(
        f"{reference} ({callback.priority.value}) should have been resolved by {in_english} and is open. {whose}",
        f"{reference} ({callback.priority.value}): à régler avant {in_french}, toujours ouvert. {whose_in_french}",
    )


def _ask_how_it_stands(session: Session, desk: Desk, callback: Callback, now: datetime) -> None:
    record_event(session, callback.contact_sid, now, Actor.DESK, EventKind.REVIEWED)
    note_asked(callback, now)
    owner = callback.owner
    if owner is not None:
        code = code_for(session, callback, owner.id)
        words = messages.still_open(subject_of(desk, callback), code)
        text_if_reachable(session, callback, owner, PageKind.REVIEW, words, now, code)


# The facts


def _rules(desk: Desk, callback: Callback) -> Rules:
    targets, policy = desk.priorities[callback.priority], desk.policy_named(callback.policy)
    retries = desk.retry_policy(callback.priority)
    return Rules(retries, policy.reminder_after, targets.overdue_every)


@dataclass(frozen=True)
class _Facts:
    """What is loaded once for all duties that are due."""

    case: TriedCase
    closing: Closing
    attempts: Sequence[ReachAttempt]


def _facts(session: Session, desk: Desk, hours: SupportHours, callback: Callback, now: datetime) -> _Facts:
    attempts, heard_at = _attempts(session, callback), list(_heard_at(session, callback))
    reopened_at = _reopened_at(session, callback)
    closing = _closing(desk, callback, attempts, heard_at, reopened_at)
    reached_at = max((each.tried_at for each in attempts if each.outcome in ANSWERED), default=None)
    contacts = [callback.contact.began_at, *heard_at, *reopened_at, *([reached_at] if reached_at else [])]
    contact_at, waiting = max(contacts), open_wait(session, callback)
    owed = resolutions(session, desk, hours, Callback.id == callback.id, now)
    case = TriedCase(
        contact_at=contact_at,
        is_reached=contact_at == reached_at,
        unsuccessful=_in_vain_since(attempts, contact_at),
        has_owner=callback.owner_id is not None,
        owned_since=callback.acknowledged_at,
        acted_at=callback.acted_at or callback.acknowledged_at or callback.opened_at,
        asked_at=_asked_at(session, callback, now),
        named_time_at=callback.named_time_at,
        waiting_since=waiting.since if waiting is not None else None,
        closes_at=closing.closes_at,
        resolution=owed[0].promise if owed else None,
        warned_at=_warned_at(session, callback),
        overdue_told_at=callback.overdue_told_at,
        called_again_at=called_again_in_vain_at(session, callback),
        emergency_at=emergency_at(session, desk, callback),
    )
    quiet = _mails_that_wake_nobody(desk, hours, callback)
    if contact_at in quiet:
        earlier = max(at for at in contacts if at not in quiet)
        in_vain, is_reached = _in_vain_since(attempts, earlier), earlier == reached_at
        before = replace(case, contact_at=earlier, is_reached=is_reached, unsuccessful=in_vain, called_again_at=None)
        case = replace(case, before_mail=before)
    return _Facts(case, closing, attempts)


def _in_vain_since(attempts: Sequence[ReachAttempt], at: datetime) -> tuple[datetime, ...]:
    return tuple(each.tried_at for each in attempts if each.outcome in NOT_REACHED and each.tried_at > at)


def _mails_that_wake_nobody(desk: Desk, hours: SupportHours, callback: Callback) -> frozenset[datetime]:
    """Return when the customer wrote about a callback while the desk was closed, and not to an emergency mailbox.

    A priority with a first reaction at any hour has no such mails.
    """
    if not desk.promises[callback.priority].first_reaction.business_time:
        return frozenset()
    mails = [each.contact for each in callback.joined if each.contact.way is ContactWay.MAIL]
    return frozenset(
        mail.began_at
        for mail in mails
        if desk.meaning_of(mail.mailbox) is not MailboxMeaning.EMERGENCY and not hours.is_open(mail.began_at)
    )


def _asked_at(session: Session, callback: Callback, now: datetime) -> datetime | None:
    """Return when the request to the owner left: now at the earliest for one that still waits in the outbox."""
    asked_at = callback.asked_at
    if asked_at is None:
        return None
    requests = select(Page.id).where(Page.callback_id == callback.id, Page.technician_id == callback.owner_id)
    requests = requests.where(Page.kind == PageKind.TRY_AGAIN)
    left = PageAttempt.page_id.in_(requests) & (PageAttempt.state == AttemptState.ACCEPTED)
    left_at = session.scalar(select(func.min(PageAttempt.started_at)).where(left, PageAttempt.started_at >= asked_at))
    if left_at is None and session.scalar(requests.where(Page.state == PageState.DUE).limit(1)) is not None:
        return now
    return left_at or asked_at


def _closing(
    desk: Desk,
    callback: Callback,
    attempts: Sequence[ReachAttempt],
    heard_at: Sequence[datetime],
    reopened_at: Sequence[datetime],
) -> Closing:
    """Return when a callback closes by itself: after the attempts and the silence, both (policy: Priorities)."""
    in_vain = [each.tried_at for each in attempts if each.outcome in IN_VAIN]
    reached = [each.tried_at for each in attempts if each.outcome in ANSWERED]
    began_at, rule = callback.contact.began_at, desk.closing_rule
    return automatic_closing(callback.priority.value, began_at, in_vain, [*reached, *heard_at], reopened_at, rule)


def _attempts(session: Session, callback: Callback) -> list[ReachAttempt]:
    made = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id, IS_ATTEMPT)
    return list(session.scalars(made.order_by(ReachAttempt.tried_at, ReachAttempt.id)))


def _heard_at(session: Session, callback: Callback) -> Iterator[datetime]:
    """Yield when the customer called or wrote, and when a technician recorded that they did."""
    heard = select(Event.at).where(Event.contact_sid == callback.contact_sid, Event.kind.in_(HEARD))
    # The desk ends a wait some seconds after the contact that is its reason, and which counts itself.
    by_the_desk = (Event.kind == EventKind.WAITING_ENDED) & (Event.actor == str(Actor.DESK))
    yield from session.scalars(heard.where(~by_the_desk))
    yield from (each.contact.began_at for each in callback.joined)
    number = callback.contact.customer_number
    if number is not None:
        yield from session.scalars(select(Contact.began_at).where(Contact.caller == number))
        yield from session.scalars(select(ReceivedText.at).where(ReceivedText.sender == number))


def _reopened_at(session: Session, callback: Callback) -> Sequence[datetime]:
    reopened = select(Event.at).where(Event.contact_sid == callback.contact_sid, Event.kind == EventKind.REOPENED)
    return session.scalars(reopened).all()


def _warned_at(session: Session, callback: Callback) -> datetime | None:
    warned = select(func.max(Event.at)).where(Event.contact_sid == callback.contact_sid)
    return session.scalar(warned.where(Event.kind == EventKind.RESOLUTION_AT_RISK))
