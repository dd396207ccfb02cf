"""Changing one's own password."""

from __future__ import annotations

import pytest

from callbacks.people import passwords
from tests.callbacks.console.console import PASSWORD, Console

NEW = "another password"


def test_a_password_changes_only_with_the_current_one(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.follows(console.posts("/account/password", {"old": "wrong", "password": NEW}))
    assert "That is not your password" in page
    console.posts("/account/password", {"old": PASSWORD, "password": NEW})
    assert console.client.get("/").status_code == 200
    assert console.logs_in("sue@example.com", client=console.web.test_client()).status_code == 401
    assert console.logs_in("sue@example.com", NEW, console.web.test_client()).status_code == 302


def test_every_other_session_ends_and_the_browser_is_known_by_the_new_password(console: Console) -> None:
    elsewhere = console.web.test_client()
    console.logs_in("sue@example.com", client=elsewhere)
    console.logs_in("sue@example.com")
    before = console.client.get_cookie("__Host-browser-2")
    console.posts("/account/password", {"old": PASSWORD, "password": NEW})
    assert elsewhere.get("/").status_code == 302
    assert console.client.get_cookie("__Host-browser-2") != before


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("short", "too short"),
        ("sue@example.com1", "easy to guess"),
        ("supportdesk1", "easy to guess"),
        ("x" * 1001, "too long"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(console: Console, new: str, why: str) -> None:
    console.logs_in("sue@example.com")
    assert why in console.follows(console.posts("/account/password", {"old": PASSWORD, "password": new}))
    assert console.logs_in("sue@example.com", client=console.web.test_client()).status_code == 302


def test_a_long_one_is_not_cut(console: Console) -> None:
    long = "correct horse battery " * 45
    console.logs_in("sue@example.com")
    console.posts("/account/password", {"old": PASSWORD, "password": long})
    assert console.logs_in("sue@example.com", long[:300], console.web.test_client()).status_code == 401
    assert console.logs_in("sue@example.com", long, console.web.test_client()).status_code == 302
    assert "maxlength" not in console.client.get("/account").text.split("</section>")[0]


def test_nothing_is_hashed_while_a_transaction_holds_the_database(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    console.logs_in("sue@example.com")
    busy, write = [], console.database.write

    def watched(work: object) -> object:
        busy.append(1)
        try:
            return write(work)  # type: ignore[arg-type]
        finally:
            busy.pop()

    def hashed(password: str, about: object = ()) -> str:
        assert not busy
        return passwords._hasher.hash(password)

    monkeypatch.setattr(console.database, "write", watched)
    monkeypatch.setattr(passwords, "hashed", hashed)
    console.posts("/account/password", {"old": PASSWORD, "password": NEW})
    assert console.logs_in("sue@example.com", NEW, console.web.test_client()).status_code == 302
