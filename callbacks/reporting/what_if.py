"""What if somebody rang at a certain time: open or closed and why, and who would be paged when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.desk.desk_file import Desk
from callbacks.oncall.schedule import Schedule
from callbacks.paging.decide import Case, next_step
from sla.hours import Reason, SupportHours

LOOKS_AHEAD_PAST_DUE = timedelta(minutes=15)
TAKES_TO_SPEAK = timedelta(minutes=1)  # from the beginning of a call to its message, about
SWEEP = timedelta(seconds=30)


@dataclass(frozen=True)
class Planned:
    """One page that would go out."""

    at: datetime
    person: str
    channel: str
    is_breach: bool


@dataclass(frozen=True)
class WhatIf:
    """What would become of a call that nobody reacts to."""

    is_open: bool
    reason: Reason
    on_duty: Sequence[str]  # who is rung in support hours, in their order
    policy: str
    due_at: datetime
    pages: Sequence[Planned]
    notes: Sequence[str]


def what_if(desk: Desk, schedule: Schedule, hours: SupportHours, line: str, at: datetime) -> WhatIf:
    """Say what would become of a call on `line` that begins at `at`.

    The rota is asked anew at each page, so a hand-over in between counts.
    """
    verdict = hours.verdict(at)
    priority, opened_at = desk.lines[line].priority, at + TAKES_TO_SPEAK
    policy_name = desk.policy_for(line, priority, opened_at)
    policy, due_at = desk.policy_named(policy_name), at + desk.callback.promise
    case = Case(opened_at, due_at, 0, opened_at)
    pages, notes, now = list[Planned](), list[str](), opened_at
    while now <= due_at + LOOKS_AHEAD_PAST_DUE:
        decision = next_step(policy, case, schedule.roster(now), now)
        notes += decision.notes
        for notice in decision.notices:
            pages.append(Planned(now + notice.after, notice.person.name, notice.channel.value, decision.breach))
        paged = case.paged | {notice.person.id for notice in decision.notices}
        case = replace(case, position=decision.position, next_action_at=decision.next_action_at, paged=paged)
        now = max(now + SWEEP, min(decision.next_action_at, due_at + LOOKS_AHEAD_PAST_DUE + SWEEP))
    on_duty = [person.name for person in schedule.roster(at).everyone()]
    pages.sort(key=lambda page: page.at)
    return WhatIf(verdict.is_open, verdict.reason, on_duty, policy_name, due_at, pages, list(dict.fromkeys(notes)))
