"""What happens next to a callback that nobody has answered: the escalation policy and the decision it leads to.

Pure. Acknowledging is not answering: an owner who does not try the customer is reminded, and then the steps
above go on as if nobody had taken it (policy: How the desk escalates).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.db.states import Channel, PageKind, PhoneSlot
from callbacks.desk.escalation_policy import EVERYONE, EVERYONE_ELSE, PERSON, SUPERVISOR, Escalation, Target
from callbacks.oncall.roster import Roster
from callbacks.people.person import ContactMethod, ContactRule, Person

# After an outage the steps that were missed go out one after the other, not all in the same second.
CATCHING_UP = timedelta(minutes=1)
NOBODY_THERE = timedelta(minutes=1)
# For a target without a channel, where a person has no rules of their own.
USUAL_RULES = (ContactRule(ContactMethod(Channel.TEXT)), ContactRule(ContactMethod(Channel.CALL), timedelta(minutes=3)))


@dataclass(frozen=True)
class Case:
    """What the decision needs to know of one open callback."""

    opened_at: datetime
    due_at: datetime
    position: int  # the step to be taken next
    next_action_at: datetime
    owner: Person | None = None
    acknowledged_at: datetime | None = None
    acted_at: datetime | None = None  # reminders up to here have been given
    resumed: bool = False  # taken, not tried, and escalating again above the owner
    passed: frozenset[int] = frozenset()  # people who handed it on
    paged: frozenset[int] = frozenset()  # people who were paged for it already


@dataclass(frozen=True)
class Notice:
    """One page to one person."""

    person: Person
    channel: Channel
    number: PhoneSlot = PhoneSlot.FIRST
    after: timedelta = timedelta(0)  # their own rules may let it wait


@dataclass(frozen=True)
class Decision:
    """What to do now, and where the callback stands afterwards."""

    kind: PageKind | None  # of the pages that go out, a step or a reminder; None: nothing but to wait
    next_action_at: datetime
    position: int
    resumed: bool
    notices: tuple[Notice, ...] = ()
    breach: bool = False
    notes: tuple[str, ...] = ()
    taken: int | None = None  # the position of the step that is taken


def next_step(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    """Decide what happens to an open callback whose customer nobody has tried to reach."""
    if case.owner is None or case.resumed:
        return _escalate(policy, case, roster, now)
    return _watch_the_owner(policy, case, roster, now)


def paged_before_the_deadline(policy: Escalation, roster: Roster) -> set[int]:
    """Return the ids of those whom a policy pages in time, with these people on call and nobody answering."""
    before = [target.who for step in policy.steps if step.after < policy.promise for target in step.targets]
    return {person.id for who in before for person in _people(who, roster)}


def people_of_step(policy: Escalation, case: Case, roster: Roster, position: int) -> set[int]:
    """The ids of those whom a step would page."""
    return {notice.person.id for notice in _notices(policy, case, roster, position)}


def left_out(policy: Escalation, case: Case, roster: Roster, position: int) -> dict[str, str]:
    """Whom a step spares although they are on call, by name, and why."""
    spared = _left_out(policy, case, roster, position)
    return {person.name: _why_left_out(person, case) for person in roster.everyone() if person.id in spared}


def _why_left_out(person: Person, case: Case) -> str:
    if person.id in case.passed:
        return "passed it on"
    if case.owner is not None and person.id == case.owner.id:
        return "took it and did not try the customer"
    return "has quiet hours, and others are on call"


def _escalate(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    if now < case.next_action_at:
        return Decision(None, case.next_action_at, case.position, case.resumed)
    position = case.position
    if now >= case.due_at and 0 < position < policy.breach:
        position = policy.breach  # the night was missed: the supervisor hears of it next, not the steps in between
    position, notices, notes = _first_with_people(policy, case, roster, position, now)
    if not notices:
        return Decision(None, now + NOBODY_THERE, case.position, case.resumed, (), now >= case.due_at, notes)
    position_after, at = _following(policy, case, position, now)
    return Decision(PageKind.STEP, at, position_after, case.resumed, notices, now >= case.due_at, notes, position)


def _first_with_people(
    policy: Escalation, case: Case, roster: Roster, position: int, now: datetime
) -> tuple[int, tuple[Notice, ...], tuple[str, ...]]:
    """Find the step to take from `position` on: one that reaches nobody is passed over at once, not waited out."""
    notes: list[str] = []
    while True:
        notices = _notices(policy, case, roster, position)
        if notices or position >= len(policy.steps):  # the last round reaches nobody: then whoever there is
            return position, notices or _whoever_there_is(case, roster), tuple(notes)
        who = " and ".join(dict.fromkeys(target.who for target in policy.step(position).targets))
        notes.append(f"Nobody to page on {who}; the next step is taken at once.")
        position += 1
        if position == policy.breach and now < case.due_at:
            return position - 1, _people_left(policy, case, roster), tuple(notes)


def _notices(policy: Escalation, case: Case, roster: Roster, position: int) -> tuple[Notice, ...]:
    left_out = _left_out(policy, case, roster, position)
    notices: dict[tuple[int, ContactMethod], Notice] = {}
    for target in policy.step(position).targets:
        already = {person_id for person_id, _ in notices}
        for person in _people(target.who, roster):
            if person.id in left_out or (target.who == EVERYONE_ELSE and person.id in already):
                continue
            for notice in _notices_to(person, target, case):
                notices.setdefault((person.id, ContactMethod(notice.channel, notice.number)), notice)
    return tuple(notices.values())


def _left_out(policy: Escalation, case: Case, roster: Roster, position: int) -> frozenset[int]:
    """Before the deadline: whoever handed it on, an owner who was passed over, and, while there are others, the quiet.

    From the deadline on nobody is spared.
    """
    if position >= policy.breach:
        return frozenset()
    left_out = case.passed
    if case.resumed and case.owner is not None:
        left_out |= {case.owner.id}
    asked = [person for person in roster.everyone() if person.id not in left_out]
    if any(not person.is_quiet for person in asked):
        left_out |= {person.id for person in roster.people if person.is_quiet}
    return left_out


def _notices_to(person: Person, target: Target, case: Case) -> Iterator[Notice]:
    """What one target means for one person: the desk's channel, and what their own rules add the first time."""
    rules = [] if target.channel is None else [ContactRule(ContactMethod(target.channel))]
    if target.channel is None:
        rules += person.rules or USUAL_RULES
    elif person.id not in case.paged:
        rules += person.rules
    for rule in rules:
        way = _way_that_works(person, rule.method)
        if way is not None:
            yield Notice(person, way.channel, way.number, rule.after)


