"""Who can be paged when layers are empty, people unreachable, or nobody is on call."""

from __future__ import annotations

from dataclasses import replace

from callbacks.desk.escalation_policy import FALLBACK, SUPERVISOR
from callbacks.oncall.roster import Roster, Shift, roster_of
from callbacks.people.person import DEFAULT_METHODS, Person
from tests.callbacks.oncall.plans import AMY, BEN, CLEO, CREW, DAN, at


def names(people: tuple[Person, ...]) -> list[str]:
    return [person.name for person in people]


def roster(people: tuple[Person, ...] = CREW, **layers: tuple[Person, ...]) -> Roster:
    return roster_of({"primary": (), "backup": (), **layers}, people)


def test_a_layer_lists_its_people_in_the_order_they_are_paged() -> None:
    found = roster(primary=(BEN, AMY), backup=(AMY,))
    assert names(found.on("primary")) == ["Ben", "Amy"]
    assert names(found.everyone()) == ["Ben", "Amy"]
    assert found.layers_of(AMY.id) == ("primary", "backup")
    assert (found.layer_of(AMY.id), found.layer_of(CLEO.id)) == ("primary", None)
    assert found.on("fax") == ()


def test_a_person_without_a_verified_number_or_a_working_method_is_not_on_call() -> None:
    new, stopped = replace(AMY, verified=False), replace(BEN, contact_methods=())
    found = roster((new, stopped, CLEO), primary=(new, stopped, CLEO))
    assert names(found.on("primary")) == ["Cleo"]
    assert names(found.people) == ["Cleo"]


def test_when_no_method_works_for_anybody_text_and_call_are_tried_again() -> None:
    stopped = tuple(replace(person, contact_methods=()) for person in CREW)
    found = roster(stopped, primary=stopped[:1])
    assert names(found.on("primary")) == ["Amy"]
    assert found.on("primary")[0].contact_methods == DEFAULT_METHODS


def test_an_empty_layer_gets_the_fallback() -> None:
    found = roster(backup=(BEN,), **{FALLBACK: (DAN,)})
    assert (names(found.on("primary")), names(found.on("backup"))) == (["Dan"], ["Ben"])


def test_when_nobody_is_on_call_everybody_but_the_supervisors_is() -> None:
    found = roster(**{SUPERVISOR: (CLEO,)})
    assert (names(found.on("primary")), names(found.on("backup"))) == (["Amy", "Ben", "Dan"], [])
    alone = roster((CLEO,), **{SUPERVISOR: (CLEO,)})
    assert names(alone.on("primary")) == ["Cleo"]


def test_supervisors_are_never_part_of_everyone_and_the_highest_layer_answers_without_them() -> None:
    found = roster(primary=(AMY,), backup=(BEN,), **{SUPERVISOR: (CLEO,), FALLBACK: (DAN,)})
    assert names(found.everyone()) == ["Amy", "Ben"]
    assert names(found.supervisors()) == ["Cleo"]
    assert names(roster(primary=(AMY,), backup=(BEN,)).supervisors()) == ["Ben"]
    assert names(roster(primary=(AMY,), backup=(BEN,), **{FALLBACK: (DAN,)}).supervisors()) == ["Dan"]


def test_a_person_is_found_by_name_whatever_the_case() -> None:
    assert names(roster(primary=(AMY,)).named(" dAN ")) == ["Dan"]
    assert roster(primary=(AMY,)).named("Eve") == ()


def test_a_shift_covers_its_start_and_not_its_end() -> None:
    night = Shift(AMY, "primary", at("2026-03-09T18:00"), at("2026-03-10T08:00"))
    times = ("2026-03-09T17:59", "2026-03-09T18:00", "2026-03-10T07:59", "2026-03-10T08:00")
    assert [night.covers(at(time)) for time in times] == [False, True, True, False]
    assert Shift(AMY, "primary").covers(at("2026-03-09T18:00"))
