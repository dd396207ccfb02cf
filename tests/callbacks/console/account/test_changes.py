"""What users change about their second factor."""

from __future__ import annotations

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


def test_two_factor_authentication_is_turned_off_with_the_password(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    page = console.follows(console.posts("/account/no-second-factor", {"old": PASSWORD}))
    assert "Two-factor authentication is off." in page
    console.posts("/logout", {})
    assert console.logs_in("sue@example.com").headers["Location"] == "/"