def _way_that_works(person: Person, wanted: ContactMethod) -> ContactMethod | None:
    """The way that is wanted, or else the same channel on the other number, or else whatever reaches them."""
    same_channel = [way for way in person.contact_methods if way.channel == wanted.channel]
    if wanted in person.contact_methods:
        return wanted
    return next(iter([*same_channel, *sorted(person.contact_methods, key=lambda way: way.channel.value)]), None)


def _people(who: str, roster: Roster) -> tuple[Person, ...]:
    if who in (EVERYONE, EVERYONE_ELSE):
        return roster.everyone()
    return roster.named(who.removeprefix(PERSON)) if who.startswith(PERSON) else roster.on(who)


def _people_left(policy: Escalation, case: Case, roster: Roster) -> tuple[Notice, ...]:
    left_out = _left_out(policy, case, roster, 0)
    people = [person for person in roster.everyone() if person.id not in left_out]
    return tuple(notice for person in people for notice in _notices_to(person, Target(EVERYONE, Channel.TEXT), case))


def _whoever_there_is(case: Case, roster: Roster) -> tuple[Notice, ...]:
    people = roster.everyone() or roster.people
    return tuple(notice for person in people for notice in _notices_to(person, Target(EVERYONE, Channel.TEXT), case))


def _following(policy: Escalation, case: Case, position: int, now: datetime) -> tuple[int, datetime]:
    """Say which step comes after `position`, taken now, and when.

    A step taken early pulls the next ones with it; before the deadline nothing falls silent for longer than
    `again`; the step of the deadline itself is never early.
    """
    after = position + 1
    if position >= policy.breach:
        spacing = policy.step(after).after
        if after < len(policy.steps):
            spacing -= policy.step(position).after
        return after, now + spacing
    if after == policy.breach:
        if case.due_at - now > policy.again.after:
            return position, now + policy.again.after
        return after, max(case.due_at, now)
    planned = case.opened_at + policy.step(after).after
    carried = now + policy.step(after).after - policy.step(position).after
    at = max(min(planned, carried), now + CATCHING_UP)
    return (after, at) if at < case.due_at else (policy.breach, max(case.due_at, now))


def _watch_the_owner(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    moments = _moments_of_the_owner(policy, case)
    past = {what for at, what in moments if at <= now}
    waiting = replace(case, next_action_at=min((at for at, _ in moments if at > now), default=now + policy.again.after))
    if "breach" in past and case.position <= policy.breach:
        return _tell_of_the_breach(policy, waiting, roster)
    if "resume" in past:
        position = max(case.position, _first_above_the_owner(policy, case, roster))
        return _escalate(policy, replace(case, resumed=True, position=position, next_action_at=now), roster, now)
    if "reminder" in past:
        notices = tuple(_reminder(case.owner)) if case.owner else ()
        return Decision(PageKind.REMINDER, waiting.next_action_at, case.position, False, notices)
    return Decision(None, waiting.next_action_at, case.position, False)


def _reminder(owner: Person) -> Iterator[Notice]:
    way = _way_that_works(owner, ContactMethod(Channel.TEXT))
    if way is not None:
        yield Notice(owner, way.channel, way.number)


def _moments_of_the_owner(policy: Escalation, case: Case) -> list[tuple[datetime, str]]:
    """What is to happen from the last act on, unless the owner tries the customer first."""
    taken = case.acknowledged_at or case.opened_at
    resume_at = case.due_at - policy.resume_before_due
    if taken >= resume_at:  # taken at the last minute: the owner has as long as a reminder would leave
        resume_at = taken + policy.reminder_after
    moments = [
        (taken + policy.reminder_after, "reminder"),
        (case.due_at - policy.reminder_before_due, "reminder"),
        (resume_at, "resume"),
        (case.due_at, "breach"),
    ]
    acted = case.acted_at or taken
    return sorted((at, what) for at, what in moments if at > acted)


def _tell_of_the_breach(policy: Escalation, case: Case, roster: Roster) -> Decision:
    notices = _notices(policy, case, roster, policy.breach)
    notes = () if notices else ("Nobody to tell of the breach on manager or supervisor.",)
    return Decision(PageKind.STEP, case.next_action_at, policy.breach + 1, False, notices, True, notes, policy.breach)


def _first_above_the_owner(policy: Escalation, case: Case, roster: Roster) -> int:
    layer = roster.layer_of(case.owner.id) if case.owner else None
    rank = policy.layers.index(layer) if layer in policy.layers else -1
    above = {*policy.layers[rank + 1 :], SUPERVISOR, EVERYONE, EVERYONE_ELSE}
    return next(n for n, step in enumerate(policy.steps) if any(target.who in above for target in step.targets))
