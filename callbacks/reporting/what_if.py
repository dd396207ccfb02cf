"""What if a customer called at a certain time: open or closed and why, and who would be paged when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.db.states import PriorityLevel, Urgency
from callbacks.desk.desk_file import Desk
from callbacks.desk.spoken_promise import spoken_promise
from callbacks.oncall.schedule import Schedule
from callbacks.paging.decide import Case, next_step
from sla.hours import Reason, SupportHours

PAGES_SHOWN_AFTER_DUE = timedelta(minutes=15)
CALL_LENGTH = timedelta(minutes=1)  # roughly, until the message is recorded
SWEEP = timedelta(seconds=30)


@dataclass(frozen=True)
class PlannedPage:
    """One page that would go out."""

    at: datetime
    person: str
    channel: str
    is_breach: bool


@dataclass(frozen=True)
class WhatIf:
    """What would happen with a call that nobody reacts to."""

    is_open: bool
    reason: Reason
    on_duty: Sequence[str]  # who is called in support hours, in this order
    policy: str
    due_at: datetime
    pages: Sequence[PlannedPage]
    notes: Sequence[str]
    held_until: datetime | None = None  # nobody is paged before: the caller says that it can wait


def what_if(
    desk: Desk, schedule: Schedule, hours: SupportHours, line: str, at: datetime, urgency: Urgency = Urgency.NONE
) -> WhatIf:
    """Return what would happen with a call on `line` that begins at `at` and that nobody reacts to.

    Callers are asked how urgent it is while the desk is closed. The rota is read for the instant of each page, so a
    hand-off in between counts.
    """
    verdict = hours.verdict(at)
    urgency = Urgency.NONE if verdict.is_open else urgency
    priority = PriorityLevel.P1 if urgency is Urgency.DOWN else desk.lines[line].priority
    policy_name = desk.policy_for(line, priority, at + CALL_LENGTH)
    said = spoken_promise(desk, at, urgency, verdict.until, None)
    policy, due_at, begins_at = desk.policy_named(policy_name), said.due_at, said.held_until or at + CALL_LENGTH
    case = Case(begins_at, due_at, 0, begins_at)
    pages, notes, now = list[PlannedPage](), list[str](), begins_at
    while now <= due_at + PAGES_SHOWN_AFTER_DUE:
        decision = next_step(policy, case, schedule.roster(now), now)
        notes += decision.notes
        for notice in decision.pages:
            pages.append(PlannedPage(now + notice.after, notice.person.name, notice.channel.value, decision.breach))
        paged = case.paged | {notice.person.id for notice in decision.pages}
        case = replace(case, position=decision.position, next_action_at=decision.next_action_at, paged=paged)
        now = max(now + SWEEP, min(decision.next_action_at, due_at + PAGES_SHOWN_AFTER_DUE + SWEEP))
    on_duty = [person.name for person in schedule.roster(at).everyone()]
    pages.sort(key=lambda page: page.at)
    notes = list(dict.fromkeys(notes))
    return WhatIf(verdict.is_open, verdict.reason, on_duty, policy_name, due_at, pages, notes, said.held_until)
