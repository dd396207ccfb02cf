"""Fetches a file from an address that somebody else gave, which must not lead into our own network (SSRF).

A calendar's address is typed by a person, a recording's is where the carrier redirects to.

A host name is resolved once and all its addresses are checked. The connection goes to a checked address, while TLS
verifies the host name, so a name that resolves differently a moment later (DNS rebinding) has no effect.
"""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import certifi
import urllib3
from urllib3.connection import HTTPSConnection

from callbacks.oncall.ical.parse import MOST_BYTES, BrokenCalendar

MOST_REDIRECTS = 3
CHUNK = 64 * 1024

Resolve = Callable[[str], Sequence[str]]
Connect = Callable[[str, str, int, float], urllib3.HTTPConnectionPool]


@dataclass(frozen=True)
class Limits:
    """How long a server may take, in seconds."""

    to_connect: float = 5.0
    to_answer: float = 10.0
    total: float = 20.0


PRODUCTION = Limits()


@dataclass(frozen=True)
class Wanted:
    """What is fetched: its name in messages, its content type, and the most that is read."""

    name: str
    content_type: str
    most_bytes: int


CALENDAR = Wanted("calendar", "text/calendar", MOST_BYTES)
_PUBLIC_IPV6 = ipaddress.ip_network("2000::/3")  # other ranges, and 6to4, can embed a private IPv4 address
logging.getLogger("urllib3.connection").addFilter(
    lambda record: "url=%s" not in str(record.msg)
)  # it would log the secret


def resolved(host: str) -> Sequence[str]:
    """Return every IP address of a host. Raise BrokenCalendar."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except OSError:
        raise BrokenCalendar(f"There is no server {host}. Check the calendar's address.") from None


def connection_to(address: str, host: str, port: int, seconds: float) -> urllib3.HTTPConnectionPool:
    """Return a connection to an address, which is closed after `seconds`. The certificate must be the host's.

    A read timeout would not be enough, because it starts again with every byte received.
    """
    timers: list[threading.Timer] = []

    class Connection(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            timers.append(threading.Timer(seconds, _cut, [self.sock]))
            timers[-1].daemon = True
            timers[-1].start()

    class Pool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Connection

        def close(self) -> None:
            super().close()
            for timer in timers:
                timer.cancel()

    return Pool(
        address, port, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()
    )


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # already closed
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def fetch(
    url: str,
    resolve: Resolve = resolved,
    connect: Connect = connection_to,
    limits: Limits = PRODUCTION,
    wanted: Wanted = CALENDAR,
) -> bytes:
    """Return the content of a file, fetched by https (webcal counts as https). Raise BrokenCalendar.

    The address is a secret, so errors name only its host. At most three redirects are followed.
    """
    until = time.monotonic() + limits.total
    url = re.sub(r"^webcal:", "https:", url.strip(), flags=re.IGNORECASE)
    for _ in range(MOST_REDIRECTS + 1):
        place = _place(url, wanted)
        content, moved_to = _request(
            place, _public_address(place.host, resolve, wanted), connect, limits, until, wanted
        )
        if moved_to is None:
            return content
        url = _joined(url, moved_to, wanted)
    raise BrokenCalendar(f"The {wanted.name}'s address redirects too many times. Use the address that it ends at.")


@dataclass(frozen=True)
class _Place:
    """The parts of an address that a request needs."""

    host: str
    port: int
    path: str

    @property
    def written(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == 443 else f"{name}:{self.port}"


def _place(url: str, wanted: Wanted) -> _Place:
    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").encode("idna").decode(), found.port or 443
    except ValueError:  # the message can contain part of the address, which is secret
        raise _no_address(wanted) from None
    if found.scheme != "https" or not host:
        raise BrokenCalendar(f"A {wanted.name} is only fetched by https. Give an address that begins with https://.")
    return _Place(host, port, f"{found.path or '/'}{f'?{found.query}' if found.query else ''}")


def _joined(url: str, moved_to: str, wanted: Wanted) -> str:
    try:
        return urljoin(url, moved_to)
    except ValueError:
        raise _no_address(wanted) from None


def _no_address(wanted: Wanted) -> BrokenCalendar:
    return BrokenCalendar(f"This is not an address, or it redirects to none. Copy the {wanted.name}'s address again.")


def _public_address(host: str, resolve: Resolve, wanted: Wanted) -> str:
    """Return one IP address of a host. Raise BrokenCalendar unless all its addresses are public."""
    addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in resolve(host)]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise BrokenCalendar(
            f"{host} is in a private network, or has no address. A {wanted.name} must be on the public internet."
        )
    return str(addresses[0])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.version == 6 and (address not in _PUBLIC_IPV6 or address.sixtofour):
        return False
    return address.is_global and not address.is_multicast


def _request(
    place: _Place, address: str, connect: Connect, limits: Limits, until: float, wanted: Wanted
) -> tuple[bytes, str | None]:
    try:
        with connect(address, place.host, place.port, _time_left(place.host, until, wanted)) as pool:
            answer = pool.request(
                "GET",
                place.path,
                headers={"Host": place.written, "User-Agent": "nightdesk", "Accept": wanted.content_type},
                timeout=urllib3.Timeout(connect=limits.to_connect, read=limits.to_answer),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            with contextlib.closing(answer):
                if answer.status in (301, 302, 303, 307, 308):
                    return b"", answer.headers.get("Location", "")
                if answer.status != 200:
                    raise BrokenCalendar(
                        f"{place.host} did not return the {wanted.name} (HTTP {answer.status}). Check its address."
                    )
                return _whole(answer, place.host, until, wanted), None
    except urllib3.exceptions.HTTPError as fault:
        _time_left(place.host, until, wanted)
        raise BrokenCalendar(f"{place.host} could not be reached ({type(fault).__name__}). Try again later.") from None


def _time_left(host: str, until: float, wanted: Wanted) -> float:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise BrokenCalendar(f"{host} sent the {wanted.name} too slowly. Try again later.")
    return seconds


def _whole(answer: urllib3.BaseHTTPResponse, host: str, until: float, wanted: Wanted) -> bytes:
    content = b""
    for chunk in answer.stream(CHUNK, decode_content=True):
        content += chunk
        if len(content) > wanted.most_bytes:
            raise BrokenCalendar(f"The {wanted.name} is larger than {wanted.most_bytes // 1_000_000} MB.")
        _time_left(host, until, wanted)
    _time_left(host, until, wanted)  # a connection that was cut looks like the end of the content
    return content
