"""`check --twilio`, over HTTP against the simulated carrier: what is wrong, and how to correct it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from callbacks.cli.twilio_check import account_faults, set_urls
from callbacks.desk.canary import Canary
from callbacks.desk.desk_file import read_desk
from callbacks.paging.channels.twilio import Carrier
from callbacks.settings import Settings
from ivr.simulator import SimulatedTwilio
from ivr.simulator.account import MessagingService
from sla.clock import MovingClock
from tests.callbacks.cli.conftest import ENVIRONMENT, CommandLine
from tests.ports import held_port

DESK = read_desk(Path("support.toml"))
TOLL_FREE, DIRECT = "+18884847266", "+15148458474"
SID, TOKEN = ENVIRONMENT["TWILIO_ACCOUNT_SID"], ENVIRONMENT["TWILIO_AUTH_TOKEN"]
SERVICE = "MG" + "5" * 32
URLS = {
    "voice_url": "https://desk.test/voice/incoming", "voice_fallback_url": "https://desk.test/voice/fallback",
    "status_callback": "https://desk.test/voice/status", "sms_url": "https://desk.test/sms/incoming",
}  # fmt: skip


@dataclass
class Account:
    """A desk with an account at Twilio where everything is set up as it should be."""

    twilio: SimulatedTwilio
    settings: Settings

    def faults(self) -> list[str]:
        return list(account_faults(Carrier(self.settings), self.settings, DESK))

    def change(self, number: str, **fields: object) -> None:
        numbers = self.twilio.account.numbers
        numbers[number] = replace(numbers[number], **fields)  # type: ignore[arg-type]


@pytest.fixture
def account() -> Iterator[Account]:
    twilio = SimulatedTwilio(MovingClock(datetime(2026, 11, 23, tzinfo=UTC)), SID, TOKEN)
    for number in (TOLL_FREE, DIRECT):
        twilio.own_number(number, **URLS)
    twilio.account.permissions.toll_free[TOLL_FREE] = "TWILIO_APPROVED"
    server = make_server("127.0.0.1", 0, twilio.wsgi, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    yield Account(twilio, Settings("https://desk.test", SID, TOKEN, TOLL_FREE, "secret", twilio_url=url))
    server.shutdown()
    server.server_close()


def test_an_account_that_fits_has_no_faults(account: Account) -> None:
    assert account.faults() == []


def test_the_number_of_the_canary_calls_and_is_texted(account: Account) -> None:
    number, part = "+15145550170", Canary(number="+15145550170", line="direct")
    desk = DESK.model_copy(update={"canary": part})

    def faults() -> list[str]:
        return list(account_faults(Carrier(account.settings), account.settings, desk))

    (missing,) = faults()
    assert missing.startswith("(514) 555-0170 (canary) is not a number of this account.")
    account.twilio.own_number(number, voice_url="https://old.test")
    assert len(faults()) == 4
    assert len(list(set_urls(Carrier(account.settings), account.settings, desk))) == 4
    assert faults() == []
    account.change(number, capabilities=frozenset({"voice"}))
    assert faults() == ["(514) 555-0170 (canary) cannot receive texts. Use another number for the canary."]


def test_wrong_credentials_are_one_sentence(account: Account) -> None:
    account.settings = replace(account.settings, auth_token="wrong")
    (fault,) = account.faults()
    assert fault.startswith("Twilio rejects the credentials. Copy TWILIO_ACCOUNT_SID")


def test_no_connection_is_one_sentence(account: Account) -> None:
    with held_port() as port:
        account.settings = replace(account.settings, twilio_url=f"http://127.0.0.1:{port}")
        (fault,) = account.faults()
    assert fault == ("A request to Twilio failed. The carrier could not be reached: no connection. Try again later.")


def test_an_api_key_is_enough(account: Account) -> None:
    account.twilio.account.api_keys["SK1"] = "of the key"
    account.settings = replace(account.settings, api_key="SK1", api_secret="of the key")
    assert account.faults() == []


def test_an_account_that_is_closed_is_named(account: Account) -> None:
    account.twilio.account.status = "suspended"
    assert account.faults() == [
        "The account at Twilio is suspended, so no texts or calls go out. Contact Twilio's support."
    ]


def test_a_line_that_is_not_owned_is_named(account: Account) -> None:
    del account.twilio.account.numbers[DIRECT]
    assert account.faults() == [
        "(514) 845-8474 (direct) is not a number of this account. Buy or port it there, or correct the desk file."
    ]


@pytest.mark.parametrize("field", URLS)
def test_a_url_that_differs_is_named_with_what_to_set(account: Account, field: str) -> None:
    account.change(DIRECT, **{field: "https://elsewhere.test/"})
    (fault,) = account.faults()
    assert fault.startswith("(514) 845-8474 (direct): ")
    assert f"is https://elsewhere.test/ (POST). Set it to {URLS[field]} (POST), or run: check --twilio --set." in fault


def test_a_url_that_is_not_set_and_a_method_that_differs_are_named(account: Account) -> None:
    account.change(DIRECT, sms_url="", methods={"voice_method": "GET"})
    calls, texts = account.faults()
    assert f'"A call comes in" is {URLS["voice_url"]} (GET). Set it' in calls
    assert '"A message comes in" is nothing (POST). Set it' in texts


def test_a_number_that_something_else_handles_is_named(account: Account) -> None:
    account.change(DIRECT, trunk_sid="TK" + "1" * 32, capabilities=frozenset({"sms"}))
    cannot_call, handled = account.faults()
    assert "cannot take calls" in cannot_call
    assert f"is handled by TK{'1' * 32}, so Twilio ignores its URLs" in handled


def test_set_puts_every_url_right_and_nothing_else(account: Account) -> None:
    account.change(DIRECT, voice_url="https://elsewhere.test/", methods={"sms_method": "GET"})
    carrier = Carrier(account.settings)
    assert list(set_urls(carrier, account.settings, DESK)) == [
        'Set at Twilio for (514) 845-8474: "A call comes in", https://elsewhere.test/ -> '
        "https://desk.test/voice/incoming",
        'Set at Twilio for (514) 845-8474: "A message comes in", https://desk.test/sms/incoming (GET) -> '
        "https://desk.test/sms/incoming",
    ]
    assert account.faults() == []
    assert list(set_urls(carrier, account.settings, DESK)) == []


def test_a_document_that_twilio_serves_is_a_good_fallback(account: Account) -> None:
    carrier, static = Carrier(account.settings), f"https://handler.twilio.com/twiml/EH{'0' * 32}"
    account.change(DIRECT, voice_fallback_url=static)
    assert account.faults() == []
    assert list(set_urls(carrier, account.settings, DESK)) == []
    for other in ("https://handler.twilio.com/other", static + "0", f"https://evil.test/{static}"):
        account.change(DIRECT, voice_fallback_url=other)
        assert len(account.faults()) == 1
    account.change(DIRECT, voice_fallback_url=URLS["voice_fallback_url"], voice_url=static)
    assert len(account.faults()) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [("PENDING_REVIEW", "is PENDING_REVIEW."), ("TWILIO_REJECTED", "is TWILIO_REJECTED."), ("", "is not requested.")],
)
def test_a_toll_free_sender_needs_its_verification(account: Account, status: str, words: str) -> None:
    account.twilio.account.permissions.toll_free = {TOLL_FREE: status} if status else {}
    (fault,) = account.faults()
    assert fault == f"The toll-free verification of {TOLL_FREE} {words} Until it is approved, texts are blocked."


def test_a_sender_that_cannot_send_is_named(account: Account) -> None:
    account.change(TOLL_FREE, capabilities=frozenset({"voice"}))
    assert account.faults() == [f"TWILIO_FROM {TOLL_FREE} cannot send texts. Use a number that can."]
    account.settings = replace(account.settings, sender="+15145550123")
    assert account.faults() == [
        "TWILIO_FROM +15145550123 is not a number of this account. Twilio refuses texts from it."
    ]


def test_a_number_of_the_united_states_needs_a_campaign(account: Account) -> None:
    account.twilio.own_number("+12125550123", **URLS)
    account.settings = replace(account.settings, sender="+12125550123")
    (fault,) = account.faults()
    assert "whether +12125550123 is registered for A2P 10DLC. Put it into a messaging service" in fault


def test_a_messaging_service_is_looked_at(account: Account) -> None:
    account.settings = replace(account.settings, sender=SERVICE)
    assert account.faults() == [
        f"The messaging service {SERVICE} (TWILIO_FROM) is not in this account. Correct TWILIO_FROM."
    ]
    services = account.twilio.account.services
    services[SERVICE] = MessagingService(SERVICE, uses_urls_of_numbers=False, is_registered=False)
    empty, replies, unregistered = account.faults()
    assert empty.startswith("The messaging service has no number.")
    assert replies.endswith("Set its request URL to https://desk.test/sms/incoming (POST).")
    assert "no A2P 10DLC campaign" in unregistered
    services[SERVICE] = MessagingService(SERVICE, (DIRECT,))
    assert account.faults() == []


def test_countries_are_compared_with_those_of_the_desk(account: Account) -> None:
    permissions = account.twilio.account.permissions
    permissions.calls = permissions.calls - {"VI"} | {"CU", "LV"}
    permissions.risky_calls, permissions.no_texts = {"CU"}, {"CA", "FR"}
    assert account.faults() == [
        "Calls to VI are not allowed. Allow them at Twilio: Voice, Settings, Geo permissions.",
        "Calls to 2 more countries are allowed (CU, LV). Block the ones you do not serve.",
        "Calls to numbers with a high risk of toll fraud are allowed in CU. Block them.",
        "Texts to CA are not allowed. Allow them at Twilio: Messaging, Settings, Geo permissions.",
    ]


def test_the_command_asks_sets_and_fails_while_something_does_not_fit(cli: CommandLine, account: Account) -> None:
    service = replace(cli.service, carrier=Carrier(account.settings), settings=account.settings)
    cli.app = replace(cli.app, compose=lambda *_, **__: service)
    assert cli.does("check", "--twilio").endswith("Twilio: OK.\n")
    account.change(DIRECT, voice_url="https://elsewhere.test/")
    assert 'Error: Correct the following:\n  - (514) 845-8474 (direct): "A call' in cli.refuses("check", "--twilio")
    printed = cli.does("check", "--twilio", "--set")
    assert "https://elsewhere.test/ -> https://desk.test/voice/incoming\nTwilio: OK.\n" in printed
