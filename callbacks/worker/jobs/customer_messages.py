"""Sends the messages to customers that are due, one at a time, beside the senders of pages."""

from __future__ import annotations

from callbacks.paging.customer_outbox import CustomerOutbox


class CustomerMessageSending:
    """Sends one message at each run."""

    def __init__(self, outbox: CustomerOutbox) -> None:
        self._outbox = outbox

    def run(self) -> bool:
        """Send the next message. Return whether there may be more."""
        claim = self._outbox.claim()
        if claim is None:
            return False
        self._outbox.deliver(claim)
        return True
