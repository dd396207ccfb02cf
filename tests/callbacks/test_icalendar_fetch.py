"""Fetching somebody else's calendar: never from our own network, never too much, never telling the secret."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pytest
import urllib3

from callbacks.oncall.icalendar_fetch import connection_to, fetch
from callbacks.oncall.icalendar_reader import BrokenCalendar

PUBLIC = "93.184.216.34"
SECRET = "https://calendar.example.com/private-1234/rota.ics?key=5678"


class Server:
    """What is out there: an answer for each request, in order."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes]) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str, str, str]]()

    def connect(self, address: str, host: str, port: int) -> Any:
        server = self

        class Pool:
            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: object) -> None: ...

            def request(self, method: str, path: str, headers: dict[str, str], **_: Any) -> Any:
                server.asked.append((address, host, headers["Host"], path))
                status, more, body = server.answers.pop(0)
                return urllib3.HTTPResponse(io.BytesIO(body), more, status, preload_content=False)

        return Pool()


def lives_at(*addresses: str) -> Any:
    return lambda host: list(addresses)


def test_the_address_that_was_checked_is_the_one_that_is_asked_by_its_name() -> None:
    server = Server((200, {}, b"BEGIN:VCALENDAR"))
    assert fetch(SECRET.replace("https", "webcal"), lives_at(PUBLIC), server.connect) == b"BEGIN:VCALENDAR"
    assert server.asked == [(PUBLIC, "calendar.example.com", "calendar.example.com", "/private-1234/rota.ics?key=5678")]


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1"),
        *("224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "192.0.2.1"),
    ],
)
def test_our_own_network_is_never_asked(address: str) -> None:
    server = Server((200, {}, b"secret"))
    with pytest.raises(BrokenCalendar, match="a network of our own"):
        fetch(SECRET, lives_at(address), server.connect)
    with pytest.raises(BrokenCalendar, match="a network of our own"):
        fetch(SECRET, lives_at(PUBLIC, address), server.connect)
    assert server.asked == []


def test_a_redirect_is_checked_like_the_first_address() -> None:
    def resolve(host: str) -> Sequence[str]:
        return ["127.0.0.1"] if host == "localhost" else [PUBLIC]

    moved = (302, {"Location": "https://localhost/admin"}, b"")
    with pytest.raises(BrokenCalendar, match="localhost is in a network of our own"):
        fetch(SECRET, resolve, Server(moved).connect)
    with pytest.raises(BrokenCalendar, match="https only"):
        fetch(SECRET, resolve, Server((302, {"Location": "http://calendar.example.com/"}, b"")).connect)
    here = Server((301, {"Location": "/elsewhere.ics"}, b""), (200, {}, b"BEGIN:VCALENDAR"))
    assert fetch(SECRET, resolve, here.connect) == b"BEGIN:VCALENDAR"
    assert here.asked[1][3] == "/elsewhere.ics"


def test_it_does_not_follow_for_ever_and_does_not_take_too_much() -> None:
    moved = (302, {"Location": SECRET}, b"")
    with pytest.raises(BrokenCalendar, match="on and on"):
        fetch(SECRET, lives_at(PUBLIC), Server(*[moved] * 5).connect)
    with pytest.raises(BrokenCalendar, match="larger than 2 MB"):
        fetch(SECRET, lives_at(PUBLIC), Server((200, {}, b"x" * 2_100_000)).connect)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal_names_the_host_and_not_the_secret(status: int) -> None:
    with pytest.raises(BrokenCalendar, match=rf"calendar\.example\.com .*HTTP {status}") as fault:
        fetch(SECRET, lives_at(PUBLIC), Server((status, {}, b"")).connect)
    assert "1234" not in str(fault.value)
    assert "5678" not in str(fault.value)


@pytest.mark.parametrize(
    "url", ["http://calendar.example.com/", "file:///etc/passwd", "ftp://x/", "https:///x", "rota"]
)
def test_only_https_is_fetched(url: str) -> None:
    with pytest.raises(BrokenCalendar, match="https"):
        fetch(url, lives_at(PUBLIC), Server().connect)


def test_the_real_connection_asks_the_certificate_for_the_name() -> None:
    pool = connection_to(PUBLIC, "calendar.example.com", 443)
    assert isinstance(pool, urllib3.HTTPSConnectionPool)
    assert (pool.host, pool.assert_hostname, pool.cert_reqs) == (PUBLIC, "calendar.example.com", "CERT_REQUIRED")
    assert pool.conn_kw["server_hostname"] == "calendar.example.com"
