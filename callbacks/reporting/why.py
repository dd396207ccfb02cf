"""Why somebody was, or was not, paged at an instant, from what was logged when it was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import ContactWay, Urgency
from callbacks.db.tables import Callback, Event, Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.schedule import Schedule
from callbacks.paging.page_results import KINDS, became
from callbacks.paging.reasons import standing
from callbacks.people.person import Person
from callbacks.records.contacts_of_callback import events_of_callback
from callbacks.records.event_words import effect_on_paging, event_words
from callbacks.text.formats import day_and_time

DECISIONS = (EventKind.STEP, EventKind.STEP_SKIPPED, EventKind.REMINDER)


@dataclass(frozen=True)
class PersonThen:
    """One person at that instant."""

    name: str
    standing: str  # on which layer, and by which override, turn or shift
    paged: str
    answer: str  # by the carrier, or by the person


@dataclass(frozen=True)
class LoggedDecision:
    """One decision about whom to page, from the log."""

    at: datetime
    words: str
    detail: str


@dataclass(frozen=True)
class Why:
    """Why people were paged, or not, for one callback at one instant."""

    reference: str
    owed: Sequence[str]
    decided: LoggedDecision | None  # the last decision until that instant
    upcoming: LoggedDecision | None  # the first one after it
    people: Sequence[PersonThen]
    rota_edited_at: datetime | None


def why(session: Session, desk: Desk, callback: Callback, at: datetime) -> Why:
    """Return why people were paged, or not, for one callback at one instant."""
    events = events_of_callback(session, callback)
    decisions = [_decided(event) for event in events if event.kind in DECISIONS]
    before = [decision for decision in decisions if decision.at <= at]
    after = [decision for decision in decisions if decision.at > at]
    plan = store.schedule(session, desk, at)
    return Why(
        callback.reference,
        list(_owed(desk, callback, events, at)),
        before[-1] if before else None,
        after[0] if after else None,
        [_person_then(session, desk, callback, plan, person, at) for person in plan.people],
        marks.last_at(session, store.EDITED),
    )


def _decided(event: Event) -> LoggedDecision:
    return LoggedDecision(event.at, event_words(event.kind, event.step), event.detail)


def _owed(desk: Desk, callback: Callback, events: Sequence[Event], at: datetime) -> Iterator[str]:
    """Yield why a call back was owed, and each event until then that stopped or resumed the paging."""
    call, due_at, opened_at = callback.contact, callback.due_at, callback.opened_at
    hours = call.hours_reason or "in support hours, and nobody answered"
    came_at, owed_by = day_and_time(call.began_at, desk.zone), day_and_time(due_at, desk.zone)
    if call.way is ContactWay.MAIL:
        hours = call.hours_reason if not call.is_open else "in support hours"
        yield f"The mail reached the {call.mailbox} mailbox at {came_at}, {hours}. An answer was owed by {owed_by}."
    elif call.way is ContactWay.BY_HAND:
        yield f"It was opened by hand at {came_at}. A call back was owed by {owed_by}."
    else:
        yield f"The call came at {came_at} on the {call.line} line, {hours}. A call back was owed by {owed_by}."
    if at < opened_at:
        yield f"The callback was not open until {day_and_time(opened_at, desk.zone)}, so nothing was due before."
    if callback.held_until is not None and opened_at <= at < callback.held_until:
        until = day_and_time(callback.held_until, desk.zone)
        yield f"It is held until {until}, because {why_held(callback)}: nobody is paged before."
    for event in events:
        effect = effect_on_paging(event.kind)
        if event.at <= at and effect is not None:
            who = "the desk" if event.actor == Actor.DESK else event.actor
            yield f"At {event.at.astimezone(desk.zone):%H:%M:%S} {who} {effect}"
    yield from _follow_up(desk, callback, at)


def why_held(callback: Callback) -> str:
    """Return why nobody is paged for a callback yet: "the caller said that it can wait"."""
    if callback.perhaps_robot:
        return "nothing shows that a person called"
    if callback.named_time_at is not None:
        return "the customer named a time"
    if callback.contact.urgency is Urgency.CAN_WAIT:
        return "the caller said that it can wait"
    return "the customer wrote while the desk was closed"


def _follow_up(desk: Desk, callback: Callback, at: datetime) -> Iterator[str]:
    """Yield who is asked for the next attempt, and when, once an attempt did not reach the customer."""
    tried_at, again_at, asked_at = callback.attempted_at, callback.try_again_at, callback.asked_at
    if tried_at is None or at < tried_at or again_at is None:
        return
    owner = callback.owner.name if callback.owner is not None else "the escalation"
    yield f"The customer was not reached. The next attempt, by {owner}, is due {day_and_time(again_at, desk.zone)}."
    if asked_at is not None and asked_at <= at:
        yield f"{owner} was asked for it {day_and_time(asked_at, desk.zone)}."


def _person_then(
    session: Session, desk: Desk, callback: Callback, plan: Schedule, person: Person, at: datetime
) -> PersonThen:
    on_call = standing(plan, person, at, desk) or "not on call"
    reach = "" if person.verified else "; number not verified: never paged"
    reach += "; no way is known to reach them" if person.verified and not person.contact_methods else ""
    reach += "; quiet hours" if person.is_quiet else ""
    paged, answer = _last_page(session, desk, callback, person, at)
    return PersonThen(person.name, on_call + reach, paged, answer)


def _last_page(session: Session, desk: Desk, callback: Callback, person: Person, at: datetime) -> tuple[str, str]:
    """Return how a person was last paged for a callback until an instant, and the answer."""
    theirs = select(Page).where(Page.callback_id == callback.id, Page.technician_id == person.id, Page.created_at <= at)
    last = session.scalars(theirs.order_by(Page.id.desc()).limit(1)).first()
    if last is None:
        return "not paged by then", ""
    attempts = session.scalars(select(PageAttempt).where(PageAttempt.page_id == last.id).order_by(PageAttempt.id))
    paged = f"{KINDS[last.kind]}, by {last.channel.value}, {day_and_time(last.created_at, desk.zone)}"
    return paged, became(last, attempts.all(), desk.zone)
