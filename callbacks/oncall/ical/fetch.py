"""Fetches somebody else's calendar. The address is typed in by a person, and must not lead into our own network.

A name is resolved once, every address it has is checked, and the connection is made to the address that was checked,
while TLS still asks for the name: a name that means something else a moment later (DNS rebinding) gains nothing.
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
    in_all: float = 20.0


PRODUCTION = Limits()
_OUT_IN_THE_WORLD = ipaddress.ip_network("2000::/3")  # elsewhere, and in 6to4, an address can carry one of our own
logging.getLogger("urllib3.connection").addFilter(lambda record: "url=%s" not in str(record.msg))  # it would tell all


def resolved(host: str) -> Sequence[str]:
    """Every address of a name. Raises BrokenCalendar."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except OSError:
        raise BrokenCalendar(f"There is no server {host}. Look at the calendar's address.") from None


def connection_to(address: str, host: str, port: int, seconds: float) -> urllib3.HTTPConnectionPool:
    """A connection to one address, whose certificate must be the name's, and which is cut after so many seconds.

    A time-out alone would begin anew with every byte that drips in.
    """
    ends: list[threading.Timer] = []

    class Line(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            ends.append(threading.Timer(seconds, _cut, [self.sock]))
            ends[-1].daemon = True
            ends[-1].start()

    class Pool(urllib3.HTTPSConnectionPool):
        ConnectionCls = Line

        def close(self) -> None:
            super().close()
            for end in ends:
                end.cancel()

    return Pool(
        address, port, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()
    )


def _cut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):  # closed already
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def fetch(
    url: str, resolve: Resolve = resolved, connect: Connect = connection_to, limits: Limits = PRODUCTION
) -> bytes:
    """Fetch a feed by https (webcal is read as https), following three redirects at most. Raises BrokenCalendar.

    The address is a secret: no error names more of it than its host.
    """
    until = time.monotonic() + limits.in_all
    url = re.sub(r"^webcal:", "https:", url.strip(), flags=re.IGNORECASE)
    for _ in range(MOST_REDIRECTS + 1):
        place = _place(url)
        content, moved_to = _asked(place, _public_address(place.host, resolve), connect, limits, until)
        if moved_to is None:
            return content
        url = _joined(url, moved_to)
    raise BrokenCalendar("The calendar's address leads on and on. Copy the address that it ends at.")


@dataclass(frozen=True)
class _Place:
    """What of an address is asked for, and where."""

    host: str
    port: int
    path: str

    @property
    def written(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == 443 else f"{name}:{self.port}"


def _place(url: str) -> _Place:
    try:
        found = urlsplit(url)
        host, port = (found.hostname or "").encode("idna").decode(), found.port or 443
    except ValueError:  # some say what they did not understand, and that is part of the secret
        raise _no_address() from None
    if found.scheme != "https" or not host:
        raise BrokenCalendar("A calendar is fetched by https only. Write an address that begins with https://.")
    return _Place(host, port, f"{found.path or '/'}{f'?{found.query}' if found.query else ''}")


def _joined(url: str, moved_to: str) -> str:
    try:
        return urljoin(url, moved_to)
    except ValueError:
        raise _no_address() from None


def _no_address() -> BrokenCalendar:
    return BrokenCalendar("That is not an address, or leads to what is none. Copy the calendar's address again.")


def _public_address(host: str, resolve: Resolve) -> str:
    """One address of a name, all of which must be out in the world."""
    addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in resolve(host)]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise BrokenCalendar(f"{host} is in a network of our own, or nowhere. A calendar is fetched from outside only.")
    return str(addresses[0])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if address.version == 6 and (address not in _OUT_IN_THE_WORLD or address.sixtofour):
        return False
    return address.is_global and not address.is_multicast


def _asked(place: _Place, address: str, connect: Connect, limits: Limits, until: float) -> tuple[bytes, str | None]:
    try:
        with connect(address, place.host, place.port, _left(place.host, until)) as pool:
            answer = pool.request(
                "GET",
                place.path,
                headers={"Host": place.written, "User-Agent": "nightdesk", "Accept": "text/calendar"},
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
                        f"{place.host} does not give the calendar (HTTP {answer.status}). Look at its address."
                    )
                return _whole(answer, place.host, until), None
    except urllib3.exceptions.HTTPError as fault:
        _left(place.host, until)
        raise BrokenCalendar(f"{place.host} could not be reached ({type(fault).__name__}). Try again later.") from None


def _left(host: str, until: float) -> float:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise BrokenCalendar(f"{host} gives the calendar too slowly. Try again later.")
    return seconds


def _whole(answer: urllib3.BaseHTTPResponse, host: str, until: float) -> bytes:
    content = b""
    for chunk in answer.stream(CHUNK, decode_content=True):
        content += chunk
        if len(content) > MOST_BYTES:
            raise BrokenCalendar(
                f"The calendar is larger than {MOST_BYTES // 1_000_000} MB. Use a calendar that holds the rota alone."
            )
        _left(host, until)
    _left(host, until)  # what was cut looks like an end
    return content
