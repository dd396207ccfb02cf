"""Senders: threads that send requests to the carrier, so that a slow answer delays no other request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

SENDERS = 8
PATIENCE = timedelta(seconds=12)  # a slower request is left to its lease


class Senders:
    """A fixed number of threads, and their unfinished requests."""

    def __init__(self, count: int = SENDERS, patience: timedelta = PATIENCE) -> None:
        self._count, self._patience = count, patience
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="sender")
        self._unfinished, self._new = set[Future[None]](), set[Future[None]]()

    @property
    def free(self) -> int:
        """Return how many senders are free. Below zero: how many requests wait for one."""
        self._unfinished = {request for request in self._unfinished if not request.done()}
        return self._count - len(self._unfinished)

    def start(self, work: Callable[[T], object], claims: Iterable[T]) -> None:
        """Start the work on each claim."""
        started = {self._pool.submit(_guarded, work, claim) for claim in claims}
        self._new |= started
        self._unfinished |= started

    def wait(self) -> None:
        """Wait for the requests started since the last call, up to the time limit."""
        new, self._new = self._new, set()
        wait(new, timeout=self._patience.total_seconds())

    def close(self) -> None:
        """Finish the requests that have started, and start no other."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _guarded(work: Callable[[T], object], claim: T) -> None:
    try:
        work(claim)
    except Exception:
        log.exception("a request failed; its row is due again when its lease has run out", claim=repr(claim))
