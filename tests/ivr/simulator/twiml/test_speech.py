"""<Say>, <Play> and <Pause> take time."""

from __future__ import annotations

import pytest

from tests.ivr.simulator.simulation import Simulation, heard


@pytest.mark.parametrize(
    ("verb", "seconds"),
    [
        (f"<Say>{'x' * 150}</Say>", 10),
        ("<Say>x</Say>", 0.5),
        ("<Play>three-seconds.wav</Play>", 3),
        ("<Pause length='7'/>", 7),
        ("<Pause/>", 1),
    ],
)
def test_the_next_verb_runs_when_this_one_is_over(simulation: Simulation, verb: str, seconds: float) -> None:
    leg = simulation.dial(f"{verb}<Say>next</Say>", seconds - 0.1)
    assert "next" not in heard(leg)
    simulation.advance(0.2)
    assert heard(leg)[-1] == "next"


def test_what_is_said_has_its_language(simulation: Simulation) -> None:
    leg = simulation.dial("<Say language='fr-CA'>bonsoir</Say><Say>hello</Say>", 2)
    assert [(heard.text, heard.language) for heard in leg.heard] == [("bonsoir", "fr-CA"), ("hello", "")]


def test_a_file_that_does_not_answer_is_an_error_and_nothing_after_it_is_heard(simulation: Simulation) -> None:
    leg = simulation.dial("<Play>https://elsewhere.test/gone.wav</Play><Say>next</Say>", 5)
    assert "next" not in heard(leg)
    assert any("11200 https://elsewhere.test/gone.wav" in error for error in simulation.carrier.ledger.errors)


def test_a_file_of_another_kind_is_an_error(simulation: Simulation) -> None:
    leg = simulation.dial("<Play>/voice</Play><Say>next</Say>", 5)
    assert "next" not in heard(leg)
    assert any("is not played" in error for error in simulation.carrier.ledger.errors)
