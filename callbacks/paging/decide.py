"""The escalation: what happens next to a callback whose customer nobody has tried to reach.

Pure. Taking a callback is not calling the customer: an owner who does not try is reminded, and then the steps above
them go on as if nobody had taken it (policy: How the desk escalates).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.db.states import Channel, PageKind, PhoneSlot
from callbacks.desk.escalation_policy import EVERYONE, EVERYONE_ELSE, PERSON, SUPERVISOR, Escalation, Target
from callbacks.oncall.roster import Roster
from callbacks.people.person import ContactMethod, ContactRule, Person

# After an outage the missed steps are taken one after the other, not all in the same second.
CATCH_UP_INTERVAL = timedelta(minutes=1)
RETRY_INTERVAL = timedelta(minutes=1)  # while nobody can be paged
# For a target without a channel, if the person has no rules of their own.
DEFAULT_RULES = (
    ContactRule(ContactMethod(Channel.TEXT)),
    ContactRule(ContactMethod(Channel.CALL), timedelta(minutes=3)),
)


@dataclass(frozen=True)
class Case:
    """One open callback, as far as the decision depends on it."""

    opened_at: datetime
    due_at: datetime
    position: int  # of the step to take next
    next_action_at: datetime
    owner: Person | None = None
    acknowledged_at: datetime | None = None
    acted_at: datetime | None = None  # every reminder due by then was given
    resumed: bool = False  # the owner did not try, and it escalates above them
    passed: frozenset[int] = frozenset()  # ids of people who passed it on
    passed_over: frozenset[int] = frozenset()  # ids of owners from whom it was taken
    paged: frozenset[int] = frozenset()  # ids of people who were paged for it before
    mornings: tuple[datetime, ...] = ()
    """If perhaps no person called: the first morning since its owner last heard of it, and the next one from now."""


@dataclass(frozen=True)
class NewPage:
    """A page that is to be sent to one person."""

    person: Person
    channel: Channel
    number: PhoneSlot = PhoneSlot.FIRST
    after: timedelta = timedelta(0)  # how long it waits, by the person's own rules


@dataclass(frozen=True)
class Decision:
    """What to do now, and the state of the escalation afterwards."""

    kind: PageKind | None  # of the pages: a step or a reminder; None: wait
    next_action_at: datetime
    position: int
    resumed: bool
    pages: tuple[NewPage, ...] = ()
    breach: bool = False  # the deadline has passed
    notes: tuple[str, ...] = ()  # for the log: steps that reached nobody
    taken: int | None = None  # the position of the step that is taken


def next_step(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    """Return what happens to an open callback whose customer nobody has tried to reach."""
    if case.mornings:
        return _page_each_morning(policy, case, roster, now)
    if case.owner is None or case.resumed:
        return _escalate(policy, case, roster, now)
    return _watch_the_owner(policy, case, roster, now)


def paged_before_the_deadline(policy: Escalation, roster: Roster) -> set[int]:
    """Return the ids of the people paged before the deadline if nobody answers, with this roster."""
    before = [target.who for step in policy.steps if step.after < policy.promise for target in step.targets]
    return {person.id for who in before for person in _people(who, roster)}


def people_of_step(policy: Escalation, case: Case, roster: Roster, position: int) -> set[int]:
    """Return the ids of the people whom a step would page."""
    return {page.person.id for page in _pages_of_step(policy, case, roster, position)}


def left_out(policy: Escalation, case: Case, roster: Roster, position: int) -> dict[str, str]:
    """Return the people on call whom a step does not page, by name, and why."""
    not_paged = _left_out(policy, case, roster, position)
    return {person.name: _why_left_out(person, case) for person in roster.everyone() if person.id in not_paged}


def _why_left_out(person: Person, case: Case) -> str:
    if person.id in case.passed:
        return "passed it on"
    if person.id in case.passed_over:
        return "was passed over"
    if case.owner is not None and person.id == case.owner.id:
        return "took it and did not try the customer"
    return "has quiet hours, and others are on call"


def _escalate(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    if now < case.next_action_at:
        return Decision(None, case.next_action_at, case.position, case.resumed)
    position = case.position
    if now >= case.due_at and 0 < position < policy.breach:
        position = policy.breach  # after an outage: supervisors next, not the steps in between
    position, pages, notes = _first_with_people(policy, case, roster, position, now)
    if not pages:
        return Decision(None, _retry_at(case, now), case.position, case.resumed, (), now >= case.due_at, notes)
    position_after, at = _following(policy, case, position, now)
    return Decision(PageKind.STEP, at, position_after, case.resumed, pages, now >= case.due_at, notes, position)


def _retry_at(case: Case, now: datetime) -> datetime:
    """Return when to try again to page somebody: never after the deadline that is still to come."""
    at = now + RETRY_INTERVAL
    return min(at, case.due_at) if now < case.due_at else at


def _first_with_people(
    policy: Escalation, case: Case, roster: Roster, position: int, now: datetime
) -> tuple[int, tuple[NewPage, ...], tuple[str, ...]]:
    """Return the first step from `position` on that reaches somebody, its pages, and notes on the steps skipped.

    The last round, which repeats, falls back to everybody there is.
    """
    notes: list[str] = []
    while True:
        pages = _pages_of_step(policy, case, roster, position)
        if pages or position >= len(policy.steps):
            return position, pages or _pages_to_anybody(case, roster), tuple(notes)
        who = " and ".join(dict.fromkeys(target.who for target in policy.step(position).targets))
        notes.append(f"Nobody to page on {who}; the next step is taken at once.")
        position += 1
        if position == policy.breach and now < case.due_at:
            return position - 1, _pages_to_the_rest(policy, case, roster), tuple(notes)


def _pages_of_step(policy: Escalation, case: Case, roster: Roster, position: int) -> tuple[NewPage, ...]:
    left_out = _left_out(policy, case, roster, position)
    pages: dict[tuple[int, ContactMethod], NewPage] = {}
    for target in policy.step(position).targets:
        already = {person_id for person_id, _ in pages}
        for person in _people(target.who, roster):
            if person.id in left_out or (target.who == EVERYONE_ELSE and person.id in already):
                continue
            for page in _pages_to(person, target, case):
                pages.setdefault((person.id, ContactMethod(page.channel, page.number)), page)
    return tuple(pages.values())


def _left_out(policy: Escalation, case: Case, roster: Roster, position: int) -> frozenset[int]:
    """Return the ids of the people whom a step does not page, though they are on call. Nobody from the deadline on.

    Before it: those who passed it on or were passed over, an owner who did not try, and, while others remain, those in
    quiet hours.
    """
    if position >= policy.breach:
        return frozenset()
    left_out = case.passed | case.passed_over
    if case.resumed and case.owner is not None:
        left_out |= {case.owner.id}
    remaining = [person for person in roster.everyone() if person.id not in left_out]
    if any(not person.is_quiet for person in remaining):
        left_out |= {person.id for person in roster.people if person.is_quiet}
    return left_out


def _pages_to(person: Person, target: Target, case: Case) -> Iterator[NewPage]:
    """Yield the pages to one person for one target: the step's channel, and the first time their own rules as well."""
    rules = [] if target.channel is None else [ContactRule(ContactMethod(target.channel))]
    if target.channel is None:
        rules += person.rules or DEFAULT_RULES
    elif person.id not in case.paged:
        rules += person.rules
    for rule in rules:
        method = _working_method(person, rule.method)
        if method is not None:
            yield NewPage(person, method.channel, method.number, rule.after)


