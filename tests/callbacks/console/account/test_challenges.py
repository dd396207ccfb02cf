"""Challenges are for one browser, one use and one purpose."""

from __future__ import annotations

from callbacks.console.account.challenges import Use, issued, taken
from tests.callbacks.console.console import BEGAN, Console


def test_a_challenge_is_taken_in_one_request_and_then_gone(console: Console) -> None:
    with console.web.test_client() as client:
        with console.web.test_request_context():
            given = issued(Use.LOG_IN, BEGAN)
            assert taken(Use.ADD) is None
            assert taken(Use.CONFIRM) is None
            # A transaction may run again, and asks again.
            assert [taken(Use.LOG_IN), taken(Use.LOG_IN)] == [given, given]
        with console.web.test_request_context():
            assert taken(Use.LOG_IN) is None
        assert client is not None


def test_a_new_challenge_replaces_the_one_before_and_none_is_guessed(console: Console) -> None:
    with console.web.test_request_context():
        first, second = issued(Use.ADD, BEGAN), issued(Use.ADD, BEGAN)
        assert first.value != second.value
        assert len(second.value) == 32
        assert taken(Use.ADD) == second
