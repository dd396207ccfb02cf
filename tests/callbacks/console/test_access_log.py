"""The audit log records failed and locked logins, refusals, logouts and ended sessions, and cannot be flooded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.console import access_log
from callbacks.db.tables import AuditEntry
from tests.callbacks.console.account.two_factor import with_second_factor
from tests.callbacks.console.console import PASSWORD, Console

MINUTE = timedelta(minutes=1)


def test_a_failed_login_says_who_was_typed_and_from_where(console: Console) -> None:
    console.logs_in("Sue@example.com ", "wrong password", console.seen_from("192.0.2.7"))
    assert console.audit_entries() == [("sue@example.com", "failed to log in")]
    assert console.audit_details("failed to log in") == ["by password, 192.0.2.7"]


@pytest.mark.parametrize(
    ("typed", "who"),
    [("my secret words", "nobody"), ("", "nobody"), (" a@b ", "a@b"), ("x" * 300 + "@b", "x" * 255)],
)
def test_only_an_email_address_is_recorded_as_typed(typed: str, who: str) -> None:
    assert access_log.as_typed(typed) == who


def test_a_lock_and_what_it_refuses_are_recorded_the_refusals_once_a_minute(console: Console) -> None:
    for _ in range(9):
        console.logs_in("sue@example.com", "wrong")
    whats = [what for _, what in console.audit_entries()]
    assert whats == [
        *["failed to log in"] * 4,
        "failed to log in: the account is locked now",
        "was refused: the account is locked",
    ]
    console.clock.pass_time(MINUTE)
    console.logs_in("sue@example.com")
    assert len(console.audit_details("was refused: the account is locked")) == 2


def test_too_many_attempts_are_recorded_once_a_minute_and_address(console: Console) -> None:
    for address in ("192.0.2.1", "192.0.2.2"):
        client = console.seen_from(address)
        for _ in range(15):
            console.logs_in("nobody@example.com", "wrong", client)
    assert console.audit_details("was refused: too many login attempts") == ["192.0.2.1", "192.0.2.2"]


def test_a_wrong_code_is_a_failed_login(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": "000000"})
    assert console.audit_details("failed to log in") == ["by code, 127.0.0.1"]


def test_a_page_that_a_role_may_not_open_is_recorded_once_a_minute(console: Console) -> None:
    console.logs_in("rita@example.com")
    for _ in range(3):
        assert console.client.get("/audit?x=1").status_code == 403
    assert console.client.get("/users").status_code == 403
    assert console.audit_details("was refused") == ["GET /audit, 127.0.0.1", "GET /users, 127.0.0.1"]
    console.clock.pass_time(MINUTE)
    console.client.get("/audit")
    assert len(console.audit_details("was refused")) == 3


def test_logging_out_and_ending_sessions_are_recorded(console: Console) -> None:
    console.logs_in("sue@example.com")
    console.posts("/account/sessions/end-others", {"old": PASSWORD})
    console.posts("/logout", {})
    console.posts("/logout", {})  # nobody is logged in
    assert [what for _, what in console.audit_entries()] == ["logged in", "ended a session", "logged out"]


def test_no_password_is_ever_in_the_log(console: Console) -> None:
    console.logs_in("sue@example.com", "a wrong one that I use elsewhere")
    console.posts("/login", {"email": PASSWORD, "password": "sue@example.com"})
    stored = console.database.read(lambda s: [(e.who, e.what, e.detail) for e in s.scalars(select(AuditEntry))])
    assert len(stored) == 2
    assert "elsewhere" not in str(stored)
    assert PASSWORD not in str(stored)
