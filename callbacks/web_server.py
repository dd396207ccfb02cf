"""The web server: waitress in this process, with separate threads for phones, links, probes and the console.

One thread reads all connections, and only complete requests get a thread, so a client that stops sending ties up none.
What waitress lacks is here: a deadline for the whole request, a limit on connections that closes old ones in favor of
new ones, and a shutdown that finishes the requests in progress.
"""

from __future__ import annotations

import logging
import os
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.utilities import Error

from callbacks.errors import CannotListen

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# All in seconds.
RECEIVED_WITHIN = 30.0  # one request, from its first byte to its last
IDLE_FOR = 75.0  # a connection on which nothing happens; longer than proxies keep theirs (nginx: 60)
STOPPED_WITHIN = 15.0  # for requests in progress, from the signal to stop
ARRIVING_FOR = 1.0  # a request that began to arrive this long before the signal to stop is in progress
LOOKS_EVERY = 0.25  # whether to stop, and for late connections

LARGEST_HEAD = 32 * 1024
# No form is longer. Parsing one holds the interpreter, and calls wait: 1 MiB of short fields took a second.
LARGEST_BODY = 64 * 1024
# No answer is longer. Waitress would hold a thread while a client has more than this left to read.
LONGEST_ANSWER = 1024 * 1024 * 1024

CONNECTIONS = 1000 if hasattr(select, "poll") else 400  # `select`, all that Windows has, takes 512 files
FILES_EACH = 3  # a connection's socket and two temporary files
OTHER_FILES = 256
UNCLEAR = re.compile(rb"\A[^\r\n]*[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]|\r\n[ \t]")
ACCEPTED_AT_ONCE = 64  # waitress accepts one connection each time it looks at all of them


@dataclass(frozen=True)
class Pool:
    """Threads for some paths. While `longest_queue` requests are waiting, further ones are refused at once."""

    name: str
    paths: Sequence[str]  # how they begin
    threads: int
    longest_queue: int


# Waiting webhooks are limited by the number of connections and by their database timeout, so none is refused here.
# They have a thread for each transaction that runs or waits (`ivr.twilio.context`).
PHONES = Pool("phones", ("/voice/", "/sms/"), 32, CONNECTIONS)
# Signed links: the screen of a technician who was paged, a message for the carrier to play.
LINKS = Pool("links", ("/t/", "/media/"), 4, 64)
PROBES = Pool("probes", ("/healthz", "/readyz", "/metrics"), 2, 16)
# Python runs one thread at a time. Each busy thread of the console makes callers wait longer, so there are few.
CONSOLE = Pool("console", ("",), 4, 64)
POOLS = (PHONES, LINKS, PROBES, CONSOLE)  # the first one with a path that fits
ERRORS = Pool("errors", (), 1, CONNECTIONS)  # answers that need no application


@contextmanager
def serving(
    app: WSGIApplication, host: str, port: int, trusted_proxy: str = "127.0.0.1", largest_body: int = LARGEST_BODY
) -> Iterator[None]:
    """Answer requests in a thread of their own while the block runs. Raise CannotListen."""
    stopping = threading.Event()
    with WebServer(app, host, port, trusted_proxy, largest_body) as server:
        thread = threading.Thread(target=server.run, args=(stopping,), name="web")
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join()


def listeners(host: str, port: int) -> list[socket.socket]:
    """Return a bound socket for each address of the host. Raise CannotListen."""
    bound: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in _addresses(host, port):
            bound.append(_bound(socket.socket(family, kind, protocol), address))
    except OSError as error:
        for each in bound:
            each.close()
        raise CannotListen(
            f"Cannot listen on {host}, port {port}: {error.strerror}. "
            "Stop the program that uses the port, or choose another --host or --port."
        ) from None
    return bound


