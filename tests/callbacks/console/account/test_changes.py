"""What users change about their second factor."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from callbacks.db.tables import AuditEntry
from tests.callbacks.console.account.two_factor import SECRET, code, with_second_factor
from tests.callbacks.console.console import PASSWORD, Console


def test_a_second_factor_begins_only_when_the_app_has_the_secret(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.follows(
        console.posts("/account/second-factor", {"secret": SECRET, "code": "000000", "old": PASSWORD})
    )
    assert "This is not the code that the app shows" in page
    assert "Logging in asks for a code" not in page


def test_no_password_secret_or_code_stands_in_the_log(console: Console) -> None:
    with_second_factor(console)
    told = console.database.read(lambda s: " ".join(entry.detail for entry in s.scalars(select(AuditEntry))))
    assert SECRET not in told
    assert PASSWORD not in told


def test_the_app_is_turned_off_with_the_password_and_a_code(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))
    page = console.follows(console.posts("/account/no-second-factor", {"old": PASSWORD, "factor_code": code(console)}))
    assert "The authenticator app is off." in page
    assert "Add a passkey or an authenticator app" in page  # Sue's role needs one, at once
    assert console.client.get("/").headers["Location"] == "/account"
    console.posts("/logout", {})
    assert console.logs_in("sue@example.com").headers["Location"] == "/"


def test_a_change_of_the_second_factor_ends_every_other_session_half_ones_too(console: Console) -> None:
    elsewhere, half = console.web.test_client(), console.web.test_client()
    console.logs_in("sue@example.com", client=elsewhere)
    with_second_factor(console)
    assert elsewhere.get("/").status_code == 302
    console.logs_in("sue@example.com", client=half)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))
    console.logs_in("sue@example.com", client=half)
    console.posts("/account/no-second-factor", {"old": PASSWORD, "factor_code": code(console)})
    assert console.client.get("/account").status_code == 200
    assert half.get("/login/code").headers["Location"] == "/login"