def _working_method(person: Person, wanted: ContactMethod) -> ContactMethod | None:
    """Return the method that is wanted if it works, else the same channel on the other number, else any that works."""
    if wanted in person.contact_methods:
        return wanted
    same_channel = [method for method in person.contact_methods if method.channel == wanted.channel]
    others = sorted(person.contact_methods, key=lambda method: method.channel.value)
    return next(iter([*same_channel, *others]), None)


def _people(who: str, roster: Roster) -> tuple[Person, ...]:
    if who in (EVERYONE, EVERYONE_ELSE):
        return roster.everyone()
    return roster.named(who.removeprefix(PERSON)) if who.startswith(PERSON) else roster.on(who)


def _pages_to_the_rest(policy: Escalation, case: Case, roster: Roster) -> tuple[NewPage, ...]:
    """Return pages to whoever is left; if all have passed it on, to the supervisors, and if there are none, to all."""
    left_out = _left_out(policy, case, roster, 0)
    rest = [person for person in roster.everyone() if person.id not in left_out]
    return _texts_to(rest or roster.supervisors(), case) or _pages_to_anybody(case, roster)


def _pages_to_anybody(case: Case, roster: Roster) -> tuple[NewPage, ...]:
    return _texts_to(roster.everyone() or roster.people, case)


def _texts_to(people: Sequence[Person], case: Case) -> tuple[NewPage, ...]:
    return tuple(page for person in people for page in _pages_to(person, Target(EVERYONE, Channel.TEXT), case))


def _following(policy: Escalation, case: Case, position: int, now: datetime) -> tuple[int, datetime]:
    """Return the step that follows the one taken now, and when.

    If a step is taken early, the next ones are early too. Before the deadline no pause is longer than that of
    `again`, and the step of the deadline is never early.
    """
    after = position + 1
    if position >= policy.breach:
        return after, now + _spacing_after_deadline(policy, position)
    if after == policy.breach:
        return _until_deadline(policy, case, position, now)
    planned = case.opened_at + policy.step(after).after
    early = now + policy.step(after).after - policy.step(position).after
    at = max(min(planned, early), now + CATCH_UP_INTERVAL)
    return (after, at) if at < case.due_at else (policy.breach, max(case.due_at, now))


def _spacing_after_deadline(policy: Escalation, position: int) -> timedelta:
    after = position + 1
    is_repetition = after >= len(policy.steps)
    return policy.step(after).after - (timedelta(0) if is_repetition else policy.step(position).after)


