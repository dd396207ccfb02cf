"""Why somebody was, or was not, paged at an instant: answered from what was written down when it was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.tables import Callback, Event, Page, PageAttempt
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.schedule import Schedule
from callbacks.paging.delivery import KINDS, became
from callbacks.paging.reasons import standing
from callbacks.people.person import Person
from callbacks.records.event_log import events_of
from callbacks.records.event_words import effect_on_paging, event_words
from callbacks.text.formats import day_and_time

DECISIONS = (EventKind.STEP, EventKind.STEP_SKIPPED, EventKind.REMINDER)


@dataclass(frozen=True)
class Whom:
    """One person at that instant."""

    name: str
    standing: str  # on which layer, and by which cover, turn or shift
    paged: str
    answer: str  # the carrier's, or theirs


@dataclass(frozen=True)
class Decided:
    """One decision on whom to page, as the log has it."""

    at: datetime
    words: str
    detail: str


@dataclass(frozen=True)
class Why:
    """The whole answer."""

    reference: str
    owed: Sequence[str]
    decided: Decided | None  # the last decision before that instant
    upcoming: Decided | None  # the one after it
    people: Sequence[Whom]
    rota_edited_at: datetime | None


def why(session: Session, desk: Desk, callback: Callback, at: datetime) -> Why:
    """Answer for one callback and one instant."""
    events = events_of(session, callback.call_sid)
    decisions = [_decided(event) for event in events if event.kind in DECISIONS]
    before = [decision for decision in decisions if decision.at <= at]
    after = [decision for decision in decisions if decision.at > at]
    plan = store.schedule(session, desk, at)
    return Why(
        callback.reference,
        list(_owed(desk, callback, events, at)),
        before[-1] if before else None,
        after[0] if after else None,
        [_whom(session, desk, callback, plan, person, at) for person in plan.people],
        marks.last_at(session, store.EDITED),
    )


def _decided(event: Event) -> Decided:
    return Decided(event.at, event_words(event.kind, event.step), event.detail)


def _owed(desk: Desk, callback: Callback, events: Sequence[Event], at: datetime) -> Iterator[str]:
    """The decision on the hours, and whatever had stopped the paging by then."""
    call = callback.call
    hours = call.hours_reason or "in support hours, and nobody answered"
    when = day_and_time(call.began_at, desk.zone)
    yield (
        f"The call came at {when} on the {call.line} line, {hours}; a call back was owed by its deadline, "
        f"{day_and_time(callback.due_at, desk.zone)}."
    )
    if at < callback.opened_at:
        yield f"The callback was opened at {day_and_time(callback.opened_at, desk.zone)} only: nothing was due before."
    for event in events:
        effect = effect_on_paging(event.kind)
        if event.at <= at and effect is not None:
            who = "the desk" if event.actor == Actor.DESK else event.actor
            yield f"At {event.at.astimezone(desk.zone):%H:%M:%S} {who} {effect}"


def _whom(session: Session, desk: Desk, callback: Callback, plan: Schedule, person: Person, at: datetime) -> Whom:
    theirs = select(Page).where(Page.callback_id == callback.id, Page.technician_id == person.id, Page.created_at <= at)
    last = session.scalars(theirs.order_by(Page.id.desc()).limit(1)).first()
    on_call = standing(plan, person, at, desk) or "not on call"
    reach = "" if person.verified else "; number not verified: never paged"
    reach += "; no way is known to reach them" if person.verified and not person.ways else ""
    reach += "; quiet hours" if person.is_quiet else ""
    if last is None:
        return Whom(person.name, on_call + reach, "not paged by then", "")
    attempts = session.scalars(select(PageAttempt).where(PageAttempt.page_id == last.id).order_by(PageAttempt.id))
    paged = f"{KINDS[last.kind]}, by {last.channel.value}, {day_and_time(last.created_at, desk.zone)}"
    return Whom(person.name, on_call + reach, paged, became(last, attempts.all(), desk.zone))
