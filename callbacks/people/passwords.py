"""Passwords: which ones are refused, and hashing, which is slow and takes 64 MiB on purpose.

A process hashes at most two at a time, so that a flood of logins leaves memory and CPU for calls.
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from callbacks.errors import TooManyLogins, WrongState

SHORTEST = 10
LONGEST = 1000
# The estimate of 72 characters may take seconds of processor time: zxcvbn tries every reading of "4@8({[<".
ESTIMATED = 32
CUT_AT = 255  # an earlier release cut longer passwords here, before it hashed and before it compared them
LEAST_SCORE = 3  # of 4: more than 10^8 guesses

_hasher = PasswordHasher()
_estimating = threading.Lock()  # zxcvbn keeps the words about the user in a global


class Turns:
    """Lets a few threads do something at a time, and a few more wait. Raises TooManyLogins in any other thread."""

    def __init__(self, at_once: int, waiting: int, patience: timedelta) -> None:
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._turns = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooManyLogins
        try:
            if not self._turns.acquire(timeout=self._patience.total_seconds()):
                raise TooManyLogins
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._places.release()


# Each waiting login holds a thread of the web server.
_hashing = Turns(at_once=2, waiting=6, patience=timedelta(seconds=10))


def hashed(password: str, about: Sequence[str] = ()) -> str:
    """Return the hash of a new password. Raise WrongState if it is weak, or TooManyLogins.

    `about` holds names that somebody who knows the user would guess first. Call this outside a transaction, because
    hashing would hold its locks.
    """
    _refuse_wrong_length(password)
    with _hashing.turn():
        _refuse_weak(password, about)
        return _hasher.hash(password)


def is_right(password_hash: str, password: str) -> bool:
    """Return whether a password is the one that was hashed. Raise TooManyLogins."""
    if len(password) > LONGEST:
        return False
    with _hashing.turn():
        return _matches(password_hash, password) or (
            len(password) > CUT_AT and _matches(password_hash, password[:CUT_AT])
        )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def nobodys_hash() -> str:
    """Return a hash to verify when there is no such user, so that the time taken reveals nothing.

    It is made at the first login, because hashing is slow on purpose and no command should wait for it.
    """
    with _hashing.turn():
        return _hasher.hash(secrets.token_hex(16))


def _refuse_wrong_length(password: str) -> None:
    if len(password) < SHORTEST:
        raise WrongState(f"The password is too short. Use at least {SHORTEST} characters; several words are best.")
    if len(password) > LONGEST:
        raise WrongState(f"The password is too long. Use at most {LONGEST:,} characters.")


def _refuse_weak(password: str, about: Sequence[str]) -> None:
    with _estimating:
        estimate = zxcvbn(password[:ESTIMATED], user_inputs=[word for each in about for word in _words_in(each)])
    if estimate["score"] < LEAST_SCORE:
        why, advice = estimate["feedback"]["warning"], estimate["feedback"]["suggestions"]
        raise WrongState(" ".join(["The password is easy to guess.", *filter(None, [why]), *advice]))


def _words_in(name: str) -> list[str]:
    """Return a name or an address, its words, and what comes before the @ as one word."""
    words = re.split(r"[\W_]+", name)
    joined = "".join(re.split(r"[\W_]+", name.partition("@")[0]))
    return [word for word in (name, joined, *words) if len(word) > 2]
