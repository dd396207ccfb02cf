"""Sending messages to customers, one at a run."""

from __future__ import annotations

from typing import cast

from callbacks.paging.customer_outbox import CustomerOutbox
from callbacks.worker.jobs.customer_messages import CustomerMessageSending


class Due:
    """An outbox with so many due messages."""

    def __init__(self, count: int) -> None:
        self.due, self.delivered = list(range(1, count + 1)), list[int]()

    def claim(self) -> int | None:
        return self.due.pop(0) if self.due else None

    def deliver(self, message: int) -> None:
        self.delivered.append(message)


def test_one_message_is_sent_at_each_run_while_there_are_more() -> None:
    due = Due(2)
    job = CustomerMessageSending(cast(CustomerOutbox, due))
    assert [job.run(), job.run(), job.run()] == [True, True, False]
    assert due.delivered == [1, 2]
