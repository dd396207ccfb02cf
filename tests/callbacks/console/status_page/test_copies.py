"""A public page is made once for many readers, and the last copy outlives the database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from callbacks.console.status_page.copies import FRESH, PAUSE, Copies, NoCopy

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


class Page:
    """A page that says how often it was made; or the database is away."""

    def __init__(self) -> None:
        self.made, self.is_away = 0, False

    def __call__(self) -> bytes:
        self.made += 1
        if self.is_away:
            raise OperationalError("SELECT", {}, Exception("away"))
        return str(self.made).encode()


def test_a_fresh_copy_serves_everybody() -> None:
    copies, page = Copies(), Page()
    assert {copies.get("page", NOW + FRESH * part / 10, page) for part in range(10)} == {b"1"}
    assert copies.get("page", NOW + FRESH, page) == b"2"
    assert copies.get("feed", NOW + FRESH, page) == b"3"


def test_while_the_database_is_away_the_last_copy_is_shown_and_it_is_asked_again_after_a_pause() -> None:
    copies, page = Copies(), Page()
    copies.get("page", NOW, page)
    page.is_away, later = True, NOW + timedelta(hours=1)
    assert [copies.get("page", later, page) for _ in range(3)] == [b"1"] * 3
    assert page.made == 2
    page.is_away = False
    assert copies.get("page", later + PAUSE, page) == b"3"


def test_without_any_copy_there_is_nothing_to_show_until_the_database_is_back() -> None:
    copies, page = Copies(), Page()
    page.is_away = True
    for _ in range(2):
        with pytest.raises(NoCopy):
            copies.get("page", NOW, page)
    assert page.made == 1
    page.is_away = False
    assert copies.get("page", NOW + PAUSE, page) == b"2"


def test_nobody_waits_while_one_makes_a_new_copy() -> None:
    copies, begun, may_end = Copies(), threading.Event(), threading.Event()
    copies.get("page", NOW, lambda: b"old")

    def slow() -> bytes:
        begun.set()
        may_end.wait()
        return b"new"

    def never() -> bytes:
        raise AssertionError("one is enough")

    made: list[bytes] = []
    work: Callable[[], None] = lambda: made.append(copies.get("page", NOW + FRESH, slow))  # noqa: E731
    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    assert copies.get("page", NOW + FRESH, never) == b"old"
    may_end.set()
    thread.join()
    assert made == [b"new"]
    assert copies.get("page", NOW + FRESH, never) == b"new"
