"""Fetching a calendar: never from a private network, never too much, never revealing the secret."""

from __future__ import annotations

import contextlib
import io
import socket
import ssl
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import certifi
import pytest
import urllib3

from callbacks.oncall.ical.fetch import Limits, connection_to, fetch
from callbacks.oncall.ical.parse import BrokenCalendar
from tests.waiting import FAR

PUBLIC = "93.184.216.34"
UNHURRIED = Limits(FAR.total_seconds(), FAR.total_seconds(), FAR.total_seconds())
SECRET = "https://calendar.example.com/private-1234/rota.ics?key=5678"


class Server:
    """What is out there: an answer for each request, in order."""

    def __init__(self, *answers: tuple[int, dict[str, str], bytes]) -> None:
        self.answers, self.asked = list(answers), list[tuple[str, str, str, str]]()

    def connect(self, address: str, host: str, port: int, seconds: float) -> Any:
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
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "192.0.2.1", "::ffff:0:10.0.0.1", "::10.0.0.1"),
        *("64:ff9b::10.0.0.1", "64:ff9b:1::10.0.0.1", "fec0::1", "5f00::1", "2001:0:7f00:1::"),
    ],
)
def test_our_own_network_is_never_asked(address: str) -> None:
    server = Server((200, {}, b"secret"))
    with pytest.raises(BrokenCalendar, match="a private network"):
        fetch(SECRET, lives_at(address), server.connect)
    with pytest.raises(BrokenCalendar, match="a private network"):
        fetch(SECRET, lives_at(PUBLIC, address), server.connect)
    assert server.asked == []


def test_a_redirect_is_checked_like_the_first_address() -> None:
    def resolve(host: str) -> Sequence[str]:
        return ["127.0.0.1"] if host == "localhost" else [PUBLIC]

    moved = (302, {"Location": "https://localhost/admin"}, b"")
    with pytest.raises(BrokenCalendar, match="localhost is in a private network"):
        fetch(SECRET, resolve, Server(moved).connect)
    with pytest.raises(BrokenCalendar, match="only fetched by https"):
        fetch(SECRET, resolve, Server((302, {"Location": "http://calendar.example.com/"}, b"")).connect)
    here = Server((301, {"Location": "/elsewhere.ics"}, b""), (200, {}, b"BEGIN:VCALENDAR"))
    assert fetch(SECRET, resolve, here.connect) == b"BEGIN:VCALENDAR"
    assert here.asked[1][3] == "/elsewhere.ics"


def test_it_does_not_follow_for_ever_and_does_not_take_too_much() -> None:
    moved = (302, {"Location": SECRET}, b"")
    with pytest.raises(BrokenCalendar, match="redirects too many times"):
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


@pytest.mark.parametrize(
    "url",
    [
        *("https://[secret/1234", "https://calendar.example.com:secret1234/", "https://calendar.example.com:99999/"),
        *(f"https://{'secret1234' * 7}.example/", "https://.example/secret1234"),
    ],
)
def test_what_is_no_address_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(BrokenCalendar, match="not an address") as typed:
        fetch(url, lives_at(PUBLIC), Server().connect)
    with pytest.raises(BrokenCalendar, match="not an address") as moved:
        fetch(SECRET, lives_at(PUBLIC), Server((302, {"Location": url}, b"")).connect)
    assert "1234" not in f"{typed.value} {moved.value}"


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("WEBCAL://calendar.example.com", "calendar.example.com", "/"),
        (" https://calendar.example.com:8443/a?b#c\n", "calendar.example.com:8443", "/a?b"),
        ("https://b\u00fccher.example/", "xn--bcher-kva.example", "/"),
        ("https://[2606:2800:220:1::1]/", "[2606:2800:220:1::1]", "/"),
        ("https://amy:pass@calendar.example.com/", "calendar.example.com", "/"),
        ("https://calendar.example.com/?to=webcal://x", "calendar.example.com", "/?to=webcal://x"),
    ],
)
def test_an_address_is_asked_as_it_is_meant(url: str, host: str, path: str) -> None:
    server = Server((302, {"Location": path}, b""), (200, {}, b"BEGIN:VCALENDAR"))
    fetch(url, lives_at(PUBLIC), server.connect)
    assert [asked[2:] for asked in server.asked] == [(host, path)] * 2


# Against a server that really speaks TLS, on this machine.

