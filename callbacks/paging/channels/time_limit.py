"""One time limit for a whole request: connecting, sending, and every byte of the answer.

A read timeout is not one, because it starts again with every byte received. When the time is up, the connection is
closed under whoever reads from it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

CHUNK = 64 * 1024


class TimeLimit:
    """The time that one request may take in all, and the connections that it uses."""

    def __init__(self, seconds: float) -> None:
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        self.is_over = False
        self._timer = threading.Timer(seconds, self.end)
        self._timer.daemon = True

    def watch(self, connection: socket.socket) -> None:
        """Close a connection when the time is up."""
        with self._lock:
            self._sockets.append(connection)
        if self.is_over:
            _close(connection)

    def end(self) -> None:
        """Close the connections now. Any thread may call this."""
        self.is_over = True
        with self._lock:
            watched = list(self._sockets)
        for connection in watched:
            _close(connection)

    def __enter__(self) -> TimeLimit:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _close(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # already closed, or wrapped in TLS and watched as such
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


_in_this_thread = threading.local()


@contextmanager
def time_limit(seconds: float) -> Iterator[TimeLimit]:
    """Give everything that this thread requests in this block so many seconds in all. An outer limit stays."""
    outer: TimeLimit | None = getattr(_in_this_thread, "limit", None)
    if outer is not None:
        yield outer
        return
    with TimeLimit(seconds) as limit:
        _in_this_thread.limit = limit
        try:
            yield limit
        finally:
            _in_this_thread.limit = None


def watch(connection: socket.socket | None) -> None:
    """Close a connection when the time of this thread's request is up."""
    limit: TimeLimit | None = getattr(_in_this_thread, "limit", None)
    if limit is not None and connection is not None:
        limit.watch(connection)


class _Watched(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        connection = super()._new_conn()
        watch(connection)  # TLS is not begun yet
        return connection

    def connect(self) -> None:
        super().connect()
        watch(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        watch(self.sock)  # of an earlier request
        super().request(*args, **kwargs)


class _WatchedTls(_Watched, HTTPSConnection): ...


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class TimeLimitAdapter(HTTPAdapter):
    """Sends each request with one time limit, and reads the whole answer within it."""

    def __init__(self, seconds: float, most_bytes: int) -> None:
        self._seconds, self._most_bytes = seconds, most_bytes
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # type: ignore[override]
        """Return the answer, complete. Raise requests.ReadTimeout when the time is up."""
        with time_limit(self._seconds) as limit:
            try:
                answer = super().send(request, **{**options, "stream": True})
                answer._content = self._whole(answer)
            except requests.RequestException as fault:
                if limit.is_over and not isinstance(fault, requests.ConnectTimeout):
                    raise requests.ReadTimeout("the answer took too long") from fault
                raise
            if limit.is_over:  # a connection that was closed looks like the end of the answer
                raise requests.ReadTimeout("the answer took too long")
            return answer

    def _whole(self, answer: requests.Response) -> bytes:
        content = bytearray()
        for chunk in answer.iter_content(CHUNK):
            content += chunk
            if len(content) > self._most_bytes:
                answer.close()
                raise requests.exceptions.ContentDecodingError("the answer is too large")
        return bytes(content)


def limited_session(seconds: float, most_bytes: int) -> requests.Session:
    """Return a session in which each request has one time limit."""
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, TimeLimitAdapter(seconds, most_bytes))
    return session