def _addresses(host: str, port: int) -> list[tuple[int, int, int, str, tuple[object, ...]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise CannotListen(f"Cannot listen on {host}: {error.strerror}. Choose another --host.") from None
    return list(dict.fromkeys(found))


def _bound(listener: socket.socket, address: tuple[object, ...]) -> socket.socket:
    try:
        if os.name == "posix":  # on Windows this would let two programs share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
    except OSError:
        listener.close()
        raise
    return listener


class WebServer:
    """Waitress on an address. `run` answers requests; leaving the block closes everything. Raise CannotListen."""

    def __init__(
        self, app: WSGIApplication, host: str, port: int, trusted_proxy: str, largest_body: int = LARGEST_BODY
    ) -> None:
        sockets = listeners(host, port)
        # Below errors it tells of every client that hangs up, of every request that waits, and whole malformed headers.
        for name in ("waitress", "waitress.queue"):
            logging.getLogger(name).setLevel(logging.ERROR)
        self._map: dict[int, object] = {}
        self._pools = Pools()
        settings = _settings(trusted_proxy, largest_body)
        self._listeners = [
            Listener(
                app, self._map, _sock=each, dispatcher=self._pools, adj=settings, bind_socket=False,
                sockinfo=(each.family, each.type, each.proto, each.getsockname()),
            )
            for each in sockets
        ]  # fmt: skip

    def __enter__(self) -> WebServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._pools.shutdown()
        wasyncore.close_all(self._map)

    def run(self, stopping: threading.Event) -> None:
        """Answer requests until `stopping` is set, then finish those in progress."""
        while not stopping.is_set():
            self._look(LOOKS_EVERY)
            self._close(Connection.is_late)
        for listener in self._listeners:
            wasyncore.dispatcher.close(listener)
        ends = time.monotonic() + STOPPED_WITHIN
        while self._connections() and time.monotonic() < ends:
            self._close(lambda each, now: not each.is_under_way(now))
            self._look(0.05)

    def _look(self, timeout: float) -> None:
        wasyncore.loop(timeout, use_poll=True, map=self._map, count=1)

    def _connections(self) -> list[Connection]:
        return [each for each in self._map.values() if isinstance(each, Connection)]

    def _close(self, which: Callable[[Connection, float], bool]) -> None:
        now = time.monotonic()
        for connection in self._connections():
            if which(connection, now):
                connection.handle_close()


def _settings(trusted_proxy: str, largest_body: int) -> Adjustments:
    return Adjustments(
        connection_limit=2 * CONNECTIONS,  # `Listener` has the limit that holds
        asyncore_use_poll=True,
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=largest_body + 1,  # waitress refuses one of this size
        inbuf_overflow=largest_body + 1,
        outbuf_high_watermark=LONGEST_ANSWER,
        ident=None,
        trusted_proxy=trusted_proxy,
        trusted_proxy_count=1,
        trusted_proxy_headers={"x-forwarded-for"},
        clear_untrusted_proxy_headers=True,
    )


def allowed_connections() -> int:
    """Raise the limit on open files if needed, and return how many connections this process may have."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return CONNECTIONS
    wanted = FILES_EACH * CONNECTIONS + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(OTHER_FILES, allowed - OTHER_FILES) // FILES_EACH


class Listener(TcpWSGIServer):
    """Accepts connections. At the limit, it closes the oldest one without a complete request to let a new one in."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self.channel_class = Connection
        self._most = allowed_connections()
        super().__init__(*arguments, **options)

    def handle_accept(self) -> None:
        for _ in range(ACCEPTED_AT_ONCE):
            before = len(self.active_channels)
            super().handle_accept()
            if len(self.active_channels) == before:
                break
            self._close_oldest()

    def _close_oldest(self) -> None:
        if len(self.active_channels) > self._most:
            waiting = [each for each in self.active_channels.values() if not each.requests]
            min(waiting, key=lambda each: each.waits_since).handle_close()

    def add_task(self, connection: Connection) -> None:
        connection.arrives_since = None
        super().add_task(connection)

    def maintenance(self, now: float) -> None:
        """Leave late connections to `WebServer.run`, whose clock is monotonic."""


class Connection(HTTPChannel):
    """One connection. Its deadlines are on the monotonic clock."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self.parser_class, self.error_task_class = RequestParser, ErrorAnswer
        self.waits_since = self.active_at = time.monotonic()
        self.arrives_since: float | None = None  # the first byte of a request that is not whole yet
        super().__init__(*arguments, **options)

    def is_late(self, now: float) -> bool:
        """Return whether a request takes too long to arrive, or nothing has happened for too long."""
        if self.requests:
            return False
        arriving = self.arrives_since is not None and now - self.arrives_since > RECEIVED_WITHIN
        return arriving or now - self.active_at > IDLE_FOR

    def is_under_way(self, now: float) -> bool:
        """Return whether a request is being answered, or has just begun to arrive."""
        arriving = self.arrives_since is not None and now - self.arrives_since < ARRIVING_FOR
        return bool(self.requests or self.total_outbufs_len or arriving)

    def received(self, data: bytes) -> bool:
        self.active_at = time.monotonic()
        if self.arrives_since is None:
            self.arrives_since = self.active_at
        return bool(super().received(data))

    def service(self) -> None:
        super().service()
        self.waits_since = self.active_at = time.monotonic()

    def _flush_some(self, do_close: bool = True) -> bool:
        sent = bool(super()._flush_some(do_close))
        if sent:
            self.active_at = time.monotonic()
        return sent


class RequestParser(HTTPRequestParser):
    """Reads a request, and refuses what a proxy in front could read as another one (RFC 9112, 11.2).

    One without a length is refused too: no carrier or browser sends one, and it would have no limit.
    """

    def parse_header(self, head: bytes) -> None:
        is_awaited = False
        try:
            self._parse(head)
            is_awaited = 0 < self.content_length < self.adj.max_request_body_size
        finally:
            # Where nothing follows, waitress would take the next request for the end of this one.
            if not is_awaited:
                self.expect_continue = False

    def _parse(self, head: bytes) -> None:
        if UNCLEAR.search(head):
            raise ParsingError("A header is folded, or the first line has a control character.")
        try:
            super().parse_header(head)
        except ValueError as error:  # of `urlsplit`, which waitress does not expect
            raise ParsingError(f"{error}.") from None
        if self.chunked or "TRANSFER_ENCODING" in self.headers:  # waitress leaves it there in HTTP/1.0
            self.error, self.body_rcv = LengthRequired("Send the request with a Content-Length."), None
        self._check_host()

    def _check_host(self) -> None:
        """Refuse a request with two hosts or none (RFC 9112, 3.2), or with another in its address."""
        host = self.headers.get("HOST", "")
        if self.version == "1.1" and (not host or "," in host):
            raise ParsingError("Send the request with one Host header.")
        if self.proxy_netloc and self.proxy_netloc.lower() != host.lower():
            raise ParsingError("The address and the Host header name different hosts.")


class LengthRequired(Error):
    code, reason = 411, "Length Required"


class TooBusy(Error):
    code, reason = 503, "Service Unavailable"


class ErrorAnswer(ErrorTask):
    """The answer to a request that does not reach the application."""

    def execute(self) -> None:
        error = self.request.error
        self.status, body = f"{error.code} {error.reason}", f"{error.reason}: {error.body}\n".encode()
        self.response_headers += [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
        ]
        if isinstance(error, TooBusy):
            self.response_headers.append(("Retry-After", "5"))
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Pools:
    """Gives each complete request to the threads of its pool. It replaces waitress's own dispatcher."""

    def __init__(self) -> None:
        self._threads = {pool: ThreadedTaskDispatcher() for pool in (*POOLS, ERRORS)}
        for pool, threads in self._threads.items():
            threads.set_thread_count(pool.threads)

    def add_task(self, connection: Connection) -> None:
        request = connection.requests[0]
        pool = ERRORS if request.error else pool_of(request.path)
        if len(self._threads[pool].queue) >= pool.longest_queue:
            request.error = TooBusy("Too many requests are waiting. Try again in a few seconds.")
            pool = ERRORS
        self._threads[pool].add_task(connection)

    def shutdown(self) -> None:
        """Stop the threads, and drop the requests that they have not started."""
        for threads in self._threads.values():
            threads.set_thread_count(0)
        for threads in self._threads.values():
            threads.shutdown(timeout=0.2)


def pool_of(path: str) -> Pool:
    """Return the pool that answers a path."""
    path = "/" + path.lstrip("/")  # waitress gives the application one slash for any number of them
    return next(pool for pool in POOLS if path.startswith(tuple(pool.paths)))
