"""One time limit for a whole request. Servers that drip are in the tests of the carrier and of mail."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests

from callbacks.paging.channels.time_limit import TimeLimit, limited_session, time_limit, watch
from tests.waiting import FAR


@contextmanager
def serving(answer: bytes, requests_expected: int = 1) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                for _ in range(requests_expected):
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


def test_an_answer_in_time_is_whole_and_the_connection_is_used_again() -> None:
    session = limited_session(FAR.total_seconds(), 100)
    with serving(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", requests_expected=2) as url:
        assert [session.get(url).content for _ in range(2)] == [b"hello"] * 2


def test_an_answer_that_is_too_large_is_not_read() -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    with serving(answer) as url, pytest.raises(requests.RequestException, match="too large"):
        limited_session(FAR.total_seconds(), 4).get(url)


def test_a_server_that_never_answers_ends_with_the_time_and_not_with_the_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with pytest.raises(requests.ReadTimeout):
            limited_session(0.2, 100).get(url, timeout=FAR.total_seconds())


def test_a_connection_that_is_opened_after_the_time_is_up_is_closed_at_once() -> None:
    ours, theirs = socket.socketpair()
    limit = TimeLimit(FAR.total_seconds())
    limit.is_over = True
    with ours, theirs:
        limit.watch(ours)
        assert theirs.recv(1) == b""


def test_without_a_limit_nothing_is_closed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        watch(ours)
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"


def test_an_outer_limit_stays() -> None:
    with time_limit(FAR.total_seconds()) as outer, time_limit(0.1) as inner:
        assert inner is outer
