"""Two-factor authentication, as a user with an authenticator app does it."""

from __future__ import annotations

from datetime import timedelta

import pyotp

from tests.callbacks.console.console import PASSWORD, Console

SECRET = pyotp.random_base32()


def code(console: Console, later: timedelta = timedelta(0)) -> str:
    return pyotp.TOTP(SECRET).at(console.clock.now() + later)


def with_second_factor(console: Console) -> None:
    console.logs_in("sue@example.com")
    fields = {"secret": SECRET, "code": code(console), "old": PASSWORD}
    console.posts("/account/second-factor", fields)
    console.posts("/logout", {})
    console.clock.pass_time(timedelta(minutes=1))
