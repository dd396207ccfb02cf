"""A login ends by itself, when it is not used, when it is ended elsewhere, and with the technician who leaves."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from callbacks.console import login_session
from callbacks.db.database import Database
from callbacks.db.tables import LoginSession
from callbacks.people import sessions, technicians, users
from tests.callbacks.console.account.two_factor import code, with_second_factor
from tests.callbacks.console.console import Console

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
LOGIN = "__Host-login"


def key_in(client: FlaskClient) -> str:
    cookie = client.get_cookie(LOGIN)
    assert cookie is not None
    return str(cookie.value)


def is_in(client: FlaskClient) -> bool:
    return client.get("/").status_code == 200


def used_at(console: Console) -> timedelta:
    """Return how long ago the session was last used, as far as it is stored."""
    used = console.database.read(lambda s: s.scalars(select(LoginSession.used_at)).one())
    return console.clock.now() - used


def test_a_session_that_is_used_ends_after_twelve_hours(sue: Console) -> None:
    for _ in range(14):
        assert is_in(sue.client)
        sue.clock.pass_time(50 * MINUTE)
    sue.clock.pass_time(21 * MINUTE)
    assert not is_in(sue.client)


def test_a_session_that_is_not_used_ends_after_an_hour(sue: Console) -> None:
    sue.clock.pass_time(59 * MINUTE)
    assert is_in(sue.client)
    sue.clock.pass_time(HOUR)
    assert not is_in(sue.client)


def test_a_live_screen_does_not_count_as_use(sue: Console) -> None:
    for _ in range(59):
        sue.clock.pass_time(MINUTE)
        assert sue.client.get("/", headers={"X-Live": "1"}).status_code == 200
    sue.clock.pass_time(MINUTE)
    assert sue.client.get("/", headers={"X-Live": "1"}).status_code == 302


def test_the_live_screen_marks_its_requests(sue: Console) -> None:
    with sue.client.get("/static/console.js") as script:
        assert '"X-Live": "1"' in script.get_data(as_text=True)
    assert login_session.LIVE == "X-Live"


def test_a_use_is_stored_once_a_minute(sue: Console) -> None:
    sue.clock.pass_time(timedelta(seconds=59))
    is_in(sue.client)
    assert used_at(sue) == timedelta(seconds=59)
    sue.clock.pass_time(timedelta(seconds=1))
    is_in(sue.client)
    assert used_at(sue) == timedelta(0)


def test_a_screen_is_shown_while_nothing_can_be_stored(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database or disk is full"))

    sue.clock.pass_time(10 * MINUTE)
    monkeypatch.setattr(sessions, "store_use", full)
    assert is_in(sue.client)


def test_a_session_ends_when_it_is_ended_elsewhere(sue: Console) -> None:
    sue.database.write(lambda s: sessions.end_all(s, users.user_named(s, "sue@example.com").id))
    assert not is_in(sue.client)


def test_logging_out_ends_this_session_for_whoever_copied_its_cookie_and_no_other(console: Console) -> None:
    other, thief = console.web.test_client(), console.web.test_client()
    console.logs_in("sue@example.com", client=other)
    console.logs_in("sue@example.com")
    thief.set_cookie(LOGIN, key_in(console.client), domain="localhost")
    assert is_in(thief)
    console.posts("/logout", {})
    assert [is_in(each) for each in (console.client, thief, other)] == [False, False, True]
    assert console.client.get_cookie(LOGIN) is None


def test_a_key_that_was_planted_is_never_logged_in(console: Console) -> None:
    console.client.set_cookie(LOGIN, "planted", domain="localhost")
    console.logs_in("sue@example.com")
    assert key_in(console.client) != "planted"
    attacker = console.web.test_client()
    attacker.set_cookie(LOGIN, "planted", domain="localhost")
    assert not is_in(attacker)


def test_the_second_factor_gives_a_new_key_and_the_half_one_opens_nothing(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    half = key_in(console.client)
    console.posts("/login/code", {"code": code(console)})
    assert is_in(console.client)
    thief = console.web.test_client()
    thief.set_cookie(LOGIN, half, domain="localhost")
    assert not is_in(thief)
    assert thief.get("/login/code").headers["Location"] == "/login"


def test_a_half_login_ends_with_a_change_of_the_password(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.database.write(lambda s: users.change_password(s, "sue@example.com", "a hash"))
    assert console.posts("/login/code", {"code": code(console)}).headers["Location"] == "/login"


def test_logging_in_again_ends_the_session_of_this_browser(sue: Console) -> None:
    old = key_in(sue.client)
    sue.logs_in("sue@example.com")
    assert old != key_in(sue.client)
    assert len(sue.database.read(lambda s: s.scalars(select(LoginSession)).all())) == 1


@pytest.mark.parametrize("key", ["", "x", "x" * 4000, "\x7f;,", "é"])
def test_an_invalid_cookie_logs_nobody_in(console: Console, key: str) -> None:
    assert console.client.get("/", headers={"Cookie": f"{LOGIN}={key}"}).status_code == 302


def test_a_technician_who_leaves_is_nobody_at_the_console_either(console: Console) -> None:
    theirs = console.web.test_client()
    console.logs_in("amy@example.com", client=theirs)
    console.logs_in("sue@example.com")
    amy = console.database.read(lambda s: technicians.technician_named(s, "Amy Roy"))
    console.posts(f"/people/{amy.id}/remove", {})
    assert theirs.get("/").headers["Location"] == "/login"


CLEARED = '"cache", "storage"'


def test_logging_out_clears_what_the_browser_keeps_of_this_site(sue: Console) -> None:
    assert sue.posts("/logout", {}).headers["Clear-Site-Data"] == CLEARED
    assert "Clear-Site-Data" not in sue.client.get("/login").headers


def test_a_request_that_is_refused_because_its_session_ended_clears_it_too(sue: Console) -> None:
    assert "Clear-Site-Data" not in sue.client.get("/").headers
    sue.clock.pass_time(2 * HOUR)
    assert sue.client.get("/").headers["Clear-Site-Data"] == CLEARED
    assert "Clear-Site-Data" not in sue.web.test_client().get("/").headers  # there was no session


def test_over_http_nothing_is_asked_of_a_browser_that_would_only_complain(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    console = Console(database, tmp_path, public_url="http://127.0.0.1:8000")
    console.logs_in("sue@example.com")
    answer = console.posts("/logout", {})
    database.close()
    assert "Clear-Site-Data" not in answer.headers


def test_screens_name_their_session_so_that_no_other_one_is_shown_what_was_typed(sue: Console) -> None:
    def named() -> str:
        found = re.search(r'<body data-session="([^"]*)">', sue.client.get("/people").text)
        assert found is not None
        return found[1]

    first = named()
    assert named() == first
    assert first not in key_in(sue.client)
    sue.posts("/logout", {})
    sue.logs_in("sue@example.com")
    assert named() not in ("", first)
    assert '<body data-session="">' in sue.web.test_client().get("/login").text
