"""The user's own sessions: each with its browser and address, ended one by one or all others at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from callbacks.console.account.sessions import browser_in_words
from tests.callbacks.console.account.two_factor import code, with_second_factor
from tests.callbacks.console.console import PASSWORD, Console

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0"
CHROME = "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        (EDGE, "Edge on Windows"),
        (CHROME, "Chrome on Android"),
        ("curl/8.5", "Unknown browser"),
        ("", "Unknown browser"),
        ("<script>Linux", "Unknown browser on Linux"),
    ],
)
def test_a_browser_in_a_few_words(agent: str, words: str) -> None:
    assert browser_in_words(agent) == words


def elsewhere(console: Console, email: str = "sue@example.com") -> FlaskClient:
    client = console.seen_from("192.0.2.44")
    client.environ_base["HTTP_USER_AGENT"] = SAFARI
    console.logs_in(email, client=client)
    return client


def ends(console: Console, number: str, password: str = PASSWORD) -> str:
    return console.follows(console.posts("/account/sessions/end", {"session": number, "old": password}))


def ids(console: Console) -> list[str]:
    return re.findall(r'name="session" value="(\d+)"', console.client.get("/account").text)


def test_ones_own_sessions_are_listed_and_nobody_elses(console: Console) -> None:
    elsewhere(console)
    elsewhere(console, "ada@example.com")
    console.logs_in("sue@example.com")
    shown = console.reads("/account")
    assert "Safari on iPhone 192.0.2.44 Sat 28 Nov 22:14 Sat 28 Nov 22:14 Log out" in shown
    assert shown.count("192.0.2.44") == 1
    assert "127.0.0.1 Sat 28 Nov 22:14 Sat 28 Nov 22:14 This session" in shown


def test_one_session_is_ended_and_the_others_stay(console: Console) -> None:
    first, second = elsewhere(console), elsewhere(console)
    console.logs_in("sue@example.com")
    last_used_first = ids(console)
    assert "That browser is logged out." in ends(console, last_used_first[0])
    assert [each.get("/").status_code for each in (first, second, console.client)] == [200, 302, 200]
    assert "has already ended" in ends(console, last_used_first[0])


@pytest.mark.parametrize("given", ["", "0", "x", "99999999999", "-1"])
def test_an_unknown_session_is_refused(console: Console, given: str) -> None:
    console.logs_in("sue@example.com")
    assert "has already ended" in ends(console, given)


def test_nobody_ends_the_session_of_somebody_else(console: Console) -> None:
    theirs = elsewhere(console, "ada@example.com")
    console.logs_in("sue@example.com")
    for number in range(5):
        ends(console, str(number)) if number != 2 else None
    assert theirs.get("/").status_code == 200


def test_logging_out_everywhere_else_leaves_only_this_session(console: Console) -> None:
    others = [elsewhere(console), elsewhere(console)]
    console.logs_in("sue@example.com")
    console.posts("/account/sessions/end-others", {"old": PASSWORD})
    assert [each.get("/").status_code for each in (*others, console.client)] == [302, 302, 200]
    (detail,) = console.audit_details("ended a session")
    assert "every other session of sue@example.com" in detail


@pytest.mark.parametrize("act", ["end", "end-others"])
def test_whoever_finds_a_screen_unattended_ends_no_session(console: Console, act: str) -> None:
    other = elsewhere(console)
    console.logs_in("sue@example.com")
    for password in ({}, {"old": "wrong"}):
        given = {"session": ids(console)[0], **password}
        shown = console.follows(console.posts(f"/account/sessions/{act}", given))
        assert "That is not your password" in shown
    assert other.get("/").status_code == 200
    assert console.audit_entries()[-1] == ("sue@example.com", "failed to log in")


def test_the_password_alone_is_enough_also_with_a_second_factor(console: Console) -> None:
    """A stranger's session is ended at night by whoever is woken, with the phone in another room."""
    with_second_factor(console)
    stranger = console.seen_from("192.0.2.44")
    for client in (stranger, console.client):
        console.logs_in("sue@example.com", client=client)
        console.posts("/login/code", {"code": code(console)}, client)
        console.clock.pass_time(timedelta(minutes=1))
    assert "That browser is logged out." in ends(console, ids(console)[0])
    assert stranger.get("/").status_code == 302


def test_without_other_sessions_no_password_is_asked(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert "Log out everywhere else" not in console.reads("/account")
