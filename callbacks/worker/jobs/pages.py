"""Sends the pages that are due, as many at a time as there are senders."""

from __future__ import annotations

import structlog

from callbacks.paging.outbox import Outbox
from callbacks.worker.senders import Senders

log = structlog.get_logger(__name__)


class PageSending:
    """Gives due pages to the senders."""

    def __init__(self, outbox: Outbox, senders: Senders) -> None:
        self._outbox, self._senders = outbox, senders

    def run(self) -> bool:
        """Start to send the pages that are due. Return whether there may be more."""
        free = self._senders.free
        if free <= 0:
            log.error("every sender is waiting for the carrier; pages are late")
            return False
        claims = self._outbox.claim(free)
        self._senders.start(self._outbox.deliver, claims)
        return len(claims) == free
