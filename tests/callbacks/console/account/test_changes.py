"""What users change in their own account: the password, the second factor, other sessions."""

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


def test_an_account_changes_only_with_its_password(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.follows(console.posts("/account/password", {"old": "wrong", "password": "another password"}))
    assert "That is not your password" in page
    console.posts("/account/password", {"old": PASSWORD, "password": "another password"})
    assert console.client.get("/").status_code == 200
    assert console.logs_in("sue@example.com", client=console.web.test_client()).status_code == 401
    assert console.logs_in("sue@example.com", "another password", console.web.test_client()).status_code == 302


def test_logging_out_everywhere_leaves_only_this_session(console: Console) -> None:
    elsewhere = console.web.test_client()
    console.logs_in("sue@example.com", client=elsewhere)
    console.logs_in("sue@example.com")
    console.posts("/account/log-out", {"old": PASSWORD})
    assert (console.client.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)


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
