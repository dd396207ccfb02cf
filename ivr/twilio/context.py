"""What the webhooks work with. The app holds one context; a webhook asks for it with `current()`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswerInTime
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.links import Links
from callbacks.settings import Settings
from ivr.twilio.call_urls import CallUrls
from ivr.twilio.phrases import Wording
from ivr.twilio.refusals import RefusalLog
from sla.clock import Clock

T = TypeVar("T")
EXTENSION = "webhooks"  # its key in `app.extensions`
LONGEST_QUEUE = 16  # transactions that wait for a thread
THREADS = 16


class DatabaseUnavailable(Exception):
    """The database did not finish a webhook's transaction in time."""


@dataclass(frozen=True)
class WebhookContext:
    """Everything that a webhook may need. `ivr.webhooks.register_webhooks` sets it once per app."""

    database: Database
    desk: Desk
    settings: Settings
    clock: Clock
    urls: CallUrls
    links: Links
    timeout: timedelta  # how long a person on the phone waits for the database
    refusals: RefusalLog = field(default_factory=RefusalLog)
    own_words: Wording = field(default_factory=dict)  # of the desk, by the prompt that they replace

    def now(self) -> datetime:
        return self.clock.now()

    def write(self, work: Callable[[Session], T]) -> T:
        """Run a transaction and return its result. Raise DatabaseUnavailable when it takes longer than `timeout`."""
        if _threads._work_queue.qsize() >= LONGEST_QUEUE:
            raise DatabaseUnavailable("too many transactions are waiting already")
        transaction = _threads.submit(self.database.write, work)
        try:
            return transaction.result(timeout=self.timeout.total_seconds())
        except NoAnswerInTime:
            raise DatabaseUnavailable(f"no answer within {self.timeout.total_seconds():g} seconds") from None
        except SQLAlchemyError as error:
            raise DatabaseUnavailable(f"{type(error).__name__}: {getattr(error, 'orig', None) or error}") from error


_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="webhook")


def current() -> WebhookContext:
    """Return the context of the app that handles this request."""
    context: WebhookContext = current_app.extensions[EXTENSION]
    return context