# For calendar.example.com until 2126, trusted by these tests and by nothing else.
CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgrUZ4nCcB7Mm3z+E/
B4J3zCNlLfQTcuWWdl+4z9dnit2hRANCAAQ1UjQf/ZU/uTr+gMDpWHBfKM+MCWnl
vGlMfN8hkoKLbwdgCWOYinZsvnl9nes4Y9SY8HQR2XPw9wp9K/nt8T0K
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBtTCCAVygAwIBAgIUdqH56t+IrhsEcDToEqjIRjykfigwCgYIKoZIzj0EAwIw
HzEdMBsGA1UEAwwUY2FsZW5kYXIuZXhhbXBsZS5jb20wIBcNMjYxMTIzMDkzNzQ4
WhgPMjEyNjEwMzAwOTM3NDhaMB8xHTAbBgNVBAMMFGNhbGVuZGFyLmV4YW1wbGUu
Y29tMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAENVI0H/2VP7k6/oDA6VhwXyjP
jAlp5bxpTHzfIZKCi28HYAljmIp2bL55fZ3rOGPUmPB0Edlz8PcKfSv57fE9CqN0
MHIwHQYDVR0OBBYEFNkZ4aEcVUbVr1q7v5Rf2g2uRy6UMB8GA1UdIwQYMBaAFNkZ
4aEcVUbVr1q7v5Rf2g2uRy6UMA8GA1UdEwEB/wQFMAMBAf8wHwYDVR0RBBgwFoIU
Y2FsZW5kYXIuZXhhbXBsZS5jb20wCgYIKoZIzj0EAwIDRwAwRAIgXOPQqe7e9rUL
n3cvUQ9T2FyetZDQcuZJC44GI2jn0yMCIHiqvDowJIZzpiyx6t++wFeom3lcGqCb
YdFDzzr2OIa0
-----END CERTIFICATE-----
"""


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "certificate.pem"
    file.write_text(CERTIFICATE)
    monkeypatch.setattr(certifi, "where", lambda: str(file))
    return file


class RawServer:
    """One connection's worth of a server: it sends what it is given, piece by piece, until nobody listens."""

    def __init__(self, certificate: Path, *pieces: bytes, drips: bool = False) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.pieces, self.drips, self.gone = pieces, drips, threading.Event()
        self.thread = threading.Thread(target=self.serve)

    def __enter__(self) -> RawServer:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.gone.set()
        self.thread.join()
        self.listener.close()

    def serve(self) -> None:
        line, _ = self.listener.accept()
        with line, contextlib.suppress(OSError), self.context.wrap_socket(line, server_side=True) as safe:
            safe.recv(65_536)
            safe.sendall(b"".join(self.pieces))
            while self.drips and not self.gone.wait(0.05):
                safe.sendall(b"a")

    def connect(self, address: str, host: str, port: int, seconds: float) -> urllib3.HTTPConnectionPool:
        assert address == PUBLIC
        return connection_to("127.0.0.1", host, self.listener.getsockname()[1], seconds)


def test_the_connection_goes_to_the_address_and_the_certificate_is_the_names(certificate: Path) -> None:
    with RawServer(certificate, b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nBEGIN:VCALENDAR") as server:
        assert fetch(SECRET, lives_at(PUBLIC), server.connect, UNHURRIED) == b"BEGIN:VCALENDAR"
    assert all(end.finished.is_set() for end in threading.enumerate() if isinstance(end, threading.Timer))
    with (
        RawServer(certificate, b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen") as server,
        pytest.raises(BrokenCalendar, match=r"other\.example could not be reached \(SSLError\)"),
    ):
        fetch("https://other.example/", lives_at(PUBLIC), server.connect, UNHURRIED)


@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nBEGIN:VCALENDAR",
    ],
    ids=["headers", "body", "body without a length"],
)
def test_a_server_that_drips_is_left_when_the_time_is_over(beginning: bytes, certificate: Path) -> None:
    """It sends bytes for as long as the client stays, so a client without a limit would hang."""
    with RawServer(certificate, beginning, drips=True) as server, pytest.raises(BrokenCalendar, match="too slowly"):
        fetch(SECRET, lives_at(PUBLIC), server.connect, Limits(FAR.total_seconds(), FAR.total_seconds(), total=0.5))


def test_headers_that_make_no_sense_do_not_bring_the_secret_into_the_log(
    certificate: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING")
    with RawServer(certificate, b"HTTP/1.1 200 OK\r\nA: 1\r\nno colon\r\n\r\nBEGIN:VCALENDAR") as server:
        fetch(SECRET, lives_at(PUBLIC), server.connect, UNHURRIED)
    assert "5678" not in caplog.text
    assert "1234" not in caplog.text
