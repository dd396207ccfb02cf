"""Senders: threads that talk to the carrier, so that one slow answer does not hold up the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from typing import TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

SENDERS = 8
PATIENCE = timedelta(seconds=12)  # a request that takes longer is settled by its lease


class Senders:
    """A number of threads, and the requests that they have not finished."""

    def __init__(self, count: int = SENDERS, patience: timedelta = PATIENCE) -> None:
        self._count, self._patience = count, patience
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="sender")
        self._unfinished, self._new = set[Future[None]](), set[Future[None]]()

    @property
    def free(self) -> int:
        """How many have nothing to do; below zero, as many requests wait for a sender."""
        self._unfinished = {request for request in self._unfinished if not request.done()}
        return self._count - len(self._unfinished)

    def start(self, work: Callable[[T], object], claims: Iterable[T]) -> None:
        """Start the work on every claim."""
        started = {self._pool.submit(_guarded, work, claim) for claim in claims}
        self._new |= started
        self._unfinished |= started

    def wait(self) -> None:
        """Wait a while for what was started since the last time."""
        new, self._new = self._new, set()
        wait(new, timeout=self._patience.total_seconds())

    def close(self) -> None:
        """Finish what is under way, and start nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _guarded(work: Callable[[T], object], claim: T) -> None:
    try:
        work(claim)
    except Exception:
        log.exception("a request failed; its row is due again when the lease has run out", claim=repr(claim))
