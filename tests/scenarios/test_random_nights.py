"""Nights at random: whatever people do, nobody is paged after an attempt is on record, nor forgotten before."""

from __future__ import annotations

import contextlib
import random
from datetime import datetime, timedelta

import pytest

from callbacks.db.states import CallbackState
from ivr.rehearsal.scenario import StoryFailed
from ivr.simulator import Habit
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK
CREW = ("Amy", "Ben", "Cleo", "Sue")
WORDS = ("{code}", "call {code}", "pass {code}", "who {code}", "ok", "ack {code}", "na {code}", "msg {code}", "hello?")


# What the carrier does in a night, beside what people do.
CAPRICES = (
    ("sending", "report first"),
    ("message-status", "doubled"),
    ("message-status", "reordered"),
    ("message-status", "lost"),
    ("status", "doubled"),
    ("status", "reordered"),
    ("status", "lost"),
    ("bridge", "false bridge"),
)
OF_CUSTOMERS = (Habit.RINGS, Habit.REJECTS, Habit.BUSY, Habit.NO_SUCH_NUMBER, Habit.SWITCHED_OFF, Habit.NEVER_DIALED)


def is_capricious(desk: ScenarioDesk, dice: random.Random) -> None:
    """Something of the network changes."""
    if dice.random() < 0.5:
        desk.fails(*dice.choice(CAPRICES))
    customer = desk.customer().phone
    customer.habit, customer.rings_after = dice.choice(OF_CUSTOMERS), timedelta(seconds=dice.choice([0, 0, 8]))


def acts(desk: ScenarioDesk, dice: random.Random) -> None:
    """Somebody does something: answers a ringing phone and presses keys, or texts."""
    person = desk.phone_of(dice.choice(CREW))
    ringing = person.phone.ringing
    if ringing is not None and dice.random() < 0.7:
        if dice.random() < 0.3:
            ringing.reject()
            return
        ringing.answer()
        desk.scenario.seconds_pass(dice.randint(3, 20))
        ringing.press("".join(dice.choice("12345*") for _ in range(dice.randint(1, 3))))
    elif any("/t/" in text.body for text in person.phone.texts):
        with contextlib.suppress(StoryFailed):  # no page with a code came to them yet
            person.texts(dice.choice(WORDS))
    desk.scenario.settle()


def paged_at(desk: ScenarioDesk) -> list[datetime]:
    """Every instant at which a text or a call of an escalation went to a technician."""
    texts = [
        text.at for name in CREW for text in desk.phone_of(name).phone.texts
        if "back by" in text.body or "LATE (" in text.body or "reminder" in text.body
    ]  # fmt: skip
    return sorted(texts)


@pytest.mark.parametrize("seed", range(2))
def test_a_night_at_random(desk: ScenarioDesk, seed: int) -> None:
    live_through(desk, seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 121))
def test_many_nights_at_random(desk: ScenarioDesk, seed: int) -> None:
    live_through(desk, seed)


def live_through(desk: ScenarioDesk, seed: int) -> None:
    dice = random.Random(seed)
    desk.leaves_a_message()
    opened = desk.now
    while desk.now < opened + timedelta(minutes=75):
        desk.scenario.seconds_pass(dice.choice([5, 20, 60, 150, 300]))
        if dice.random() < 0.35:
            acts(desk, dice)
        if dice.random() < 0.2:
            is_capricious(desk, dice)
    desk.scenario.settle()
    attempted_at = desk.callback.attempted_at
    paged = paged_at(desk)
    assert paged
    assert paged[0] < desk.callback.due_at
    if attempted_at is not None:
        on_the_wire = timedelta(seconds=10)
        assert [at for at in paged if at > attempted_at + on_the_wire] == []
    elif desk.callback.state == CallbackState.OPEN:
        # Whoever takes it late is left alone for ten minutes; otherwise nothing falls silent for longer than that.
        last = max(paged[-1], desk.callback.acknowledged_at or opened)
        assert desk.now - last <= timedelta(minutes=11)
        assert desk.callback.next_action_at is not None
    staff = {"+15145550101", "+15145550102", "+15145550103", "+15145550104"}
    customer = {"+15145550199"}
    assert {m.to for m in desk.carrier.ledger.messages if m.direction == "outbound-api"} <= staff
    assert {c.to for c in desk.carrier.ledger.calls if c.direction != "inbound"} <= staff | customer
    desk.scenario.minutes_pass(5)
    desk.scenario.ignore_so_far()
