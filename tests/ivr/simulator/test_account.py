"""An account: its SIDs, its credentials, and the URLs of its numbers."""

from __future__ import annotations

import pytest

from ivr.simulator.account import Account, OwnNumber
from ivr.simulator.ledger import Call, CallStatus, Direction
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, STARTS_AT


@pytest.fixture
def account() -> Account:
    account = Account("AC1", "sesame", api_keys={"SK1": "secret"})
    account.numbers[OURS] = OwnNumber(
        OURS, "https://app.test/voice", "https://app.test/status", "", "https://app.test/f"
    )
    return account


def call(direction: Direction, to: str = OURS) -> Call:
    return Call("CA1", to, CUSTOMER, direction, CallStatus.RINGING, STARTS_AT)


def test_sids_are_unique_and_have_twilios_form(account: Account) -> None:
    first, second = account.new_sid("CA"), account.new_sid("SM")
    assert (first, second) == ("CA" + "1".zfill(32), "SM" + "2".zfill(32))


@pytest.mark.parametrize(
    ("username", "password", "accepted"),
    [
        ("AC1", "sesame", True),
        ("SK1", "secret", True),
        ("AC1", "secret", False),
        ("SK2", "secret", False),
        (None, None, False),
    ],
)
def test_the_auth_token_and_the_secrets_of_api_keys_are_accepted(
    account: Account, username: str | None, password: str | None, accepted: bool
) -> None:
    assert account.accepts(username, password) is accepted


def test_the_urls_of_a_number_serve_the_calls_that_come_in_on_it(account: Account) -> None:
    inbound = call(Direction.INBOUND)
    assert account.fallback_url(inbound) == "https://app.test/f"
    assert account.ended_call_url(inbound) == "https://app.test/status"


@pytest.mark.parametrize("other", [call(Direction.OUTBOUND_API), call(Direction.INBOUND, to=AMY)])
def test_no_other_call_uses_them(account: Account, other: Call) -> None:
    assert (account.fallback_url(other), account.ended_call_url(other)) == ("", "")
