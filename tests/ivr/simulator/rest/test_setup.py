"""What is set up for the account beside its numbers, asked with Twilio's own client."""

from __future__ import annotations

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from ivr.simulator.account import MessagingService
from ivr.simulator.in_process import mount
from tests.ivr.simulator.simulation import ACCOUNT, OURS, TOKEN, Simulation

SERVICE = "MG" + "5" * 32


@pytest.fixture
def simulation(simulation: Simulation) -> Simulation:
    for host in ("messaging", "voice", "accounts"):
        mount(simulation.to_carrier, f"https://{host}.twilio.com", simulation.carrier.wsgi)
    return simulation


def test_a_messaging_service_and_its_numbers(simulation: Simulation) -> None:
    services = simulation.client.messaging.v1.services
    with pytest.raises(TwilioRestException) as refused:
        services(SERVICE).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)
    simulation.carrier.account.services[SERVICE] = MessagingService(SERVICE, (OURS,), "https://app.test/sms", False)
    found = services(SERVICE).fetch()
    assert (found.inbound_request_url, found.use_inbound_webhook_on_number) == ("https://app.test/sms", False)
    assert found.us_app_to_person_registered
    session = simulation.to_carrier
    url = f"https://messaging.twilio.com/v1/Services/{SERVICE}/PhoneNumbers"
    assert session.get(url, auth=(ACCOUNT, TOKEN)).json()["phone_numbers"] == [{"phone_number": OURS}]


def test_verifications_of_toll_free_numbers(simulation: Simulation) -> None:
    account = simulation.carrier.account
    account.permissions.toll_free[OURS] = "PENDING_REVIEW"
    verifications = simulation.client.messaging.v1.tollfree_verifications
    sid = account.numbers[OURS].sid
    assert [each.status for each in verifications.list(tollfree_phone_number_sid=sid)] == ["PENDING_REVIEW"]
    assert verifications.list(tollfree_phone_number_sid="PN" + "9" * 32) == []


def test_countries_that_may_be_called_and_texted(simulation: Simulation) -> None:
    permissions = simulation.carrier.account.permissions
    permissions.calls, permissions.risky_calls, permissions.no_texts = {"CA", "US"}, {"LV"}, {"CU"}
    countries = simulation.client.voice.v1.dialing_permissions.countries
    assert [each.iso_code for each in countries.list(low_risk_numbers_enabled=True)] == ["CA", "US"]
    assert [each.iso_code for each in countries.list(high_risk_tollfraud_numbers_enabled=True)] == ["LV"]
    texts = simulation.client.accounts.v1.messaging_geopermissions.fetch().permissions
    assert [each["country_code"] for each in texts if not each["enabled"]] == ["CU"]


@pytest.mark.parametrize(
    "url",
    [
        "https://voice.twilio.com/v1/DialingPermissions/Countries",
        "https://messaging.twilio.com/v1/Tollfree/Verifications",
    ],
)
def test_a_login_and_known_parameters_are_asked_for(simulation: Simulation, url: str) -> None:
    assert simulation.to_carrier.get(url).status_code == 401
    refused: requests.Response = simulation.to_carrier.get(url, params={"Colour": "red"}, auth=(ACCOUNT, TOKEN))
    assert (refused.status_code, refused.json()["code"]) == (400, 20001)
