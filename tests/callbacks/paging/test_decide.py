"""The escalation policy: who is paged when, as the desk's own rule has it (policy: How the desk escalates)."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callbacks.db.states import Channel, PageKind, PhoneSlot
from callbacks.desk.desk_file import read_desk
from callbacks.desk.escalation_policy import Escalation, Target
from callbacks.oncall.roster import Roster, roster_of
from callbacks.paging.decide import Case, Decision, next_step
from callbacks.people.person import ContactMethod, ContactRule, Person

DESK = read_desk(Path("support.toml"))
POLICY = DESK.policy
AMY, BEN, CLEO, SUE = (Person(n, name, f"+151455501{n:02d}") for n, name in enumerate(["Amy", "Ben", "Cleo", "Sue"], 1))
ROSTER = Roster({"primary": (AMY,), "backup": (BEN,), "manager": (CLEO,), "supervisor": (SUE,)})
OPENED = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def opened() -> Case:
    return Case(OPENED, OPENED + minutes(29), 0, OPENED)


def lived(policy: Escalation, case: Case, roster: Roster, until: timedelta) -> list[tuple[float, Decision]]:
    """Sweep every five seconds, as a worker would, and give every decision that paged somebody, by its minute."""
    now, found = case.opened_at, []
    while now <= case.opened_at + until:
        decision = next_step(policy, case, roster, now)
        acted = now if decision.kind == PageKind.REMINDER or case.owner else case.acted_at
        case = replace(case, position=decision.position, next_action_at=decision.next_action_at)
        case = replace(case, resumed=decision.resumed, acted_at=acted)
        if decision.pages:
            found.append(((now - case.opened_at) / minutes(1), decision))
        now += timedelta(seconds=5)
    return found


def night(found: list[tuple[float, Decision]]) -> list[tuple[float, str]]:
    return [(minute, ", ".join(f"{n.channel.value} {n.person.name}" for n in d.pages)) for minute, d in found]


def test_a_deadline_later_than_that_of_the_policy_changes_no_step_before_it() -> None:
    """A missed call in support hours is due after an hour: the steps keep their minutes, and the breach comes then."""
    case = replace(opened(), due_at=OPENED + minutes(60))
    everyone = "text Cleo, text Amy, text Ben, call Cleo"
    assert night(lived(POLICY, case, ROSTER, minutes(65))) == [
        *((0, "text Amy"), (3, "call Amy"), (6, "text Ben"), (8, "call Ben"), (12, everyone), (20, everyone)),
        *((30, everyone), (40, everyone), (50, everyone), (60, "text Cleo, text Sue, call Cleo, call Sue")),
    ]


@pytest.mark.parametrize(
    ("roster", "texted"),
    [
        (Roster({"primary": (AMY,), "supervisor": (SUE,)}), "text Sue"),
        (Roster({"primary": (AMY,)}), "text Amy"),  # without anybody else, rather her again than nobody
    ],
)
def test_when_everybody_has_passed_it_on_the_supervisor_is_paged(roster: Roster, texted: str) -> None:
    passed = replace(opened(), position=1, passed=frozenset({AMY.id}))
    assert night(lived(POLICY, passed, roster, minutes(15))) == [(0, texted), (10, texted)]


def test_nobody_answers_all_night() -> None:
    assert night(lived(POLICY, opened(), ROSTER, minutes(50))) == [
        (0, "text Amy"),
        (3, "call Amy"),
        (6, "text Ben"),
        (8, "call Ben"),
        (12, "text Cleo, text Amy, text Ben, call Cleo"),
        (20, "text Cleo, text Amy, text Ben, call Cleo"),
        (29, "text Cleo, text Sue, call Cleo, call Sue"),
        (39, "text Amy, text Ben, text Cleo, text Sue, call Amy, call Ben, call Cleo, call Sue"),
        (49, "text Amy, text Ben, text Cleo, text Sue, call Amy, call Ben, call Cleo, call Sue"),
    ]


def test_the_deadline_is_a_breach_and_nothing_before_it_is() -> None:
    found = lived(POLICY, opened(), ROSTER, minutes(40))
    assert [minute for minute, decision in found if decision.breach] == [29, 39]


def test_an_owner_who_does_not_try_is_reminded_and_then_passed_over() -> None:
    taken = replace(opened(), owner=AMY, acknowledged_at=OPENED + minutes(1), position=1, acted_at=OPENED + minutes(1))
    taken = replace(taken, opened_at=OPENED + minutes(1))
    assert night(lived(POLICY, taken, ROSTER, minutes(40))) == [
        (10, "text Amy"),  # ten minutes after she took it
        (18, "text Amy"),  # ten minutes before the deadline
        (23, "text Ben"),  # five minutes before it
        (24, "call Ben"),
        (25, "text Cleo, text Ben, call Cleo"),
        (26, "text Cleo, text Ben, call Cleo"),
        (28, "text Cleo, text Sue, call Cleo, call Sue"),
        (38, "text Amy, text Ben, text Cleo, text Sue, call Amy, call Ben, call Cleo, call Sue"),
    ]


def test_taken_at_the_last_minute_the_breach_is_told_and_the_owner_keeps_it_for_ten_minutes() -> None:
    at = OPENED + minutes(27)
    taken = replace(opened(), opened_at=at, owner=BEN, acknowledged_at=at, acted_at=at, position=6)
    assert night(lived(POLICY, taken, ROSTER, minutes(11))) == [
        (2, "text Cleo, text Sue, call Cleo, call Sue"),
        (10, "text Amy, text Ben, text Cleo, text Sue, call Amy, call Ben, call Cleo, call Sue"),
    ]


def test_whoever_hands_it_on_is_not_asked_again_before_the_deadline() -> None:
    passed = replace(opened(), position=1, passed=frozenset({AMY.id}))
    assert night(lived(POLICY, passed, ROSTER, minutes(28))) == [
        (0, "text Ben"),
        (2, "call Ben"),
        (6, "text Cleo, text Ben, call Cleo"),
        (14, "text Cleo, text Ben, call Cleo"),
        (24, "text Cleo, text Ben, call Cleo"),  # nothing falls silent for longer than ten minutes
    ]


def test_while_nobody_can_be_paged_the_deadline_is_not_missed_by_a_minute() -> None:
    nobody = replace(opened(), due_at=OPENED + timedelta(seconds=90))
    found = next_step(POLICY, nobody, Roster({}), OPENED + timedelta(minutes=1))
    assert found.next_action_at == nobody.due_at


def test_a_layer_with_nobody_on_it_costs_no_time() -> None:
    alone = Roster({"primary": (), "backup": (BEN,), "manager": (), "supervisor": ()})
    found = lived(POLICY, opened(), alone, minutes(28))
    assert night(found)[:2] == [(0, "text Ben"), (2, "call Ben")]
    assert "Nobody to page on primary" in found[0][1].notes[0]


def test_somebody_on_two_layers_is_never_paged_twice_at_once_and_the_others_keep_their_steps() -> None:
    twice = Roster({"primary": (AMY,), "backup": (AMY,), "manager": (CLEO,), "supervisor": (SUE,)})
    found = lived(POLICY, opened(), twice, minutes(31))
    for _, decision in found:
        asked = [(notification.person, notification.channel) for notification in decision.pages]
        assert len(asked) == len(set(asked))
    assert {n.person for _, decision in found for n in decision.pages} == {AMY, CLEO, SUE}
    assert next(minute for minute, decision in found if CLEO in {n.person for n in decision.pages}) <= 12


def test_one_person_alone_is_paged_again_and_again() -> None:
    alone = Roster({"primary": (AMY,), "backup": (), "manager": (), "supervisor": ()})
    assert [minute for minute, _ in night(lived(POLICY, opened(), alone, minutes(28)))] == [0, 3, 6, 14, 24]


def test_after_an_outage_the_supervisor_hears_of_it_right_after_the_first_page() -> None:
    late = Case(OPENED, OPENED + minutes(29), 0, OPENED)
    first = next_step(POLICY, late, ROSTER, OPENED + minutes(300))
    assert [n.person for n in first.pages] == [AMY]
    then = replace(late, position=first.position, next_action_at=first.next_action_at)
    second = next_step(POLICY, then, ROSTER, OPENED + minutes(300))
    assert {n.person for n in second.pages} == {CLEO, SUE}


def test_after_an_outage_an_owner_who_did_not_try_is_passed_over_at_once_and_stays_so() -> None:
    taken = replace(opened(), owner=AMY, acknowledged_at=OPENED + minutes(1), position=1, acted_at=OPENED + minutes(1))
    decision = next_step(POLICY, taken, ROSTER, OPENED + minutes(31))
    assert {n.person for n in decision.pages} == {CLEO, SUE}
    assert (decision.resumed, decision.breach) == (True, True)
    assert decision.next_action_at == OPENED + minutes(41)


def test_with_nobody_at_all_it_waits_a_minute_and_looks_again() -> None:
    decision = next_step(POLICY, opened(), Roster({}), OPENED)
    assert (decision.kind, decision.next_action_at) == (None, OPENED + minutes(1))
    assert decision.notes


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"steps": POLICY.steps[1:]}, "first step is later"),
        ({"steps": POLICY.steps[:-1]}, "no step is at the deadline"),
        ({"steps": POLICY.steps[:2] + POLICY.steps[-1:]}, "fewer than three people"),
        ({"steps": (POLICY.steps[1], POLICY.steps[0], *POLICY.steps[2:])}, "after the one before it"),
        ({"layers": ("primary", "backup")}, "which is not a layer"),
    ],
)
def test_a_policy_that_cannot_be_trusted_is_refused(change: dict[str, object], fault: str) -> None:
    assert any(fault in found for found in replace(POLICY, **change).faults())  # type: ignore[arg-type]


def test_the_policy_as_shipped_is_trusted() -> None:
    assert list(POLICY.faults()) == []


rosters = st.builds(
    lambda p, b, m, s: Roster({"primary": p, "backup": b, "manager": m, "supervisor": s}),
    *([st.lists(st.sampled_from([AMY, BEN, CLEO, SUE]), max_size=3, unique=True).map(tuple)] * 4),
)


@settings(max_examples=60, deadline=None)
@given(roster=rosters, passed=st.sets(st.sampled_from([1, 2, 3, 4]), max_size=3), talk=st.integers(0, 12))
def test_whoever_is_there_is_paged_before_the_deadline_and_never_forgotten(
    roster: Roster, passed: set[int], talk: int
) -> None:
    case = replace(opened(), due_at=OPENED + minutes(30 - talk), passed=frozenset(passed))
    found = lived(POLICY, case, roster, minutes(60))
    willing = [person for person in roster.everyone() if person.id not in passed]
    before = [minute for minute, _ in found if minute < 30 - talk]
    if willing:
        assert before[0] == 0
    if roster.everyone():
        silences = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(found)]
        assert max(silences, default=0) <= 10.1
        assert found[-1][0] >= 49


def test_in_a_gap_everybody_is_on_call() -> None:
    assert roster_of(dict.fromkeys(POLICY.layers, ()), [AMY, BEN]).everyone() == (AMY, BEN)


def test_an_unverified_number_never_counts() -> None:
    dan = Person(9, "Dan", "+15145550109", verified=False)
    assert roster_of({"primary": (dan,), "backup": (AMY,)}, [dan, AMY]).everyone() == (AMY,)
    assert roster_of({"primary": (dan,)}, [dan]).everyone() == ()


def test_a_layer_with_nobody_falls_to_the_stand_in() -> None:
    layers = {"primary": (), "backup": (BEN,), "manager": (CLEO,), "supervisor": (SUE,), "fallback": (AMY,)}
    roster = roster_of(layers, [AMY, BEN, CLEO, SUE])
    assert roster.on("primary") == (AMY,)
    assert night(lived(POLICY, opened(), roster, minutes(4))) == [(0, "text Amy"), (3, "call Amy")]


def test_somebody_whom_nothing_reaches_is_as_good_as_absent() -> None:
    lost = replace(AMY, contact_methods=())
    layers = {"primary": (lost,), "backup": (BEN,), "manager": (CLEO,), "supervisor": (SUE,)}
    assert night(lived(POLICY, opened(), roster_of(layers, [lost, BEN, CLEO, SUE]), minutes(1))) == [(0, "text Ben")]


def test_somebody_whom_no_text_reaches_is_rung_instead() -> None:
    stopped = replace(AMY, contact_methods=(ContactMethod(Channel.CALL),))
    found = lived(POLICY, opened(), replace(ROSTER, layers={**ROSTER.layers, "primary": (stopped,)}), minutes(4))
    assert night(found) == [(0, "call Amy"), (3, "call Amy")]


def test_a_persons_own_rules_are_added_the_first_time_they_are_paged() -> None:
    second = ContactMethod(Channel.CALL, PhoneSlot.SECOND)
    eager = replace(AMY, contact_methods=(*AMY.contact_methods, second, ContactMethod(Channel.MAIL)))
    eager = replace(eager, rules=(ContactRule(ContactMethod(Channel.MAIL)), ContactRule(second, minutes(1))))
    roster = replace(ROSTER, layers={**ROSTER.layers, "primary": (eager,)})
    first = next_step(POLICY, opened(), roster, OPENED)
    assert [(n.channel, n.number, n.after) for n in first.pages] == [
        (Channel.TEXT, PhoneSlot.FIRST, minutes(0)),
        (Channel.MAIL, PhoneSlot.FIRST, minutes(0)),
        (Channel.CALL, PhoneSlot.SECOND, minutes(1)),
    ]
    later = replace(opened(), position=first.position, paged=frozenset({AMY.id}), next_action_at=first.next_action_at)
    assert [n.channel for n in next_step(POLICY, later, roster, first.next_action_at).pages] == [Channel.CALL]


def test_quiet_hours_spare_somebody_only_while_there_are_others_and_only_before_the_deadline() -> None:
    quiet = replace(AMY, is_quiet=True)
    layers: dict[str, tuple[Person, ...]]
    layers = {"primary": (quiet,), "backup": (BEN,), "manager": (CLEO,), "supervisor": (SUE,)}
    found = night(lived(POLICY, opened(), roster_of(layers, [quiet, BEN, CLEO, SUE]), minutes(40)))
    assert found[0][1] == "text Ben"
    assert [minute for minute, words in found if "Amy" in words] == [39]
    alone = roster_of({"primary": (quiet,)}, [quiet])
    assert night(lived(POLICY, opened(), alone, minutes(1))) == [(0, "text Amy")]


def test_a_step_can_name_a_person_and_leave_the_channel_to_their_rules() -> None:
    step = replace(POLICY.steps[0], targets=(Target("person:sue", None),))
    policy = replace(POLICY, steps=(step, *POLICY.steps[1:]))
    roster = roster_of(ROSTER.layers, [AMY, BEN, CLEO, SUE])
    notices = next_step(policy, opened(), roster, OPENED).pages
    assert [(n.person, n.channel, n.after) for n in notices] == [
        (SUE, Channel.TEXT, minutes(0)),
        (SUE, Channel.CALL, minutes(3)),
    ]
    assert list(policy.faults()) == []


# A call that perhaps no person made

MORNING = datetime(2026, 11, 29, 13, tzinfo=UTC)
DAY = timedelta(days=1)


def perhaps_robot(owner: Person | None = None, taken_at: datetime = MORNING) -> Case:
    """Return the case at its first morning, or as its owner took it."""
    heard = {"owner": owner, "acknowledged_at": taken_at, "acted_at": taken_at} if owner else {}
    case = Case(MORNING, MORNING + minutes(30), 0, MORNING, mornings=(MORNING, MORNING + DAY))
    return replace(case, **heard)  # type: ignore[arg-type]


def mornings(case: Case, roster: Roster, until: timedelta) -> list[tuple[datetime, str]]:
    """Take every decision when it is due, and return when somebody was paged, and who."""
    found, now = [], MORNING
    while now <= MORNING + until:
        next_one = MORNING + DAY * (1 + (now - MORNING) // DAY)
        since = case.acted_at or now
        case = replace(case, mornings=(MORNING + DAY * (1 + (since - MORNING) // DAY), next_one))
        decision = next_step(POLICY, case, roster, now)
        assert (decision.breach, decision.resumed, decision.position) == (False, False, 0)
        assert now < decision.next_action_at <= next_one
        found += [(now, f"{page.channel.value} {page.person.name}") for page in decision.pages]
        acted_at = now if decision.kind is PageKind.REMINDER else case.acted_at
        now, case = decision.next_action_at, replace(case, next_action_at=decision.next_action_at, acted_at=acted_at)
    return found


def test_one_that_perhaps_no_person_made_is_one_text_each_morning_to_the_first_person_on_call() -> None:
    at = [MORNING, MORNING + DAY, MORNING + 2 * DAY]
    assert mornings(perhaps_robot(), ROSTER, 2 * DAY) == [(each, "text Amy") for each in at]


def test_it_is_one_text_to_one_person_whatever_the_first_step_and_their_own_rules_say() -> None:
    loud = replace(AMY, rules=(ContactRule(ContactMethod(Channel.CALL)), ContactRule(ContactMethod(Channel.TEXT))))
    two = Roster({"primary": (loud, BEN), "backup": (CLEO,), "manager": (), "supervisor": ()})
    assert mornings(perhaps_robot(), two, minutes(60)) == [(MORNING, "text Amy")]


def test_before_its_time_nothing_is_sent() -> None:
    case = replace(perhaps_robot(), next_action_at=MORNING + DAY)
    decision = next_step(POLICY, case, ROSTER, MORNING + minutes(40))
    assert (decision.kind, decision.pages, decision.next_action_at) == (None, (), MORNING + DAY)


def test_whoever_passed_it_on_is_not_paged_again_before_the_deadline() -> None:
    decision = next_step(POLICY, replace(perhaps_robot(), passed=frozenset({AMY.id})), ROSTER, MORNING)
    assert [page.person.name for page in decision.pages] == ["Ben"]


def test_with_nobody_on_call_it_goes_where_pages_go_then() -> None:
    nobody = roster_of(dict.fromkeys(ROSTER.layers, ()), [BEN, CLEO])
    assert mornings(perhaps_robot(), nobody, minutes(60)) == [(MORNING, "text Ben")]


def test_with_nobody_to_page_it_is_tried_again_in_a_minute() -> None:
    decision = next_step(POLICY, perhaps_robot(), Roster({}), MORNING)
    assert (decision.kind, decision.next_action_at) == (None, MORNING + minutes(1))
    assert decision.notes


def test_its_owner_is_reminded_as_usual_and_each_morning_and_nobody_else_is_paged() -> None:
    taken_at = MORNING + minutes(5)
    at = [taken_at + minutes(10), MORNING + minutes(20), MORNING + DAY, MORNING + 2 * DAY]
    case = perhaps_robot(AMY, taken_at)
    assert mornings(case, ROSTER, 2 * DAY) == [(each, "text Amy") for each in at]


def test_an_owner_who_took_it_in_the_night_is_reminded_in_the_morning() -> None:
    case = perhaps_robot(AMY, MORNING - timedelta(hours=9))
    assert [page.person.name for page in next_step(POLICY, case, ROSTER, MORNING).pages] == ["Amy"]


def test_an_owner_who_cannot_be_reached_is_not_the_only_one_who_hears_of_it() -> None:
    silent = replace(AMY, contact_methods=())
    decision = next_step(POLICY, perhaps_robot(silent, MORNING - minutes(60)), ROSTER, MORNING)
    assert (decision.kind, len(decision.pages)) == (PageKind.STEP, 1)
