"""One WSGI app serves the REST API and the browser phone."""

from __future__ import annotations

import base64

import pytest

from ivr.simulator import Fault, FaultKind, Place
from ivr.simulator.in_process import ResponseLost
from tests.ivr.simulator.simulation import ACCOUNT, AMY, OURS, TOKEN, Simulation

LOGIN = {"Authorization": "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()}
API = f"/2010-04-01/Accounts/{ACCOUNT}"


def test_the_api_and_the_browser_phone_stand_on_one_address(simulation: Simulation) -> None:
    assert simulation.browser.get(f"{API}.json", headers=LOGIN).json["sid"] == ACCOUNT  # type: ignore[index]
    assert "Browser phone" in simulation.browser.get("/").text
    with simulation.browser.get("/static/phones.js") as script:
        assert script.status_code == 200


def test_a_lost_response_breaks_the_connection_instead_of_showing_an_error_page(simulation: Simulation) -> None:
    simulation.carrier.faults.add(Fault(Place.MESSAGES, FaultKind.RESPONSE_LOST))
    with pytest.raises(ResponseLost):
        simulation.browser.post(f"{API}/Messages.json", headers=LOGIN, data={"To": AMY, "From": OURS, "Body": "hello"})
