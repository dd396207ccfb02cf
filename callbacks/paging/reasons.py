"""Why the desk pages whom it pages, in words: written down when it is decided, and read out when it is about to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import Escalation, Target
from callbacks.oncall.reasons import on_call_reason
from callbacks.oncall.schedule import Schedule
from callbacks.paging.decide import Case, Decision, Notice, left_out
from callbacks.people.person import Person
from callbacks.text.formats import span

PAGED_BY = {Channel.TEXT: "texted", Channel.CALL: "called", Channel.MAIL: "mailed"}


def decision_event(
    desk: Desk, policy_name: str, plan: Schedule, case: Case, decision: Decision, now: datetime
) -> tuple[EventKind, int | None, str]:
    """Return how the log has a decision: its kind, the number of the step, and the whole reason.

    The reason names the step, the people, what puts them on call, and who is spared.
    """
    if decision.kind is PageKind.REMINDER or decision.taken is None:
        since = f"{span(now - case.acknowledged_at)} after taking it" if case.acknowledged_at else "late"
        reason = f"{in_a_line(decision.notices)}: no attempt to reach the customer {since}."
        return EventKind.REMINDER, None, reason
    policy = desk.policy_named(policy_name)
    sentences = [f"Policy {policy_name}, {step_in_words(policy, decision.taken)}."]
    sentences += _people(plan, decision.notices, now, desk)
    spared = left_out(policy, case, plan.roster(now), decision.taken)
    sentences += [f"Not paged: {name}, who {why}." for name, why in spared.items()]
    return EventKind.STEP, decision.taken + 1, " ".join(sentences)


def in_a_line(notices: Sequence[Notice]) -> str:
    """Who is reached how: "Ben Cole is texted and called, Amy Roy is texted"."""
    ways: dict[str, list[str]] = {}
    for notice in notices:
        after = f" {span(notice.after)} later" if notice.after > timedelta(0) else ""
        ways.setdefault(notice.person.name, []).append(PAGED_BY[notice.channel] + after)
    people: dict[str, list[str]] = {}
    for name, hows in ways.items():
        people.setdefault(_and(list(dict.fromkeys(hows))), []).append(name)
    return ", ".join(f"{_and(names)} {_are(names)} {how}" for how, names in people.items()) or "nobody can be paged"


def step_in_words(policy: Escalation, position: int) -> str:
    """Name a step as the desk file has it: "step 2 of 9, 5 min after it opened: call to backup"."""
    targets = ", ".join(dict.fromkeys(f"{_how(target)} to {target.who}" for target in policy.step(position).targets))
    if position >= len(policy.steps):
        return f"again every {span(policy.again.after)}: {targets}"
    return (
        f"step {position + 1} of {len(policy.steps)}, {span(policy.steps[position].after)} after it opened: {targets}"
    )


def _how(target: Target) -> str:
    return target.channel.value if target.channel is not None else "page"


def standing(plan: Schedule, person: Person, at: datetime, desk: Desk) -> str:
    """Say which layers a person is on at an instant, and what puts them there; "" when they are on none."""
    return "; ".join(
        f"on {layer}: {why}" for layer in plan.all_layers if (why := on_call_reason(plan, layer, person, at, desk.zone))
    )


def _people(plan: Schedule, notices: Sequence[Notice], now: datetime, desk: Desk) -> Iterator[str]:
    for person in dict.fromkeys(notice.person for notice in notices):
        theirs = [notice for notice in notices if notice.person == person]
        why = standing(plan, person, now, desk) or "on no layer: named by the step, or the last there is"
        yield f"{in_a_line(theirs)} ({why})."


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _are(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else "is"
