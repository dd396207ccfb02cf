"""A change of the second factor is confirmed with the second factor."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.callbacks.console.account.two_factor import (
    SECRET,
    adds_passkey,
    code,
    confirmation,
    logs_in_by_passkey,
    with_passkey,
    with_second_factor,
)
from tests.callbacks.console.console import PASSWORD, Console
from tests.callbacks.people.authenticator import Authenticator

REFUSED = "Confirm this with your second factor."
OFF = "The authenticator app is off."


def logs_in_with_code(console: Console) -> None:
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))


def turns_off(console: Console, **fields: str) -> str:
    return console.follows(console.posts("/account/no-second-factor", {"old": PASSWORD, **fields}))


@pytest.mark.parametrize("fields", [{}, {"factor_code": "000000"}, {"signed": "{}"}, {"code": "000000"}])
def test_the_password_alone_does_not_end_it(console: Console, fields: dict[str, str]) -> None:
    with_second_factor(console)
    logs_in_with_code(console)
    assert REFUSED in turns_off(console, **fields)
    assert OFF in turns_off(console, factor_code=code(console))


def test_the_factor_alone_does_not_end_it_either(console: Console) -> None:
    with_second_factor(console)
    logs_in_with_code(console)
    assert "That is not your password" in turns_off(console, old="wrong", factor_code=code(console))


def test_wrong_codes_are_counted_although_the_change_is_refused(console: Console) -> None:
    with_second_factor(console)
    logs_in_with_code(console)
    for _ in range(5):
        turns_off(console, factor_code="000000")
    console.clock.pass_time(timedelta(minutes=1))
    assert OFF not in turns_off(console, factor_code=code(console))
    console.posts("/logout", {})
    assert console.logs_in("sue@example.com").status_code == 401  # this browser is locked, and no other
    assert console.logs_in("sue@example.com", client=console.web.test_client()).status_code == 302


def test_a_passkey_confirms_the_end_of_the_app_and_of_itself(console: Console) -> None:
    device = with_passkey(console)
    logs_in_by_passkey(console, device)
    app = {"secret": SECRET, "code": code(console), "old": PASSWORD}
    assert REFUSED in console.follows(console.posts("/account/second-factor", app))
    app["code"], signed = code(console), {"signed": confirmation(console, device)}
    assert "authentication is on" in console.follows(console.posts("/account/second-factor", {**app, **signed}))
    console.clock.pass_time(timedelta(minutes=1))
    assert REFUSED in turns_off(console, **signed)  # the same answer again
    assert OFF in turns_off(console, signed=confirmation(console, device))
    console.clock.pass_time(timedelta(minutes=1))
    gone = {"old": PASSWORD, "passkey": "1", "signed": confirmation(console, device)}
    assert "The passkey Laptop was removed." in console.follows(console.posts("/account/no-passkey", gone))


def test_a_second_passkey_needs_the_first(console: Console) -> None:
    device, second = with_passkey(console), Authenticator()
    logs_in_by_passkey(console, device)
    assert REFUSED in adds_passkey(console, second)
    assert "was added" in adds_passkey(console, second, signed=confirmation(console, device), name="Phone")


def test_somebody_elses_passkey_confirms_nothing(console: Console) -> None:
    with_second_factor(console)
    theirs = Authenticator()
    console.logs_in("rita@example.com")
    adds_passkey(console, theirs)
    console.posts("/logout", {})
    logs_in_with_code(console)
    assert REFUSED in turns_off(console, signed=confirmation(console, theirs))


def test_an_answer_for_the_login_confirms_nothing(console: Console) -> None:
    device = with_passkey(console)
    logs_in_by_passkey(console, device)
    signed = device.signs(console.posts("/login/passkey/options", {}).text)
    fields = {"old": PASSWORD, "passkey": "1", "signed": signed}
    assert REFUSED in console.follows(console.posts("/account/no-passkey", fields))


def test_wrong_passkeys_are_throttled_counted_and_recorded_like_wrong_codes(console: Console) -> None:
    device = with_passkey(console)
    logs_in_by_passkey(console, device)
    for _ in range(5):
        assert REFUSED in turns_off(console, signed="{}")
    failed = ("sue@example.com", "failed to log in")
    assert console.audit_entries().count(failed) == 4
    assert console.audit_entries()[-1] == ("sue@example.com", "failed to log in: the account is locked now")
    assert "by passkey, 127.0.0.1" in console.audit_details("failed to log in")[0]


def test_confirmations_by_passkey_are_throttled(console: Console) -> None:
    device = with_passkey(console)
    logs_in_by_passkey(console, device)
    # Each takes two of the ten attempts of a minute: the password, and what the device signed.
    shown = [turns_off(console, signed="{}") for _ in range(6)]
    assert "Too many login attempts." in shown[-1]


def test_whoever_has_passkeys_only_confirms_with_a_recovery_code(console: Console) -> None:
    device = Authenticator()
    console.logs_in("sue@example.com")
    codes = re.findall(r"\d{4}-\d{4}-\d{4}-\d{4}", adds_passkey(console, device))
    gone = {"old": PASSWORD, "passkey": "1"}
    refused = console.follows(console.posts("/account/no-passkey", {**gone, "factor_code": "0000-0000-0000-0000"}))
    assert REFUSED in refused
    shown = console.follows(console.posts("/account/no-passkey", {**gone, "factor_code": codes[0]}))
    assert "The passkey Laptop was removed." in shown


def test_without_an_app_a_code_of_six_digits_confirms_nothing(console: Console) -> None:
    device = with_passkey(console)
    logs_in_by_passkey(console, device)
    assert REFUSED in turns_off(console, factor_code=code(console))
