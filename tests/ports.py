"""Ports that nobody else can take between the moment when a test chooses one and the moment when a server listens."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """Give a free port of this machine, and keep it for the server that the test starts.

    On Linux a socket that is bound and does not listen keeps the kernel from handing the port out, and does not keep
    a server with SO_REUSEADDR from it. Until one listens, connections are refused.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield int(holder.getsockname()[1])
