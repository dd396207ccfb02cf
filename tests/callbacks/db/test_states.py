"""The states: whatever the code looks up by a value exists for every value."""

from __future__ import annotations

import enum

import pytest

from callbacks.console.link_page.screen import OUTCOMES
from callbacks.db import states
from callbacks.db.states import CarrierStatus, PageKind, ReachOutcome, ReportedOutcome, carrier_status
from callbacks.paging.page_results import KINDS
from ivr.technician.flow import OUTCOME_KEYS

ENUMS = [each for each in vars(states).values() if isinstance(each, type) and issubclass(each, enum.Enum)]


@pytest.mark.parametrize("kind", ENUMS)
def test_no_state_is_equal_to_a_string(kind: type[enum.Enum]) -> None:
    assert all(member != member.value for member in kind)


def test_every_status_of_the_carrier_has_a_rank() -> None:
    assert set(states.RANKS) == set(CarrierStatus)


def test_a_status_that_we_do_not_know_is_none() -> None:
    assert [carrier_status(text) for text in ("delivered", "teleported", "")] == [
        CarrierStatus.DELIVERED,
        CarrierStatus.NONE,
        CarrierStatus.NONE,
    ]


def test_every_kind_of_page_is_worded() -> None:
    assert set(KINDS) == set(PageKind)


def test_every_outcome_can_be_reported_by_link_and_by_key() -> None:
    assert set(OUTCOMES) == set(OUTCOME_KEYS.values()) == set(ReportedOutcome)


def test_every_reported_outcome_is_an_outcome_of_the_attempt() -> None:
    assert {outcome: outcome.of_attempt for outcome in ReportedOutcome} == {
        ReportedOutcome.RESOLVED: ReachOutcome.REACHED,
        ReportedOutcome.CONTINUING: ReachOutcome.CONTINUING,
        ReportedOutcome.WORKAROUND: ReachOutcome.WORKAROUND,
        ReportedOutcome.LEFT_A_MESSAGE: ReachOutcome.LEFT_A_MESSAGE,
        ReportedOutcome.NO_ANSWER: ReachOutcome.NO_ANSWER,
        ReportedOutcome.WRONG_NUMBER: ReachOutcome.WRONG_NUMBER,
    }
