"""Logging in with a passkey: alone, and after the password."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from callbacks.console.context import EXTENSION
from callbacks.db.tables import AuditEntry, FailedLogin
from tests.callbacks.console.account.two_factor import (
    adds_passkey,
    code,
    logs_in_by_passkey,
    with_passkey,
    with_second_factor,
)
from tests.callbacks.console.console import PASSWORD, Console
from tests.callbacks.people.authenticator import Authenticator

NOT_KNOWN = "That passkey is not registered here"


def test_a_passkey_logs_in_without_name_password_or_code(console: Console) -> None:
    device = with_passkey(console)
    assert logs_in_by_passkey(console, device).headers["Location"] == "/"
    assert "sue@example.com" in console.client.get("/account").text
    assert console.audit_entries()[-1] == ("sue@example.com", "logged in")


def test_with_a_passkey_the_password_alone_opens_nothing(console: Console) -> None:
    device = with_passkey(console)
    assert console.logs_in("sue@example.com").headers["Location"] == "/login/code"
    page = console.client.get("/login/code").text
    assert "Use a passkey" in page
    assert ("Recovery code" in page, "Code from your app" in page) == (True, False)
    assert console.client.get("/").headers["Location"] == "/login"
    assert console.posts("/login/code", {"code": "000000"}).status_code == 401
    offered = console.posts("/login/passkey/options", {}).get_json()["allowCredentials"]
    assert len(offered) == 1
    assert logs_in_by_passkey(console, device).headers["Location"] == "/"
    assert console.client.get("/").status_code == 200


def test_an_answer_logs_in_once_and_only_in_the_browser_that_asked(console: Console) -> None:
    device, elsewhere = with_passkey(console), console.web.test_client()
    signed = device.signs(console.posts("/login/passkey/options", {}).text)
    console.posts("/login/passkey/options", {}, elsewhere)
    assert NOT_KNOWN in elsewhere.get(console.posts("/login/passkey", {"signed": signed}, elsewhere).location).text
    assert console.posts("/login/passkey", {"signed": signed}).headers["Location"] == "/"
    console.posts("/logout", {})
    assert NOT_KNOWN in console.follows(console.posts("/login/passkey", {"signed": signed}))


def test_a_stolen_cookie_of_the_login_screen_does_not_make_an_answer_work_again(console: Console) -> None:
    device = with_passkey(console)
    device.counts = False
    signed = device.signs(console.posts("/login/passkey/options", {}).text)
    cookie = console.client.get_cookie("__Host-session")
    assert cookie is not None
    assert console.posts("/login/passkey", {"signed": signed}).headers["Location"] == "/"
    thief = console.web.test_client()
    thief.set_cookie("__Host-session", cookie.value)
    assert console.posts("/login/passkey", {"signed": signed}, thief).headers["Location"] == "/login"


def test_a_challenge_expires_after_five_minutes(console: Console) -> None:
    device = with_passkey(console)
    signed = device.signs(console.posts("/login/passkey/options", {}).text)
    console.clock.pass_time(timedelta(minutes=5))
    assert NOT_KNOWN in console.follows(console.posts("/login/passkey", {"signed": signed}))


@pytest.mark.parametrize("signed", ["", "{}", "[]", "null", "é", '{"id":"AA"}', "x" * 30_000])
def test_anything_else_is_refused_with_a_message(console: Console, signed: str) -> None:
    console.posts("/login/passkey/options", {})
    assert NOT_KNOWN in console.follows(console.posts("/login/passkey", {"signed": signed}))


def test_a_passkey_works_while_the_account_is_locked(console: Console) -> None:
    """So nobody is kept out by a stranger who guesses passwords."""
    device = with_passkey(console)
    for _ in range(5):
        console.logs_in("sue@example.com", "wrong")
    assert console.logs_in("sue@example.com").status_code == 401
    assert logs_in_by_passkey(console, device).headers["Location"] == "/"


def test_with_both_either_completes_a_login(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": code(console)})
    console.clock.pass_time(timedelta(minutes=1))
    device = Authenticator()
    assert "was added" in adds_passkey(console, device, factor_code=code(console))
    for by_passkey in (True, False):
        console.posts("/logout", {})
        console.logs_in("sue@example.com")
        page = console.client.get("/login/code").text
        assert ("Use a passkey" in page, "Code from your app" in page) == (True, True)
        given = {"code": code(console)}
        answer = logs_in_by_passkey(console, device) if by_passkey else console.posts("/login/code", given)
        assert answer.headers["Location"] == "/"


def test_no_passkey_response_is_logged(console: Console) -> None:
    with_passkey(console)
    told = console.database.read(lambda s: " ".join(entry.detail for entry in s.scalars(select(AuditEntry))))
    assert "The passkey Laptop was added" in told
    assert "clientDataJSON" not in told


def test_the_name_is_shown_with_the_last_use(console: Console) -> None:
    device = with_passkey(console)
    console.logs_in("sue@example.com")
    logs_in_by_passkey(console, device)
    assert "Laptop, last used Sat 28 Nov 22:15" in console.reads("/account")


def test_passkeys_are_offered_only_where_browsers_have_them(console: Console, tmp_path: Path) -> None:
    assert "Log in with a passkey" in console.client.get("/login").text
    context = console.web.extensions[EXTENSION]
    object.__setattr__(context, "public_url", "http://192.0.2.7:8000")
    assert "passkey" not in console.client.get("/login").text.replace("passkeys.js", "")
    assert console.posts("/login/passkey/options", {}).status_code == 404
    console.logs_in("sue@example.com")
    assert "Add a passkey" not in console.client.get("/account").text


def test_adding_one_needs_the_password(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert "form has expired" in console.follows(console.posts("/account/passkey", {"old": PASSWORD, "name": "x"}))
    assert "That is not your password" in adds_passkey(console, Authenticator(), old="wrong")
    assert "was added" in adds_passkey(console, Authenticator())


def use_up_the_minute(console: Console) -> None:
    """Strangers send passkeys that nobody has, each from another address."""
    for n in range(61):
        stranger = console.seen_from(f"198.51.100.{n}")
        last = console.posts("/login/passkey", {"signed": "{}"}, stranger)
    assert last.status_code == 429


def test_a_known_browser_gets_in_while_all_others_use_up_the_minute(console: Console) -> None:
    device = with_passkey(console)
    use_up_the_minute(console)
    assert logs_in_by_passkey(console, device).headers["Location"] == "/"


def test_too_many_are_refused_like_passwords(console: Console) -> None:
    stranger = console.seen_from("192.0.2.9")
    answers = [console.posts("/login/passkey", {"signed": "{}"}, stranger) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [302] * 10 + [429]
    assert "Too many login attempts. Try again in a minute." in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "60"
    assert 'action="/login"' in answers[-1].text  # the form on this answer asks for a password, which goes there


def test_after_the_password_too_many_are_refused_on_the_screen_of_codes(console: Console) -> None:
    with_passkey(console)
    console.logs_in("sue@example.com")
    answers = [console.posts("/login/passkey", {"signed": "{}"}) for _ in range(11)]
    assert (answers[-1].status_code, 'action="/login/code"' in answers[-1].text) == (429, True)


def forged(console: Console, device: Authenticator, client: FlaskClient | None = None) -> TestResponse:
    """Answer with somebody's passkey, and a key that is not theirs."""
    return logs_in_by_passkey(console, replace(device, key=Authenticator().key), client)


