"""What if a customer called at a certain time: open or closed and why, and who would be paged when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.desk.desk_file import Desk
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


def what_if(desk: Desk, schedule: Schedule, hours: SupportHours, line: str, at: datetime) -> WhatIf:
    """Return what would happen with a call on `line` that begins at `at` and that nobody reacts to.

    The rota is read for the instant of each page, so a hand-off in between counts.
    """
    verdict = hours.verdict(at)
    priority, opened_at = desk.lines[line].priority, at + CALL_LENGTH
    policy_name = desk.policy_for(line, priority, opened_at)
    policy, due_at = desk.policy_named(policy_name), at + desk.callback.promise
    case = Case(opened_at, due_at, 0, opened_at)
    pages, notes, now = list[PlannedPage](), list[str](), opened_at
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
    return WhatIf(verdict.is_open, verdict.reason, on_duty, policy_name, due_at, pages, list(dict.fromkeys(notes)))
