"""Passwords: which ones are refused, that long ones are never cut, and that two are hashed at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import timedelta

import pytest

from callbacks.errors import TooManyLogins, WrongState
from callbacks.people import passwords
from tests.waiting import FAR, eventually


def test_the_service_hashes_as_slowly_as_advised() -> None:
    """RFC 9106's second choice: three passes over 64 MiB."""
    ask = "from callbacks.people.passwords import _hasher as h; print(h.time_cost, h.memory_cost, h.type.name)"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert (int(said[0]) >= 3, int(said[1]) >= 65536, said[2]) == (True, True, "ID")


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("nine char", "at least 10 characters"),
        ("x" * 1001, "at most 1,000 characters"),
        ("password123", "This is a very common password"),
        ("sunshine2026!", "Add another word or two"),
        ("aaaaaaaaaaaaaaaaaaaa", 'Repeats like "aaa"'),
        ("qwertyuiop", "top-100 common password"),
        ("suetremblay1!", "easy to guess"),
        ("nightowls2026", "easy to guess"),
        ("Sue.Tremblay@example.com", "easy to guess"),
    ],
)
def test_a_weak_password_is_refused_with_why_and_what_helps(password: str, why: str) -> None:
    with pytest.raises(WrongState, match=why):
        passwords.hashed(password, ["sue.tremblay@example.com", "Night Owls"])


@pytest.mark.parametrize(
    "password", ["correct horse battery", "tZ7#kwPq!m", "é" * 3 + "quatre chats noirs", "猫が好きです毎日歩く"]
)
def test_a_strong_password_is_accepted_without_composition_rules(password: str) -> None:
    assert passwords.is_right(passwords.hashed(password), password)


def test_words_about_the_user_add_no_strength_and_do_not_affect_the_next_user() -> None:
    with pytest.raises(WrongState):
        passwords.hashed("zorblatt-1", ["zorblatt"])
    assert passwords.hashed("zorblatt-1", ["other"])


def test_a_long_password_counts_to_its_last_character() -> None:
    long = "correct horse battery " * 45
    stored = passwords.hashed(long[:999] + "x")
    assert passwords.is_right(stored, long[:999] + "x")
    assert not passwords.is_right(stored, long[:999] + "y")
    assert not passwords.is_right(stored, long[:255])


def test_a_password_that_an_earlier_release_cut_still_works() -> None:
    long = "correct horse battery " * 20
    assert passwords.is_right(passwords._hasher.hash(long[:255]), long)


@pytest.mark.parametrize("stored", ["", "not a hash", "x" * 300])
def test_an_invalid_hash_matches_nothing(stored: str) -> None:
    assert not passwords.is_right(stored, "correct horse battery")


def test_two_at_a_time_a_few_wait_and_the_rest_are_refused_at_once() -> None:
    turns, release, most = passwords.Turns(at_once=2, waiting=3, patience=FAR), threading.Event(), 0
    inside, lock, done = 0, threading.Lock(), []

    def hashes() -> None:
        nonlocal inside, most
        with turns.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            release.wait(FAR.total_seconds())
            with lock:
                inside -= 1
            done.append(1)

    threads = [threading.Thread(target=hashes) for _ in range(5)]
    for thread in threads:
        thread.start()
    eventually(lambda: not turns._places._value and inside == 2, "two work and three wait")
    with pytest.raises(TooManyLogins, match="Try again in a minute"), turns.turn():
        pass
    release.set()
    for thread in threads:
        thread.join()
    assert (most, len(done)) == (2, 5)
    with turns.turn():  # every place is free again
        pass


def test_a_login_that_waits_too_long_is_refused_and_frees_its_place() -> None:
    turns = passwords.Turns(at_once=1, waiting=1, patience=timedelta(0))
    with turns.turn():
        for _ in range(3):
            with pytest.raises(TooManyLogins), turns.turn():
                pass
    with turns.turn():
        pass


def test_hashing_and_comparing_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = passwords.hashed("correct horse battery")
    monkeypatch.setattr(passwords, "_hashing", passwords.Turns(at_once=1, waiting=0, patience=timedelta(0)))
    with passwords._hashing.turn():
        for work in (lambda: passwords.hashed("correct horse battery"), lambda: passwords.is_right(stored, "x")):
            with pytest.raises(TooManyLogins):
                work()
