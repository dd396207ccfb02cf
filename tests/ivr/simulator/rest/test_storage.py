"""Recordings that an account keeps in a storage outside."""

from __future__ import annotations

import pytest

from ivr.simulator import Fault, FaultKind, Place
from ivr.simulator.rest.storage import address_of
from tests.ivr.simulator.simulation import ACCOUNT, TOKEN, Simulation, tone

API = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}"


@pytest.fixture
def address(simulation: Simulation) -> str:
    """Where the API redirects to."""
    leg = simulation.dial("<Record action='/done'/>", 1)
    leg.speak(tone(4))
    simulation.advance(6)
    leg.hang_up()
    simulation.advance(2)
    (recording,) = simulation.carrier.ledger.recordings
    simulation.carrier.faults.add(Fault(Place.MEDIA, FaultKind.REDIRECTED))
    url = f"{API}/Recordings/{recording.sid}.wav"
    response = simulation.to_carrier.get(url, auth=(ACCOUNT, TOKEN), allow_redirects=False)
    assert response.status_code == 302
    return response.headers["Location"]


def test_the_audio_is_where_the_api_redirects_to(simulation: Simulation, address: str) -> None:
    assert address.startswith("https://api.twilio.com/storage/RE")
    assert simulation.to_carrier.get(address).content == simulation.carrier.ledger.recordings[0].audio


def test_the_storage_may_have_a_host_of_its_own(simulation: Simulation) -> None:
    simulation.carrier.storage_url = "https://storage.test"
    assert address_of(simulation.carrier, "https://api.twilio.com/", "RE1").startswith(
        "https://storage.test/storage/RE1."
    )


def test_the_storage_refuses_a_login_and_a_wrong_signature(simulation: Simulation, address: str) -> None:
    assert simulation.to_carrier.get(address, auth=(ACCOUNT, TOKEN)).status_code == 400
    assert simulation.to_carrier.get(f"{address}0").status_code == 403
