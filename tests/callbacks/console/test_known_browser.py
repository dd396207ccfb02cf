"""Known browsers: a signed cookie for one user, which ends with the password, after a year, and when it is forged."""

from __future__ import annotations

from datetime import timedelta

from flask import Response

from callbacks.console import known_browser
from callbacks.db.tables import User
from callbacks.people import users
from tests.callbacks.console.console import Console


def user(console: Console, name: str) -> User:
    return console.database.read(lambda s: users.user_named(s, f"{name}@example.com"))


def cookie_for(console: Console, who: User) -> str:
    """Return what the browser sends after a login."""
    with console.web.test_request_context("/"):
        known_browser.remember(who, console.clock.now())
        answer = console.web.process_response(Response())
    return answer.headers["Set-Cookie"].partition(";")[0]


def device(console: Console, cookie: str, who: User, after: timedelta = timedelta(0)) -> str:
    with console.web.test_request_context("/", headers={"Cookie": cookie}):
        return known_browser.device_of(who, console.clock.now() + after)


def test_a_browser_is_known_to_its_user_and_each_has_a_name_of_its_own(console: Console) -> None:
    sue = user(console, "sue")
    cookies = [cookie_for(console, sue) for _ in range(2)]
    devices = [device(console, each, sue) for each in cookies]
    assert len(set(devices)) == 2
    assert all(len(each) == 32 for each in devices)
    assert device(console, "", sue) == ""


def test_the_cookie_is_ignored_for_another_user(console: Console) -> None:
    sue, ada = user(console, "sue"), user(console, "ada")
    name, _, value = cookie_for(console, sue).partition("=")
    renamed = f"{name.replace(str(sue.id), str(ada.id))}={value}"
    assert device(console, renamed, ada) == ""


def test_it_ends_after_a_year_and_with_the_password(console: Console) -> None:
    sue = user(console, "sue")
    cookie = cookie_for(console, sue)
    assert device(console, cookie, sue, timedelta(days=364))
    assert not device(console, cookie, sue, timedelta(days=365))
    sue.password_hash = "another"
    assert not device(console, cookie, sue)


def test_a_forged_cookie_is_ignored(console: Console) -> None:
    sue = user(console, "sue")
    name, _, value = cookie_for(console, sue).partition("=")
    for forged in (value[:-1], f"x{value}", "", "[]", value.replace(".", ".x"), "é"):
        assert not device(console, f"{name}={forged}", sue), forged


def test_a_browser_stays_known_while_the_key_is_rotated(console: Console) -> None:
    sue = user(console, "sue")
    old = cookie_for(console, sue)
    console.web.config.update(SECRET_KEY="y" * 32, SECRET_KEY_FALLBACKS=["x" * 32])
    new = cookie_for(console, sue)
    assert "" not in (device(console, old, sue), device(console, new, sue))
    console.web.config.update(SECRET_KEY="x" * 32, SECRET_KEY_FALLBACKS=None)
    assert device(console, new, sue) == ""  # the old key signs nothing any more
