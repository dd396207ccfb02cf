"""Administrators change and remove the users of the console."""

from __future__ import annotations

from sqlalchemy import select

from callbacks.db.tables import AuditEntry
from callbacks.records.audit_log import details_of
from tests.callbacks.console.account.two_factor import with_passkey, with_second_factor
from tests.callbacks.console.console import PASSWORD, Console


def details(console: Console) -> list[str]:
    entries = console.database.read(lambda s: s.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
    return [f"{entry.what}: {', '.join(details_of(entry).values())}" for entry in entries]


def test_an_administrator_removes_users(console: Console) -> None:
    console.logs_in("ada@example.com")
    theirs = console.web.test_client()
    console.logs_in("rita@example.com", client=theirs)
    assert "rita@example.com (reader) was removed" in console.follows(
        console.posts("/users/remove", {"email": "rita@example.com"})
    )
    assert theirs.get("/").status_code == 302
    assert console.logs_in("rita@example.com", PASSWORD, console.web.test_client()).status_code == 401
    assert any("users: remove: rita@example.com (reader) was removed" in detail for detail in details(console))


def test_nobody_removes_or_promotes_themselves(console: Console) -> None:
    console.logs_in("ada@example.com")
    assert "cannot remove yourself" in console.follows(console.posts("/users/remove", {"email": "ada@example.com"}))
    role = {"email": "ada@example.com", "role": "reader"}
    assert "cannot change your own role" in console.follows(console.posts("/users/role", role))


def test_another_role_is_for_the_next_login(console: Console) -> None:
    theirs = console.web.test_client()
    console.logs_in("rita@example.com", client=theirs)
    console.logs_in("ada@example.com")
    shown = console.follows(console.posts("/users/role", {"email": "rita@example.com", "role": "supervisor"}))
    assert "rita@example.com was reader and is supervisor now" in shown
    assert theirs.get("/").status_code == 302
    console.logs_in("rita@example.com", client=theirs)
    assert "Your role needs a second factor" in theirs.get("/").text
    assert any("rita@example.com was reader and is supervisor now" in detail for detail in details(console))


def test_a_role_that_does_not_fit_is_refused_in_words(console: Console) -> None:
    console.logs_in("ada@example.com")
    for role, words in (("king", "no role"), ("technician", "Choose which technician")):
        assert words in console.follows(console.posts("/users/role", {"email": "rita@example.com", "role": role}))


def test_whoever_lost_an_app_or_a_passkey_is_let_in_by_an_administrator(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("ada@example.com")
    shown = console.follows(console.posts("/users/no-second-factor", {"email": "sue@example.com"}))
    assert "Removed: authenticator app." in shown
    assert any("users: no-second-factor: sue@example.com" in detail for detail in details(console))
    console.posts("/logout", {})
    assert console.logs_in("sue@example.com").headers["Location"] == "/"


def test_a_lost_passkey_opens_nothing_any_more(console: Console) -> None:
    with_passkey(console)
    console.logs_in("ada@example.com")
    shown = console.follows(console.posts("/users/no-second-factor", {"email": "sue@example.com"}))
    assert "Removed: passkey Laptop." in shown
    console.posts("/logout", {})
    assert console.logs_in("sue@example.com").headers["Location"] == "/"
