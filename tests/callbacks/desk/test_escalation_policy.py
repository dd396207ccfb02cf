"""Escalation policies as data: which one holds, what is refused, and that any that is accepted can be trusted."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from callbacks.db.states import Channel, PhoneSlot, PriorityLevel
from callbacks.desk.desk_file import Desk, desk_from, read_desk
from callbacks.desk.escalation_policy import Escalation, Step, Target
from callbacks.errors import BrokenDesk
from callbacks.oncall.roster import Roster, roster_of
from callbacks.paging.decide import Case, Decision, next_step
from callbacks.people.person import DEFAULT_METHODS, ContactMethod, ContactRule, Person

CONTENT = tomllib.loads(Path("support.toml").read_text(encoding="utf-8"))
STEPS = [{"after": "0m", "call": ["primary"]}, {"after": "5m", "text": ["everyone"]},
         {"after": "30m", "call": ["supervisor"]}]  # fmt: skip
SATURDAY_NIGHT = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
OPENED = SATURDAY_NIGHT
MINUTE = timedelta(minutes=1)


def desk_with(**policies: dict[str, Any]) -> Desk:
    content = copy.deepcopy(CONTENT)
    content["policies"] = policies
    return desk_from(content, Path("support.toml"))


def test_the_first_that_fits_by_line_priority_and_hour_holds() -> None:
    desk = desk_with(
        night={"hours": ["22:00-06:00"], "lines": ["direct"], "steps": STEPS},
        critical={"priorities": ["P1"], "steps": STEPS},
    )
    morning = SATURDAY_NIGHT + timedelta(hours=9)
    assert desk.policy_for("direct", PriorityLevel.P2, SATURDAY_NIGHT) == "night"
    assert desk.policy_for("toll-free", PriorityLevel.P2, SATURDAY_NIGHT) == "default"
    assert desk.policy_for("direct", PriorityLevel.P2, morning) == "default"
    assert desk.policy_for("direct", PriorityLevel.P1, SATURDAY_NIGHT) == "night"
    assert desk.policy_for("direct", PriorityLevel.P1, morning) == "critical"
    assert desk.policy_named("night").steps[0].targets[0].channel == Channel.CALL
    assert desk.policy_named("night").reminder_after == desk.policy.reminder_after
    assert desk.policy_named("gone since") is desk.policy


def test_a_step_can_be_taken_several_times() -> None:
    often = [{"after": "0m", "text": ["primary"], "times": 3, "every": "1m"}, *STEPS[1:]]
    steps = desk_with(often={"priorities": ["P1"], "steps": often}).policy_named("often").steps
    assert [step.after / MINUTE for step in steps] == [0, 1, 2, 5, 30]


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ({"steps": STEPS}, "would apply to everything"),
        ({"priorities": ["P1"], "steps": STEPS[:1] + STEPS[2:]}, "fewer than three people"),
        ({"priorities": ["P1"], "steps": STEPS[:2]}, "no step is at the deadline"),
        ({"priorities": ["P1"], "steps": STEPS[1:]}, "first step is later"),
        ({"lines": ["fax"], "steps": STEPS}, "no line 'fax'"),
        ({"hours": ["25:00-06:00"], "steps": STEPS}, "not a span of the day"),
        ({"priorities": ["P9"], "steps": STEPS}, "priorities"),
        ({"priorities": ["P1"], "steps": [{"after": "0m", "text": ["boss"]}, *STEPS[1:]]}, "not a layer"),
        ({"priorities": ["P1"], "steps": [{**STEPS[0], "times": 2}, *STEPS[1:]]}, "also needs `every`"),
    ],
)
def test_a_policy_that_cannot_be_trusted_is_refused_with_its_name(policy: dict[str, Any], fault: str) -> None:
    with pytest.raises(BrokenDesk, match=r"policies\.mine") as refused:
        desk_with(mine=policy)
    assert fault in str(refused.value)


def test_a_policy_that_never_tells_the_supervisor_is_refused() -> None:
    content = copy.deepcopy(CONTENT)
    content["escalation"]["again"] = {"text": ["everyone"]}
    content["escalation"]["steps"][-1] = {"after": "30m", "text": ["everyone"]}
    with pytest.raises(BrokenDesk, match="supervisor"):
        desk_from(content, Path("support.toml"))


# At random: any policy that is not refused, any people, any answers

CREW = [Person(n, name, f"+151455501{n:02d}") for n, name in enumerate(["Amy", "Ben", "Cleo", "Dan", "Sue"], 1)]
LAYERS = ("primary", "backup", "manager")
whos = st.sampled_from([*LAYERS, "supervisor", "everyone", "everyone else", "person:Dan"])
targets = st.lists(
    st.builds(Target, whos, st.sampled_from([Channel.TEXT, Channel.CALL, None])), min_size=1, max_size=3, unique=True
)
steps = st.lists(st.tuples(st.integers(0, 29), targets), max_size=6, unique_by=lambda step: step[0])
policies = st.builds(
    lambda found, first, breach, again, every: Escalation(
        LAYERS,
        (
            *(Step(minute * MINUTE, tuple(whom)) for minute, whom in sorted([(0, first), *found], key=lambda s: s[0])),
            Step(30 * MINUTE, (*breach, Target("supervisor", Channel.CALL))),
        ),
        Step(every * MINUTE, (*again, Target("supervisor", Channel.TEXT))),
        30 * MINUTE, 10 * MINUTE, 10 * MINUTE, 5 * MINUTE,
    ),
    steps.map(lambda all: [step for step in all if step[0] > 0]), targets, targets, targets, st.integers(2, 10),
)  # fmt: skip
ways = st.lists(
    st.sampled_from([*DEFAULT_METHODS, ContactMethod(Channel.MAIL), ContactMethod(Channel.CALL, PhoneSlot.SECOND)]),
    max_size=3,
    unique=True,
)
rules = st.lists(
    st.builds(
        ContactRule, st.sampled_from([ContactMethod(Channel.MAIL), ContactMethod(Channel.CALL)]), st.just(2 * MINUTE)
    ),
    max_size=1,
)


@st.composite
def rosters(draw: st.DrawFn) -> Roster:
    crew = [
        replace(person, contact_methods=tuple(draw(ways)), rules=tuple(draw(rules)), is_quiet=draw(st.booleans()),
                verified=draw(st.sampled_from([True, True, True, False])))
        for person in CREW
    ]  # fmt: skip
    on = {layer: tuple(draw(st.lists(st.sampled_from(crew), max_size=2, unique=True))) for layer in LAYERS}
    return roster_of({**on, "supervisor": (crew[4],), "fallback": tuple(crew[3:4])}, crew)


def night(
    policy: Escalation, case: Case, roster: Roster, until: timedelta
) -> list[tuple[datetime, datetime, Decision]]:
    """Sweep every five seconds: each decision with when it was due and when it was taken."""
    now, taken = case.opened_at, []
    while now <= case.opened_at + until:
        due = case.next_action_at
        decision = next_step(policy, case, roster, now)
        if decision.kind is not None and due <= now:
            taken.append((due, now, decision))
        paged = case.paged | {notice.person.id for notice in decision.pages}
        case = replace(
            case,
            position=decision.position,
            next_action_at=decision.next_action_at,
            resumed=decision.resumed,
            paged=paged,
        )
        now += timedelta(seconds=5)
    return taken


@settings(max_examples=80, deadline=None)
@given(policy=policies, roster=rosters(), passed=st.sets(st.integers(1, 5), max_size=2))
def test_somebody_is_always_paged_before_the_deadline_and_no_step_early_or_late(
    policy: Escalation, roster: Roster, passed: set[int]
) -> None:
    assume(not list(policy.faults()))
    case = Case(OPENED, OPENED + 30 * MINUTE, 0, OPENED, passed=frozenset(passed))
    taken = night(policy, case, roster, 60 * MINUTE)
    paged = [(at, notice) for _, at, decision in taken for notice in decision.pages]
    if roster.everyone() and not all(person.id in passed for person in roster.everyone()):
        assert paged
        assert paged[0][0] < OPENED + 30 * MINUTE
    for due, at, _ in taken:
        assert due <= at <= due + timedelta(seconds=10)  # not early, and not later than two sweeps
    for _, notice in paged:
        assert ContactMethod(notice.channel, notice.number) in notice.person.contact_methods
        assert notice.person.verified


@settings(max_examples=80, deadline=None)
@given(policy=policies, roster=rosters())
def test_it_never_ends_in_silence_and_the_supervisor_is_paged(policy: Escalation, roster: Roster) -> None:
    assume(not list(policy.faults()))
    sue = next((person for person in roster.people if person.name == "Sue" and person.contact_methods), None)
    taken = night(policy, Case(OPENED, OPENED + 30 * MINUTE, 0, OPENED), roster, 90 * MINUTE)
    if any(person.contact_methods for person in roster.people):
        assert [at for _, at, decision in taken if decision.pages and at > OPENED + 75 * MINUTE]
    if sue is not None:
        paged_at = [at for _, at, decision in taken for notice in decision.pages if notice.person == sue]
        assert any(at >= OPENED + 30 * MINUTE for at in paged_at)


def test_the_shortest_pause_is_the_least_time_between_two_steps() -> None:
    assert read_desk(Path("support.toml")).policy.shortest_pause == timedelta(minutes=2)
