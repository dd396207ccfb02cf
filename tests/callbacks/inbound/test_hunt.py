"""Whom to ring for a caller who waits: a table of how the search stands, and what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from callbacks.desk.desk_file import Ringing, read_desk
from callbacks.inbound.hunt import (
    LATE_BY,
    SCREEN,
    GiveUp,
    Hunt,
    KeepWaiting,
    Ring,
    RingNow,
    in_order,
    may_still_connect,
    next_step,
)
from callbacks.people.person import Person

IN_ORDER = read_desk(Path("support.toml")).ringing  # each rings for 20 seconds, the hunt lasts 90
NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
AMY, BEN, CLEO = 1, 2, 3
ALL = (AMY, BEN, CLEO)


def with_order(order: Literal["in order", "together", "longest idle"]) -> Ringing:
    return IN_ORDER.model_copy(update={"order": order})


TOGETHER, LONGEST_IDLE = with_order("together"), with_order("longest idle")


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def hunt(
    *rings: Ring, free: tuple[int, ...] = ALL, busy: frozenset[int] = frozenset(), ahead: int = 0, waited: float = 10
) -> Hunt:
    return Hunt(free, busy, rings, ahead, ago(waited))


def rung(id: int, seconds: float, *, picked_up: bool = False, over: bool = False) -> Ring:
    return Ring(id, ago(seconds), picked_up, over)


RINGS, BUSY = KeepWaiting(all_are_busy=False), KeepWaiting(all_are_busy=True)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (hunt(), RingNow((AMY,))),
        (hunt(rung(AMY, 10)), RINGS),
        (hunt(rung(AMY, 10, over=True)), RingNow((BEN,))),
        (hunt(rung(AMY, 20)), RINGS),  # the report that nobody answered is on its way
        (hunt(rung(AMY, 20 + LATE_BY.total_seconds())), RingNow((BEN,))),  # it was lost
        (hunt(rung(AMY, 40, picked_up=True)), RINGS),  # who hears the question may press the key
        (hunt(rung(AMY, 20 + SCREEN.total_seconds(), picked_up=True)), RingNow((BEN,))),
        (hunt(rung(AMY, 30, over=True), rung(BEN, 5), free=(CLEO,)), RINGS),
        (hunt(rung(AMY, 60, over=True), rung(BEN, 40, over=True), rung(CLEO, 9, over=True)), GiveUp()),
        (hunt(rung(BEN, 30, over=True), free=(AMY, BEN)), RingNow((AMY,))),  # she was on another call before
        (hunt(rung(AMY, 30, over=True), free=(), busy=frozenset({BEN})), BUSY),
        (hunt(rung(AMY, 30, over=True), free=(), busy=frozenset({AMY})), GiveUp()),  # only who was rung in vain
        (hunt(free=(), busy=frozenset(ALL)), BUSY),
        (hunt(free=(), busy=frozenset(ALL), waited=90), BUSY),
        (hunt(free=(), busy=frozenset(ALL), waited=91), GiveUp()),
        (hunt(rung(AMY, 30, over=True), waited=91), GiveUp()),
        (hunt(rung(BEN, 5), waited=91), RINGS),  # a phone that rings is waited for
        (hunt(free=(AMY,), ahead=1), BUSY),  # she goes to the one who has waited longer
        (hunt(free=(AMY, BEN), ahead=1), RingNow((BEN,))),
        (hunt(free=()), GiveUp()),
    ],
)
def test_in_order(given: Hunt, expected: RingNow | KeepWaiting | GiveUp) -> None:
    assert next_step(IN_ORDER, given, NOW) == expected
    assert next_step(LONGEST_IDLE, given, NOW) == expected  # the same with those who are free in another order


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (hunt(), RingNow(ALL)),
        (hunt(rung(AMY, 5), rung(BEN, 5), rung(CLEO, 5)), RINGS),
        (hunt(rung(AMY, 5), rung(BEN, 5)), RingNow((CLEO,))),  # she has just become free
        (hunt(*(rung(id, 15, over=True) for id in ALL)), GiveUp()),
        (hunt(rung(AMY, 15, over=True), rung(BEN, 15), free=(AMY, BEN)), RINGS),
        (hunt(free=ALL, ahead=2), RingNow((CLEO,))),
        (hunt(free=ALL, ahead=3), BUSY),
        (hunt(waited=91), GiveUp()),
    ],
)
def test_together(given: Hunt, expected: RingNow | KeepWaiting | GiveUp) -> None:
    assert next_step(TOGETHER, given, NOW) == expected


def test_nobody_is_rung_twice_for_the_same_caller() -> None:
    over = tuple(rung(id, 60, over=True) for id in ALL)
    for ringing in (IN_ORDER, TOGETHER):
        assert next_step(ringing, hunt(*over, waited=30), NOW) == GiveUp()


def test_the_longest_idle_comes_first_and_who_never_took_a_call_before_all() -> None:
    people = [Person(id, name, f"+1514555010{id}") for id, name in ((AMY, "Amy"), (BEN, "Ben"), (CLEO, "Cleo"))]
    last = {AMY: ago(60), BEN: ago(600)}
    assert [person.id for person in in_order(LONGEST_IDLE, people, last)] == [CLEO, BEN, AMY]
    assert [person.id for person in in_order(LONGEST_IDLE, people, {})] == [AMY, BEN, CLEO]
    assert [person.id for person in in_order(IN_ORDER, people, last)] == [AMY, BEN, CLEO]


def test_a_technician_who_took_the_call_is_waited_for_unless_their_own_call_is_over() -> None:
    ring = rung(AMY, 30, picked_up=True)
    each = IN_ORDER.each
    assert may_still_connect(ring, each, NOW)
    assert not may_still_connect(replace(ring, is_over=True), each, NOW)
    assert not may_still_connect(rung(AMY, 20 + 2 * SCREEN.total_seconds(), picked_up=True), each, NOW)
