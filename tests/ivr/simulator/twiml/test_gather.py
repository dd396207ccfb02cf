"""<Gather>: keys, the end of the digits, and what follows without any."""

from __future__ import annotations

from tests.ivr.simulator.simulation import Simulation, heard


def test_a_key_interrupts_the_prompt_of_a_gather(simulation: Simulation) -> None:
    leg = simulation.dial(
        "<Gather numDigits='1' action='/chosen'><Say>a long prompt " + "x" * 600 + "</Say></Gather>", 1
    )
    leg.press("7")
    simulation.advance(1)
    assert simulation.requests_to("chosen")[0]["Digits"] == "7"


def test_without_a_key_the_verb_after_the_gather_runs(simulation: Simulation) -> None:
    leg = simulation.dial("<Gather action='/chosen'><Say>press</Say></Gather><Say>too late</Say>", 10)
    assert (heard(leg), simulation.requests_to("chosen")) == (["press", "too late"], [])


def test_with_action_on_empty_result_the_action_is_asked_all_the_same(simulation: Simulation) -> None:
    simulation.dial("<Gather action='/chosen' actionOnEmptyResult='true'><Say>press</Say></Gather>", 10)
    assert simulation.requests_to("chosen")[0]["Digits"] == ""


def test_the_finishing_key_ends_the_digits(simulation: Simulation) -> None:
    leg = simulation.dial("<Gather action='/chosen'/>", 1)
    leg.press("42#9")
    simulation.advance(1)
    assert simulation.requests_to("chosen")[0]["Digits"] == "42"


def test_each_key_gives_the_caller_time_for_the_next_one(simulation: Simulation) -> None:
    leg = simulation.dial("<Gather action='/chosen' timeout='5'/>", 4)
    leg.press("4")
    simulation.advance(4)
    leg.press("2")
    simulation.advance(4)
    assert simulation.requests_to("chosen") == []
    simulation.advance(1)
    assert simulation.requests_to("chosen")[0]["Digits"] == "42"
