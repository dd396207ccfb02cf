"""Texts that are found at the carrier, by how late: what they still do, and who is answered.

That each counts once, with two workers or a webhook that comes after all, is tested in the stories of lost texts.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus, Channel, CustomerMessageKind, PageKind, PageState
from callbacks.db.tables import CustomerMessage, Page
from callbacks.inbound.late_texts import take_in_late
from callbacks.paging.channels.twilio import CarrierText
from tests.callbacks.inbound.texting import AMY, DESK, STRANGER, Night
from tests.scenarios.conftest import POSTGRES_IN_SOAK

pytestmark = POSTGRES_IN_SOAK


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


def finds(night: Night, sender: str, words: str, minutes: float) -> bool:
    """A text is found that many minutes after it was sent."""
    found_at = night.now + timedelta(minutes=minutes)
    text = CarrierText(
        "SM" + "1" * 32, sender, DESK.lines["direct"].number, words, CarrierStatus.NONE, night.now, is_incoming=True
    )
    return night.database.write(lambda session: take_in_late(session, DESK, text, found_at))


def answers(night: Night) -> list[str]:
    rows = select(Page.words).where(Page.kind == PageKind.TEXT_ANSWER)
    return night.database.read(lambda session: list(session.scalars(rows)))


@pytest.mark.parametrize(("minutes", "begins"), [(2, ""), (15, ""), (16, "Your text of")])
def test_after_a_quarter_of_an_hour_an_answer_says_what_it_answers(night: Night, minutes: float, begins: str) -> None:
    assert finds(night, AMY, night.code, minutes)
    (answer,) = answers(night)
    assert "is yours" in answer
    assert answer.startswith(begins)
    assert ("only arrived now" in answer) == bool(begins)
    assert night.callback.acknowledged_at == night.now
    assert not finds(night, AMY, night.code, minutes)


@pytest.mark.parametrize(("minutes", "rings"), [(4, True), (6, False)])
def test_a_connection_is_made_for_five_minutes_and_then_asked_for_again(
    night: Night, minutes: float, rings: bool
) -> None:
    finds(night, AMY, f"call {night.code}", minutes)
    states = select(Page.state).where(Page.channel == Channel.CONNECTION)
    (state,) = night.database.read(lambda session: list(session.scalars(states)))
    assert (state is PageState.DUE) == rings
    (answer,) = answers(night)
    assert (f'Send "call {night.code}" again' in answer) != rings
    assert night.callback.owner is not None


@pytest.mark.parametrize(("minutes", "is_answered"), [(59, True), (61, False)])
def test_somebody_who_is_no_technician_is_answered_for_an_hour(night: Night, minutes: float, is_answered: bool) -> None:
    finds(night, STRANGER, "hello", minutes)
    rows = select(CustomerMessage.address).where(CustomerMessage.kind == CustomerMessageKind.ANSWER)
    expected = [STRANGER] if is_answered else []
    assert night.database.read(lambda session: list(session.scalars(rows))) == expected
