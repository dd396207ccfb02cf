"""Sending pages: as many at once as there are senders, and an error in the log when all of them hang."""

from __future__ import annotations

import threading
from typing import cast

import pytest

from callbacks.paging.outbox import Outbox
from callbacks.worker.jobs.pages import PageSending
from callbacks.worker.senders import Senders


class Due:
    """An outbox with so many due pages."""

    def __init__(self, count: int) -> None:
        self.due, self.delivered = list(range(count)), list[int]()
        self.may_answer = threading.Event()
        self.may_answer.set()

    def claim(self, limit: int) -> list[int]:
        claimed, self.due = self.due[:limit], self.due[limit:]
        return claimed

    def deliver(self, page: int) -> None:
        self.may_answer.wait(20)
        self.delivered.append(page)


def test_pages_are_sent_a_batch_at_a_time_while_there_are_more() -> None:
    due, senders = Due(5), Senders(2)
    job = PageSending(cast(Outbox, due), senders)
    more = []
    for _ in range(3):
        more.append(job.run())
        senders.wait()
    assert more == [True, True, False]
    assert sorted(due.delivered) == [0, 1, 2, 3, 4]
    senders.close()


def test_when_every_sender_hangs_nothing_is_claimed_and_an_error_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    due, senders = Due(3), Senders(2)
    due.may_answer.clear()
    job = PageSending(cast(Outbox, due), senders)
    assert job.run()
    assert not job.run()
    assert due.due == [2]
    assert "pages are late" in caplog.text
    due.may_answer.set()
    senders.close()
