"""Administrators change and remove the users of the console."""

from __future__ import annotations

from sqlalchemy import select

from callbacks.db.tables import AuditEntry
from callbacks.records import audit_log
from tests.callbacks.console.account.two_factor import adds_passkey, with_passkey, with_second_factor
from tests.callbacks.console.console import PASSWORD, Console
from tests.callbacks.people.authenticator import Authenticator


def details(console: Console) -> list[str]:
    entries = select(AuditEntry).order_by(AuditEntry.id)
    found = console.database.read(lambda s: s.scalars(entries).all())
    return [f"{entry.what}: {audit_log.details_of(entry).get('result', '')}" for entry in found]


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
    assert "rita@example.com was reader and is now supervisor" in shown
    assert theirs.get("/").status_code == 302
    console.logs_in("rita@example.com", client=theirs)
    assert "Your role requires a second factor" in theirs.get("/").text
    assert any("rita@example.com was reader and is now supervisor" in detail for detail in details(console))


def test_an_invalid_role_is_refused_with_a_message(console: Console) -> None:
    console.logs_in("ada@example.com")
    for role, words in (("king", "no role"), ("technician", "Choose which technician")):
        assert words in console.follows(console.posts("/users/role", {"email": "rita@example.com", "role": role}))


def test_an_administrator_lets_in_a_user_who_lost_an_app_or_a_passkey(console: Console) -> None:
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


def test_nobody_turns_off_their_own_factor_here_or_gets_a_link_for_their_own_password(console: Console) -> None:
    """Account asks for the password and the factor, this screen for neither."""
    console.logs_in("ada@example.com")
    adds_passkey(console, Authenticator())
    for act in ("no-second-factor", "invite"):
        shown = console.follows(console.posts(f"/users/{act}", {"email": "ADA@example.com"}))
        assert "on your own account" in shown
        assert "/invitation/" not in shown
    assert "Laptop" in console.client.get("/account").text
    own = console.client.get("/users").text.partition("<summary>ada@example.com")[2].partition("<summary>amy")[0]
    assert ("Turn off two-factor" in own, "Send a password link" in own) == (False, False)