def test_a_wrong_answer_of_a_known_passkey_is_counted_and_recorded_for_its_user(console: Console) -> None:
    device = with_passkey(console)
    stranger = console.seen_from("192.0.2.9")
    for _ in range(5):
        assert forged(console, device, stranger).headers["Location"] == "/login"
    details = console.audit_details("failed to log in")
    assert ["by passkey, 192.0.2.9" in detail for detail in details] == [True] * 4
    assert console.audit_entries()[-1] == ("sue@example.com", "failed to log in: the account is locked now")
    assert console.logs_in("sue@example.com", client=stranger).status_code == 401
    assert console.logs_in("sue@example.com").status_code == 302  # the lock is for the stranger


def test_a_right_answer_is_taken_under_a_lock_and_ends_the_lock_of_its_origin(console: Console) -> None:
    device = with_passkey(console)
    new = console.seen_from("192.0.2.9")
    for _ in range(6):
        forged(console, device, new)
    device.sign_count += 10
    assert logs_in_by_passkey(console, device, new).headers["Location"] == "/"
    failed = select(FailedLogin).where(FailedLogin.peer == "192.0.2.9")
    assert console.database.read(lambda s: s.scalars(failed).all()) == []


def test_an_answer_of_a_passkey_that_nobody_has_is_recorded_without_a_name(console: Console) -> None:
    console.posts("/login/passkey", {"signed": "{}"})
    assert console.audit_entries()[-1] == ("nobody", "failed to log in")
