"""Why the desk pages somebody, in words: for the log of a decision, and for the forecast of the next one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind
from callbacks.desk.desk_file import Desk
from callbacks.desk.escalation_policy import Escalation, Target
from callbacks.oncall.reasons import on_call_reason
from callbacks.oncall.schedule import Schedule
from callbacks.paging.decide import Case, Decision, NewPage, left_out
from callbacks.people.person import Person
from callbacks.text.formats import span

PAGED_BY = {Channel.TEXT: "texted", Channel.CALL: "called", Channel.MAIL: "mailed"}


def decision_event(
    desk: Desk, policy_name: str, plan: Schedule, case: Case, decision: Decision, now: datetime
) -> tuple[EventKind, int | None, str]:
    """Return a decision as an event: its kind, the number of the step (from 1), and the reason.

    The reason names the step, the people, why they are on call, and who on call is not paged.
    """
    if decision.kind is PageKind.REMINDER or decision.taken is None:
        since = f"{span(now - case.acknowledged_at)} after taking it" if case.acknowledged_at else "late"
        reason = f"{in_a_line(decision.pages)}: no attempt to reach the customer {since}."
        return EventKind.REMINDER, None, reason
    policy = desk.policy_named(policy_name)
    sentences = [f"Policy {policy_name}, {step_in_words(policy, decision.taken)}."]
    sentences += _people(plan, decision.pages, now, desk)
    not_paged = left_out(policy, case, plan.roster(now), decision.taken)
    sentences += ["Perhaps a robot called: nobody else is paged before the next morning."] if case.mornings else []
    sentences += [f"Not paged: {name}, who {why}." for name, why in not_paged.items()]
    return EventKind.STEP, decision.taken + 1, " ".join(sentences)


def in_a_line(pages: Sequence[NewPage]) -> str:
    """Return who is paged how: "Ben Cole is texted and called, Amy Roy is texted"."""
    ways: dict[str, list[str]] = {}
    for page in pages:
        after = f" {span(page.after)} later" if page.after > timedelta(0) else ""
        ways.setdefault(page.person.name, []).append(PAGED_BY[page.channel] + after)
    people: dict[str, list[str]] = {}
    for name, hows in ways.items():
        people.setdefault(_and(list(dict.fromkeys(hows))), []).append(name)
    return ", ".join(f"{_and(names)} {_are(names)} {how}" for how, names in people.items()) or "nobody can be paged"


def step_in_words(policy: Escalation, position: int) -> str:
    """Return a step as the desk file has it: "step 2 of 9, 5 min after it opened: call to backup"."""
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


def _people(plan: Schedule, pages: Sequence[NewPage], now: datetime, desk: Desk) -> Iterator[str]:
    for person in dict.fromkeys(page.person for page in pages):
        theirs = [page for page in pages if page.person == person]
        why = standing(plan, person, now, desk) or "on no layer: named by the step, or the last there is"
        yield f"{in_a_line(theirs)} ({why})."


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _are(names: Sequence[str]) -> str:
    return "are" if len(names) > 1 else "is"
