"""Senders: requests run side by side, and one that fails or hangs stops no other."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from callbacks.worker.senders import Senders


def test_requests_run_side_by_side_and_are_waited_for() -> None:
    senders, together, done = Senders(3), threading.Barrier(3), list[int]()

    def work(number: int) -> None:
        together.wait(20)
        done.append(number)

    senders.start(work, [1, 2, 3])
    senders.wait()
    assert sorted(done) == [1, 2, 3]
    assert senders.free == 3
    senders.close()


def test_a_request_that_fails_is_logged_and_the_others_are_made(caplog: pytest.LogCaptureFixture) -> None:
    senders, done = Senders(1), list[int]()

    def work(number: int) -> None:
        if number == 1:
            raise RuntimeError("broken")
        done.append(number)

    senders.start(work, [1, 2])
    senders.close()
    assert "a request failed" in caplog.text
    assert done in ([2], [])  # what has not started may be left to its lease


def test_a_request_that_hangs_takes_a_sender_and_is_waited_for_once() -> None:
    senders, may_end, done = Senders(2, timedelta(seconds=0.05)), threading.Event(), list[int]()
    senders.start(lambda _: may_end.wait(20), [0])
    senders.wait()
    assert senders.free == 1
    senders.start(done.append, [1])
    senders.wait()
    assert done == [1]
    may_end.set()
    senders.close()
    assert senders.free == 2


def test_requests_that_wait_for_a_sender_are_counted() -> None:
    senders, may_end = Senders(1), threading.Event()
    senders.start(lambda _: may_end.wait(20), [1, 2])
    assert senders.free == -1
    may_end.set()
    senders.close()
