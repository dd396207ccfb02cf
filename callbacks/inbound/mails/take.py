"""The way into the desk for a mail, however it was fetched: by IMAP, or piped in by our own mail server."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.errors import DeskError
from callbacks.settings import Settings
from sla.clock import Clock

LARGEST = 64 * 1024 * 1024  # bytes of a mail; most mail servers take less than half of it


class Unreadable(DeskError):
    """This mail can never be taken."""


class Take(Protocol):
    """Stores a mail to a mailbox of ours, once, however often it is offered.

    Raise Unreadable if it can never be taken. After any other error, offer it again.
    """

    def __call__(self, mailbox: str, raw: bytes, arrived_at: datetime) -> None: ...


def taker(settings: Settings, desk: Desk, database: Database, clock: Clock) -> Take:
    """Return the function that reads a mail and stores it."""

    def take(mailbox: str, raw: bytes, arrived_at: datetime) -> None:
        raise OSError("this release cannot store mails yet")

    return take


def refuse_too_large(size: int) -> None:
    """Raise Unreadable for a mail of more bytes than are taken."""
    if size > LARGEST:
        raise Unreadable(f"It has more than {LARGEST // 1024 // 1024} MB.")
