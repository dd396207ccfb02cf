"""Logging in, the second factor, and one's own account."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from callbacks.db.database import Database
from callbacks.db.tables import (
    User,
)
from callbacks.people.totp_secrets import TotpSecrets
from tests.callbacks.console.account.two_factor import SECRET, code, with_second_factor
from tests.callbacks.console.console import Console


def test_the_wrong_password_and_the_wrong_name_get_the_same_answer(console: Console) -> None:
    answers = [console.logs_in("sue@example.com", "wrong"), console.logs_in("nobody@example.com", "wrong")]
    assert {answer.status_code for answer in answers} == {401}
    assert all("Wrong email or password" in answer.text for answer in answers)


def test_five_wrong_passwords_lock_the_account_for_a_while(console: Console) -> None:
    for _ in range(5):
        console.logs_in("sue@example.com", "wrong")
    assert console.logs_in("sue@example.com").status_code == 401
    console.clock.pass_time(timedelta(minutes=6))
    assert console.logs_in("sue@example.com").status_code == 302


def test_logging_out_is_a_change_like_any_other(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert console.client.get("/logout").status_code == 405
    console.posts("/logout", {})
    assert console.client.get("/").status_code == 302


def test_the_demo_tells_its_password_and_nothing_else_does(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    shown = Console(database, tmp_path, demo=True).client.get("/login").text
    database.close()
    assert "night-desk-demo" in shown


def test_outside_the_demo_no_password_is_shown(console: Console) -> None:
    assert "night-desk-demo" not in console.client.get("/login").text


def test_without_any_user_the_login_page_says_how_to_make_the_first_on_the_machine(console: Console) -> None:
    assert "user add" in console.client.get("/login").text
    console.database.write(lambda s: s.execute(delete(User)))
    page = console.client.get("/login").text
    assert "python app.py user add you@example.com --role administrator" in page
    assert 'name="password"' not in page


# The second factor


def test_with_a_second_factor_the_password_alone_opens_nothing(console: Console) -> None:
    with_second_factor(console)
    assert console.logs_in("sue@example.com").headers["Location"] == "/login/code"
    assert console.client.get("/").headers["Location"] == "/login"
    assert console.posts("/login/code", {"code": "000000"}).status_code == 401
    assert console.posts("/login/code", {"code": code(console)}).headers["Location"] == "/"
    assert console.client.get("/").status_code == 200


def test_a_code_is_taken_once(console: Console) -> None:
    with_second_factor(console)
    used = code(console)
    console.logs_in("sue@example.com")
    console.posts("/login/code", {"code": used})
    console.posts("/logout", {})
    console.logs_in("sue@example.com")
    assert console.posts("/login/code", {"code": used}).status_code == 401


@pytest.mark.parametrize(("later", "counts"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off_and_not_more(console: Console, later: int, counts: bool) -> None:
    with_second_factor(console)
    console.clock.pass_time(timedelta(minutes=2))
    console.logs_in("sue@example.com")
    answer = console.posts("/login/code", {"code": code(console, timedelta(seconds=later))})
    assert answer.status_code == (302 if counts else 401)


def test_guessing_codes_locks_the_account_and_the_right_password_in_between_does_not_help(console: Console) -> None:
    with_second_factor(console)
    for _ in range(5):
        console.logs_in("sue@example.com")
        console.posts("/login/code", {"code": "000000"})
    console.clock.pass_time(timedelta(minutes=1))
    assert console.logs_in("sue@example.com").status_code == 401
    console.clock.pass_time(timedelta(minutes=6))
    assert console.logs_in("sue@example.com").status_code == 302


def test_the_second_half_of_a_login_waits_five_minutes(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    console.clock.pass_time(timedelta(minutes=6))
    assert console.posts("/login/code", {"code": code(console)}).headers["Location"] == "/login"


def test_after_another_secret_key_the_code_screen_says_what_to_do(console: Console) -> None:
    with_second_factor(console)
    other = TotpSecrets("another secret key").encrypt(SECRET)
    console.database.write(lambda s: s.execute(update(User).values(second_factor=other)))
    console.logs_in("sue@example.com")
    answer = console.posts("/login/code", {"code": code(console)})
    assert (answer.status_code, "SECRET_KEY was changed" in answer.text) == (401, True)
    assert console.client.get("/").headers["Location"] == "/login"