def _until_deadline(policy: Escalation, case: Case, position: int, now: datetime) -> tuple[int, datetime]:
    """Return the last step before the deadline again while there is time for it, else the step of the deadline."""
    if case.due_at - now > policy.again.after:
        return position, now + policy.again.after
    return position + 1, max(case.due_at, now)


def _page_each_morning(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    """Return what happens to one that perhaps no person made: one person hears of it each morning. It is never late.

    That is its owner, who is also reminded as usual, or else somebody on call.
    """
    if case.owner is not None:
        decision = _remind_each_morning(policy, case, case.owner, now)
        if decision.kind is None or decision.pages:
            return decision
    elif now < case.next_action_at:
        return Decision(None, case.next_action_at, case.position, False)
    position, pages, notes = _page_to_one(policy, case, roster, now)
    if not pages:
        return Decision(None, now + RETRY_INTERVAL, case.position, False, notes=notes)
    return Decision(PageKind.STEP, case.mornings[-1], case.position, False, pages, notes=notes, taken=position)


def _remind_each_morning(policy: Escalation, case: Case, owner: Person, now: datetime) -> Decision:
    reminders = [at for at, duty in _owner_schedule(policy, case) if duty is _Duty.REMINDER]
    times = (*reminders, *case.mornings)
    next_at = min(at for at in times if at > now)
    if min(times) > now:
        return Decision(None, next_at, case.position, False)
    return Decision(PageKind.REMINDER, next_at, case.position, False, tuple(_text_to(owner)))


def _page_to_one(
    policy: Escalation, case: Case, roster: Roster, now: datetime
) -> tuple[int, tuple[NewPage, ...], tuple[str, ...]]:
    """Return the first step that reaches somebody, one text to the first of them, and notes on the steps skipped."""
    position, pages, notes = _first_with_people(policy, case, roster, 0, now)
    return position, tuple(text for page in pages[:1] for text in _text_to(page.person)), notes


class _Duty(enum.Enum):
    """What is due while an owner has not tried the customer."""

    REMINDER = enum.auto()
    RESUME = enum.auto()  # escalate again, above the owner
    BREACH = enum.auto()


def _watch_the_owner(policy: Escalation, case: Case, roster: Roster, now: datetime) -> Decision:
    schedule = _owner_schedule(policy, case)
    due = {duty for at, duty in schedule if at <= now}
    next_at = min((at for at, _ in schedule if at > now), default=now + policy.again.after)
    if _Duty.RESUME in due:
        position = max(case.position, _first_above_the_owner(policy, case, roster))
        position = max(position, policy.breach) if _Duty.BREACH in due else position
        return _escalate(policy, replace(case, resumed=True, position=position, next_action_at=now), roster, now)
    if _Duty.BREACH in due and case.position <= policy.breach:
        return _page_for_breach(policy, replace(case, next_action_at=next_at), roster)
    if _Duty.REMINDER in due:
        pages = tuple(_text_to(case.owner)) if case.owner else ()
        return Decision(PageKind.REMINDER, next_at, case.position, False, pages)
    return Decision(None, next_at, case.position, False)


def _text_to(owner: Person) -> Iterator[NewPage]:
    method = _working_method(owner, ContactMethod(Channel.TEXT))
    if method is not None:
        yield NewPage(owner, method.channel, method.number)


def _owner_schedule(policy: Escalation, case: Case) -> list[tuple[datetime, _Duty]]:
    """Return what is still to come, and when, if the owner does not try the customer."""
    taken_at = case.acknowledged_at or case.opened_at
    schedule = [
        (taken_at + policy.reminder_after, _Duty.REMINDER),
        (case.due_at - policy.reminder_before_due, _Duty.REMINDER),
        (_resume_at(policy, case, taken_at), _Duty.RESUME),
        (case.due_at, _Duty.BREACH),
    ]
    done_until = case.acted_at or taken_at
    return sorted(((at, duty) for at, duty in schedule if at > done_until), key=lambda entry: entry[0])


def _resume_at(policy: Escalation, case: Case, taken_at: datetime) -> datetime:
    """Return when it escalates above the owner. One who took it at the last minute has as long as until a reminder."""
    resume_at = case.due_at - policy.resume_before_due
    return resume_at if taken_at < resume_at else taken_at + policy.reminder_after


def _page_for_breach(policy: Escalation, case: Case, roster: Roster) -> Decision:
    pages = _pages_of_step(policy, case, roster, policy.breach)
    notes = () if pages else ("Nobody to page about the breach on manager or supervisor.",)
    return Decision(PageKind.STEP, case.next_action_at, policy.breach + 1, False, pages, True, notes, policy.breach)


def _first_above_the_owner(policy: Escalation, case: Case, roster: Roster) -> int:
    layer = roster.layer_of(case.owner.id) if case.owner else None
    rank = policy.layers.index(layer) if layer in policy.layers else -1
    above = {*policy.layers[rank + 1 :], SUPERVISOR, EVERYONE, EVERYONE_ELSE}
    return next(n for n, step in enumerate(policy.steps) if any(target.who in above for target in step.targets))
