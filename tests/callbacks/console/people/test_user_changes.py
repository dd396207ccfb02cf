"""Administrators add, change and remove the users of the console."""

from __future__ import annotations

import pytest

from tests.callbacks.console.console import PASSWORD, Console


def test_an_administrator_adds_changes_and_removes_users(console: Console) -> None:
    console.logs_in("ada@example.com")
    new = {"email": "New@Example.com", "role": "technician", "technician": "Ben Cole", "password": PASSWORD}
    assert "new@example.com" in console.follows(console.posts("/users/add", new))
    theirs = console.web.test_client()
    assert console.logs_in("new@example.com", client=theirs).status_code == 302
    console.posts("/users/password", {"email": "new@example.com", "password": "another password"})
    assert theirs.get("/").status_code == 302
    console.posts("/users/remove", {"email": "new@example.com"})
    assert console.logs_in("new@example.com", "another password", console.web.test_client()).status_code == 401


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"email": "x@example.com", "role": "technician", "password": PASSWORD}, "Choose which technician"),
        (
            {"email": "x@example.com", "role": "technician", "technician": "Amy Roy", "password": PASSWORD},
            "already has an account",
        ),
        ({"email": "x@example.com", "role": "reader", "password": "short"}, "too short"),
        ({"email": "nobody", "role": "reader", "password": PASSWORD}, "not an email address"),
        ({"email": "sue@example.com", "role": "reader", "password": PASSWORD}, "There is already a user"),
    ],
)
def test_a_user_that_makes_no_sense_is_refused_in_words(console: Console, fields: dict[str, str], words: str) -> None:
    console.logs_in("ada@example.com")
    assert words in console.follows(console.posts("/users/add", fields))


def test_nobody_removes_themselves(console: Console) -> None:
    console.logs_in("ada@example.com")
    assert "cannot remove yourself" in console.follows(console.posts("/users/remove", {"email": "ada@example.com"}))
