"""The secret that is offered to an authenticator app."""

from __future__ import annotations

import re

import pyotp

from tests.callbacks.console.console import PASSWORD, Console


def offered(console: Console) -> str:
    found = re.search(r'name="secret" value="([A-Z2-7]{32})"', console.client.get("/account").text)
    assert found is not None
    return found[1]


def test_after_a_wrong_code_the_app_still_has_the_right_secret(console: Console) -> None:
    console.logs_in("sue@example.com")
    secret = offered(console)
    console.posts("/account/second-factor", {"secret": secret, "code": "000000", "old": PASSWORD})
    assert offered(console) == secret
    right = pyotp.TOTP(secret).at(console.clock.now())
    page = console.follows(
        console.posts("/account/second-factor", {"secret": offered(console), "code": right, "old": PASSWORD})
    )
    assert "Two-factor authentication is on." in page


def test_each_login_is_offered_a_secret_of_its_own(console: Console) -> None:
    console.logs_in("sue@example.com")
    secret = offered(console)
    console.logs_in("sue@example.com")
    assert offered(console) != secret


def test_the_cookie_does_not_show_the_secret(console: Console) -> None:
    console.logs_in("sue@example.com")
    offered(console)
    with console.client.session_transaction() as cookie:
        stored = str(cookie["offered secret"])
    assert stored.startswith("gAAAAA")  # a Fernet token
