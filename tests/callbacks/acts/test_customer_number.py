"""The number that the customer is called on: ordinary, risky, or none at all."""

from __future__ import annotations

import pytest

from callbacks.acts import wording
from callbacks.acts.connect import Connect
from callbacks.acts.customer_number import Consent, SetNumber
from callbacks.db.event_kinds import EventKind
from tests.callbacks.acts.night import SUE, Night

PREMIUM, JAMAICA = "+19005550142", "+18765550142"


@pytest.mark.parametrize("written", ["514-555-0142", "(514) 555 0142", "+1 514 555 0142"])
def test_an_ordinary_number_is_called_from_now_on_and_search_finds_it(night: Night, written: str) -> None:
    night.amy_does(SetNumber(written))
    assert (night.callback.call.customer_number, night.callback.consented_by) == ("+15145550142", None)
    assert night.events(EventKind.NUMBER_CHANGED) == [("Amy Roy", EventKind.NUMBER_CHANGED, "(514) 555-0142")]


@pytest.mark.parametrize("written", ["555", "a pizza", ""])
def test_what_is_not_a_number_is_refused(night: Night, written: str) -> None:
    before = night.callback.call.customer_number
    assert "cannot be called" in night.refusal(SetNumber(written), night.at_console()).english
    assert night.callback.call.customer_number == before


def test_a_risky_number_is_entered_by_a_supervisor_whose_name_is_on_record(night: Night) -> None:
    refusal = night.refusal(SetNumber(JAMAICA), night.by(night.amy))
    assert refusal.english.endswith("A supervisor must enter it.")
    night.sue_does(SetNumber(JAMAICA))
    assert (night.callback.call.customer_number, night.callback.consented_by) == (JAMAICA, SUE)


def test_an_ordinary_number_after_a_risky_one_needs_no_consent(night: Night) -> None:
    night.sue_does(SetNumber(JAMAICA))
    night.amy_does(SetNumber("514 555 0142"))
    assert night.callback.consented_by is None


def test_a_supervisor_allows_the_risky_number_of_a_caller(night: Night) -> None:
    night.callback = night.callback_of("CA2", PREMIUM)
    assert night.refusal(Connect(), night.by(night.amy)).english.endswith("A supervisor must allow it first.")
    assert night.sue_does(Consent()) == wording.consented(night.callback.reference)
    assert (night.callback.call.customer_number, night.callback.consented_by) == (PREMIUM, SUE)
    ((actor, _, detail),) = night.events(EventKind.CONSENTED)
    assert (actor, detail) == (SUE, f"{PREMIUM} (a premium-rate number) may be called")


@pytest.mark.parametrize(("caller", "named"), [("anonymous", "anonymous"), ("", "The caller")])
def test_a_caller_without_a_number_cannot_be_allowed(night: Night, caller: str, named: str) -> None:
    night.callback = night.callback_of("CA2", caller)
    refusal = night.refusal(Consent(), night.at_console())
    assert refusal.english == f"{named} cannot be called: number withheld."
