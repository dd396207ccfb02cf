"""The state that the page draws: phones with their calls and texts, and the faults."""

from __future__ import annotations

from ivr.simulator.browser.state import CUSTOMERS
from tests.ivr.simulator.simulation import AMY, BEN, CUSTOMER, OURS, STARTS_AT, Simulation, tone


def test_every_phone_is_shown(simulation: Simulation) -> None:
    state = simulation.state()
    assert [phone["number"] for phone in state["customers"]] == list(CUSTOMERS)
    assert [(phone["name"], phone["number"]) for phone in state["technicians"]] == [("Amy Roy", AMY), ("Ben Cole", BEN)]
    assert state["now"] == state["target"] == STARTS_AT.isoformat()


def test_a_phone_shows_its_call_as_it_stands(simulation: Simulation) -> None:
    leg = simulation.dial("<Say language='en-CA'>hello</Say><Record/>", 2)
    (shown,) = simulation.state()["customers"][0]["legs"]
    assert shown == {
        "sid": leg.call.sid,
        "state": "in-progress",
        "other": OURS,
        "incoming": False,
        "connected": None,
        "recording": True,
        "speaking": False,
        "heard": [
            {"at": STARTS_AT.isoformat(), "kind": "say", "text": "hello", "language": "en-CA"},
            {"at": "2026-11-29T03:00:00.500000+00:00", "kind": "beep", "text": "", "language": ""},
        ],
    }
    leg.speak(tone(3))
    simulation.advance(1)
    (shown,) = simulation.state()["customers"][0]["legs"]
    assert (shown["recording"], shown["speaking"]) == (False, True)


def test_connected_phones_name_each_other(simulation: Simulation) -> None:
    simulation.dial(f"<Dial>{AMY}</Dial>", 1)
    simulation.ringing(AMY).answer()
    simulation.advance(1)
    state = simulation.state()
    assert state["customers"][0]["legs"][0]["connected"] == "Amy Roy"
    assert state["technicians"][0]["legs"][0]["connected"] == CUSTOMER


def test_texts_are_shown_on_both_sides(simulation: Simulation) -> None:
    simulation.text(AMY)
    simulation.carrier.phone(AMY).send_text(OURS, "ack 583112")
    simulation.carrier.phone(BEN).send_text(OURS, "who 583112")
    simulation.advance(1)
    amy = simulation.state()["technicians"][0]
    assert [(text["sender"], text["body"]) for text in amy["texts"]] == [(OURS, "hello")]
    assert [text["body"] for text in amy["sent"]] == ["ack 583112"]


def test_a_fault_shows_how_often_it_will_still_happen(simulation: Simulation) -> None:
    simulation.switch_on("busy", 5, AMY)
    simulation.switch_on("suspended", "always")
    assert [(fault["only_for"], fault["remaining"]) for fault in simulation.state()["faults"]] == [
        ("Amy Roy", 5),
        ("", None),
    ]
