"""The screen behind an invitation link."""

from __future__ import annotations

import re

from callbacks.people import invitations, users
from tests.callbacks.console.console import PASSWORD, Console


def a_link(console: Console) -> str:
    def work(session):  # type: ignore[no-untyped-def]
        user = users.add_without_password(session, "new@example.com", "reader", console.clock.now())
        return invitations.invite(session, user, "ada@example.com", console.clock.now())

    return f"/invitation/{console.database.write(work)}"


def sends(console: Console, link: str, password: str):  # type: ignore[no-untyped-def]
    token = re.search(r'name="token" value="([^"]+)"', console.client.get("/login").text)
    assert token is not None
    return console.client.post(link, data={"token": token[1], "password": password})


def test_opening_the_link_changes_nothing_and_sending_the_form_sets_the_password(console: Console) -> None:
    link = a_link(console)
    for _ in range(3):  # mail scanners open links
        shown = console.client.get(link)
        assert (shown.status_code, "new@example.com" in shown.text) == (200, True)
    assert console.logs_in("new@example.com").status_code == 401
    assert "Your password is set" in console.follows(sends(console, link, PASSWORD))
    assert console.logs_in("new@example.com").status_code == 302
    assert ("new@example.com", "chose a password") in console.audit_entries()


def test_a_link_that_was_used_says_so(console: Console) -> None:
    link = a_link(console)
    sends(console, link, PASSWORD)
    for answer in (console.client.get(link), sends(console, link, "another password")):
        assert (answer.status_code, "Ask an administrator for a new one" in answer.text) == (410, True)
    assert console.logs_in("new@example.com").status_code == 302


def test_a_password_that_is_too_short_is_refused_and_may_be_chosen_again(console: Console) -> None:
    link = a_link(console)
    refused = sends(console, link, "short")
    assert (refused.status_code, "too short" in refused.text) == (400, True)
    assert sends(console, link, PASSWORD).status_code == 302


def test_the_address_is_not_cached_or_sent_to_other_sites(console: Console) -> None:
    """The link grants access: no cache keeps it, and no referrer header reveals it."""
    link = a_link(console)
    for answer in (console.client.get(link), sends(console, link, "short"), console.client.get("/invitation/guessed")):
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
    assert console.client.get("/login").headers["Referrer-Policy"] == "same-origin"


def test_a_form_from_another_site_sets_nothing(console: Console) -> None:
    link = a_link(console)
    assert console.client.post(link, data={"password": PASSWORD}).status_code == 403
    assert console.logs_in("new@example.com").status_code == 401


def test_a_known_browser_chooses_its_password_while_strangers_use_up_the_minute(console: Console) -> None:
    """Sue forgot hers. She has a link, and a browser that she logged in with before."""
    console.logs_in("sue@example.com")
    console.posts("/logout", {})
    now = console.clock.now()
    key = console.database.write(
        lambda s: invitations.invite(s, users.user_named(s, "sue@example.com"), "ada@example.com", now)
    )
    for n in range(61):
        stranger = console.seen_from(f"198.51.100.{n}")
        last = console.posts("/invitation/guessed", {"password": PASSWORD}, stranger)
    assert last.status_code == 429
    assert sends(console, f"/invitation/{key}", "four words chosen anew").status_code == 302


def test_too_many_are_refused_in_words(console: Console) -> None:
    link = a_link(console)
    stranger = console.seen_from("192.0.2.9")
    answers = [console.posts(link, {"password": "short"}, stranger) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert "Too many login attempts. Try again in a minute." in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "60"
