"""Login attempts: the same answer and cost for everybody, no hashing while locked, and no locking out somebody else."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from callbacks.db.tables import FailedLogin, Page
from callbacks.people import passwords
from callbacks.people.passwords import Turns
from tests.callbacks.console.account.two_factor import code, with_second_factor
from tests.callbacks.console.console import PASSWORD, Console

MINUTE = timedelta(minutes=1)
SUE = "sue@example.com"


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was compared with a hash."""
    compared, compare = [], passwords._matches

    def matches(password_hash: str, password: str) -> bool:
        compared.append(password)
        return compare(password_hash, password)

    monkeypatch.setattr(passwords, "_matches", matches)
    return compared


def from_elsewhere(console: Console, times: int, email: str = SUE) -> None:
    """Wrong passwords, each from another address, and slowly enough for the throttle."""
    for n in range(times):
        console.logs_in(email, "wrong", console.seen_from(f"198.51.100.{n}"))
        console.clock.pass_time(timedelta(seconds=5))


@pytest.mark.parametrize("email", [SUE, "nobody@example.com"])
def test_an_account_that_exists_and_one_that_does_not_cost_and_answer_the_same(
    console: Console, hashes: list[str], email: str
) -> None:
    client = console.seen_from("192.0.2.1")
    answers = [console.logs_in(email, "wrong", client) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {401}
    assert all("Wrong email or password, or the account is locked" in answer.text for answer in answers)
    assert len(hashes) == 5  # under the lock, nothing is hashed


def test_the_right_password_is_not_hashed_under_a_lock_either(console: Console, hashes: list[str]) -> None:
    for _ in range(5):
        console.logs_in(SUE, "wrong")
    assert console.logs_in(SUE).status_code == 401
    assert PASSWORD not in hashes


def test_too_many_from_one_address_are_refused_unhashed_and_another_one_logs_in(
    console: Console, hashes: list[str]
) -> None:
    client = console.seen_from("192.0.2.1")
    answers = [console.logs_in(f"{n}@example.com", "wrong", client) for n in range(60)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 50
    assert len(hashes) == 10
    assert "Too many login attempts. Try again in a minute." in answers[-1].text
    assert answers[-1].headers["Retry-After"] == "60"
    assert console.logs_in(SUE).status_code == 302


def test_when_too_many_are_being_hashed_the_next_is_refused(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    passwords.nobodys_hash()
    monkeypatch.setattr(passwords, "_hashing", Turns(at_once=1, waiting=0, patience=timedelta(0)))
    with passwords._hashing.turn():
        refused = console.logs_in(SUE)
    assert (refused.status_code, "Try again in a minute." in refused.text) == (429, True)
    assert console.logs_in(SUE).status_code == 302


def test_codes_are_throttled_like_passwords(console: Console) -> None:
    with_second_factor(console)
    console.logs_in(SUE, client=console.client)
    console.clock.pass_time(MINUTE)
    stranger = console.seen_from("192.0.2.9")
    console.logs_in(SUE, client=stranger)
    statuses = [console.posts("/login/code", {"code": "000000"}, stranger).status_code for _ in range(12)]
    assert statuses == [401] * 9 + [429] * 3


def known_browser(console: Console) -> FlaskClient:
    """A browser that Sue logged in with, and out again."""
    client = console.seen_from("203.0.113.5")
    assert console.logs_in(SUE, client=client).status_code == 302
    console.posts("/logout", {}, client)
    return client


def test_a_known_browser_gets_in_while_its_own_address_and_all_others_are_locked_out(console: Console) -> None:
    known = known_browser(console)
    for _ in range(10):
        console.logs_in(SUE, "wrong", console.seen_from("203.0.113.5"))
    console.clock.pass_time(MINUTE)
    from_elsewhere(console, 30)
    assert console.logs_in(SUE, client=console.seen_from("203.0.113.5")).status_code == 401
    assert console.logs_in(SUE, client=console.seen_from("192.0.2.77")).status_code == 401
    assert console.logs_in(SUE, client=known).status_code == 302


def test_a_known_browser_gets_in_while_all_others_use_up_the_minute(console: Console) -> None:
    known = known_browser(console)
    console.clock.pass_time(MINUTE)
    addresses = (f"198.51.100.{n}" for n in count())
    statuses = [
        console.logs_in("x@example.com", "wrong", console.seen_from(next(addresses))).status_code for _ in range(61)
    ]
    assert statuses[-1] == 429
    assert console.logs_in(SUE, client=known).status_code == 302


def test_a_known_browser_has_five_tries_too_and_they_are_its_own(console: Console) -> None:
    known, other = known_browser(console), known_browser(console)
    console.clock.pass_time(MINUTE)
    for _ in range(5):
        console.logs_in(SUE, "wrong", known)
    assert console.logs_in(SUE, client=known).status_code == 401
    assert console.logs_in(SUE, client=other).status_code == 302


def test_a_known_browser_is_unknown_to_another_account(console: Console) -> None:
    known = known_browser(console)
    console.logs_in("ada@example.com", "wrong", known)
    failed = console.database.read(lambda s: s.scalars(select(FailedLogin)).one())
    assert failed.device == ""


def test_an_account_under_attack_is_open_again_when_it_stops(console: Console) -> None:
    from_elsewhere(console, 20)
    new = console.seen_from("192.0.2.77")
    assert console.logs_in(SUE, client=new).status_code == 401
    console.clock.pass_time(timedelta(hours=1))
    assert console.logs_in(SUE, client=new).status_code == 302


def test_the_next_login_says_how_many_have_failed(console: Console) -> None:
    assert "failed" not in console.follows(console.logs_in(SUE))
    console.posts("/logout", {})
    console.clock.pass_time(MINUTE)
    from_elsewhere(console, 3)
    page = console.follows(console.logs_in(SUE))
    assert "3 attempts to log in to your account failed since your last login on Sat 28 Nov 22:14." in page
    console.posts("/logout", {})
    assert "failed" not in console.follows(console.logs_in(SUE))


def test_the_users_own_mistakes_cause_no_warning(console: Console) -> None:
    console.logs_in(SUE, "wrong")
    assert "failed" not in console.follows(console.logs_in(SUE))


def test_a_lock_is_told_once(console: Console) -> None:
    for address in ("192.0.2.1", "192.0.2.2"):
        for _ in range(6):
            console.logs_in("amy@example.com", "wrong", console.seen_from(address))
    pages = console.database.read(lambda s: s.scalars(select(Page.words).order_by(Page.id)).all())
    told = [words for words in pages if "failed logins" in words]
    assert [words for words in told if "to your account" in words] == told[-1:]
    assert "the last from 192.0.2.1." in told[-1]


def test_the_password_is_asked_again_with_the_same_limits(console: Console) -> None:
    console.logs_in(SUE)
    for _ in range(5):
        console.posts("/account/password", {"old": "wrong", "password": "another password"})
    refused = console.follows(console.posts("/account/password", {"old": PASSWORD, "password": "another password"}))
    assert "the account is locked" in refused


def test_a_complete_login_needs_the_code_before_failures_are_forgotten(console: Console) -> None:
    with_second_factor(console)
    new = console.seen_from("192.0.2.9")
    for _ in range(4):
        console.logs_in(SUE, "wrong", new)
    console.logs_in(SUE, client=new)
    assert console.posts("/login/code", {"code": "000000"}, new).status_code == 401
    assert console.posts("/login/code", {"code": code(console)}, new).status_code == 401
