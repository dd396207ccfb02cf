"""Fetches somebody else's calendar. The address is typed in by a person, and must not lead into our own network.

A name is resolved once, every address it has is checked, and the connection is made to the address that was checked,
while TLS still asks for the name: a name that means something else a moment later (DNS rebinding) gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, urljoin, urlsplit

import certifi
import urllib3

from callbacks.oncall.icalendar_reader import MOST_BYTES, BrokenCalendar

TO_CONNECT, TO_ANSWER, IN_ALL = 5.0, 10.0, 20.0  # seconds
MOST_REDIRECTS = 3
CHUNK = 64 * 1024

Resolve = Callable[[str], Sequence[str]]
Connect = Callable[[str, str, int], urllib3.HTTPConnectionPool]


def resolved(host: str) -> Sequence[str]:
    """Every address of a name. Raises BrokenCalendar."""
    try:
        return [str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except OSError:
        raise BrokenCalendar(f"There is no server {host}. Look at the calendar's address.") from None


def connection_to(address: str, host: str, port: int) -> urllib3.HTTPConnectionPool:
    """A connection to one address, whose certificate must be the name's."""
    return urllib3.HTTPSConnectionPool(
        address, port, server_hostname=host, assert_hostname=host, cert_reqs="CERT_REQUIRED", ca_certs=certifi.where()
    )


def fetch(url: str, resolve: Resolve = resolved, connect: Connect = connection_to) -> bytes:
    """Fetch a feed by https (webcal is read as https), following three redirects at most. Raises BrokenCalendar.

    The address is a secret: no error names more of it than its host.
    """
    until = time.monotonic() + IN_ALL
    for _ in range(MOST_REDIRECTS + 1):
        found = _checked(url.replace("webcal://", "https://", 1))
        content, moved_to = _asked(found, _public_address(found.hostname or "", resolve), connect, until)
        if moved_to is None:
            return content
        url = urljoin(found.geturl(), moved_to)
    raise BrokenCalendar("The calendar's address leads on and on. Copy the address that it ends at.")


def _checked(url: str) -> SplitResult:
    found = urlsplit(url)
    if found.scheme != "https" or not found.hostname:
        raise BrokenCalendar("A calendar is fetched by https only. Write an address that begins with https://.")
    return found


def _public_address(host: str, resolve: Resolve) -> str:
    """One address of a name, all of which must be out in the world."""
    addresses = [ipaddress.ip_address(address.partition("%")[0]) for address in resolve(host)]
    if not addresses or not all(_is_public(address) for address in addresses):
        raise BrokenCalendar(f"{host} is in a network of our own, or nowhere. A calendar is fetched from outside only.")
    return str(addresses[0])


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    if inner is not None:
        return _is_public(inner)
    return address.is_global and not address.is_multicast


def _asked(found: SplitResult, address: str, connect: Connect, until: float) -> tuple[bytes, str | None]:
    host, port = found.hostname or "", found.port or 443
    path = f"{found.path or '/'}{f'?{found.query}' if found.query else ''}"
    try:
        with connect(address, host, port) as pool:
            answer = pool.request(
                "GET",
                path,
                headers={"Host": found.netloc.rpartition("@")[2], "User-Agent": "nightdesk", "Accept": "text/calendar"},
                timeout=urllib3.Timeout(connect=TO_CONNECT, read=TO_ANSWER),
                retries=False,
                redirect=False,
                preload_content=False,
            )
            if answer.status in (301, 302, 303, 307, 308):
                return b"", answer.headers.get("Location", "")
            if answer.status != 200:
                raise BrokenCalendar(f"{host} does not give the calendar (HTTP {answer.status}). Look at its address.")
            return _whole(answer, host, until), None
    except urllib3.exceptions.HTTPError as fault:
        raise BrokenCalendar(f"{host} could not be reached ({type(fault).__name__}). Try again later.") from None


def _whole(answer: urllib3.BaseHTTPResponse, host: str, until: float) -> bytes:
    content = b""
    for chunk in answer.stream(CHUNK, decode_content=True):
        content += chunk
        if len(content) > MOST_BYTES:
            raise BrokenCalendar(
                f"The calendar is larger than {MOST_BYTES // 1_000_000} MB. Use a calendar that holds the rota alone."
            )
        if time.monotonic() > until:
            raise BrokenCalendar(f"{host} gives the calendar too slowly. Try again later.")
    return content
