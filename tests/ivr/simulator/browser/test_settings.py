"""Without any settings the browser phone shows the phones alone."""

from __future__ import annotations

from ivr.simulator.browser.settings import BrowserSettings
from tests.ivr.simulator.simulation import OURS, Simulation


def test_without_settings_there_are_only_the_customers_and_the_clock_stays(simulation: Simulation) -> None:
    for name, value in vars(BrowserSettings()).items():
        setattr(simulation.carrier.browser, name, value)
    state = simulation.state()
    assert (state["technicians"], state["target"], state["speed"], state["zone"]) == ([], None, None, "UTC")
    assert state["lines"] == [{"number": OURS, "name": OURS}]
    assert simulation.post("/clock", {"seconds": 60}) == (404, "This clock cannot be moved.")


def test_the_page_follows_a_setting_that_is_changed(simulation: Simulation) -> None:
    simulation.carrier.browser.line_names = {OURS: "direct line"}
    assert simulation.state()["lines"] == [{"number": OURS, "name": "direct line"}]
