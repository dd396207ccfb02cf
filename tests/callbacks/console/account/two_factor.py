"""Two-factor authentication, as a user with an authenticator app or a passkey does it."""

from __future__ import annotations

from datetime import timedelta

import pyotp
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.callbacks.console.console import PASSWORD, Console
from tests.callbacks.people.authenticator import Authenticator

SECRET = pyotp.random_base32()


def code(console: Console, later: timedelta = timedelta(0)) -> str:
    return pyotp.TOTP(SECRET).at(console.clock.now() + later)


def with_second_factor(console: Console) -> None:
    console.logs_in("sue@example.com")
    fields = {"secret": SECRET, "code": code(console), "old": PASSWORD}
    console.posts("/account/second-factor", fields)
    console.posts("/logout", {})
    console.clock.pass_time(timedelta(minutes=1))


def adds_passkey(console: Console, device: Authenticator, **fields: str) -> str:
    """Add a passkey to the account that is logged in, and return the screen that follows."""
    made = device.makes(console.posts("/account/passkeys/add/options", {}).text)
    typed = {"name": "Laptop", "old": PASSWORD, "credential": made, **fields}
    shown = console.follows(console.posts("/account/passkey", typed))
    console.clock.pass_time(timedelta(minutes=1))
    return shown


def with_passkey(console: Console) -> Authenticator:
    device = Authenticator()
    console.logs_in("sue@example.com")
    adds_passkey(console, device)
    console.posts("/logout", {})
    return device


def confirmation(console: Console, device: Authenticator) -> str:
    """What the device signs to confirm a change of the account."""
    return device.signs(console.posts("/account/passkeys/confirm/options", {}).text)


def logs_in_by_passkey(console: Console, device: Authenticator, client: FlaskClient | None = None) -> TestResponse:
    signed = device.signs(console.posts("/login/passkey/options", {}, client).text)
    answer = console.posts("/login/passkey", {"signed": signed}, client)
    console.clock.pass_time(timedelta(minutes=1))  # what is asked before a passkey's last use is refused
    return answer
