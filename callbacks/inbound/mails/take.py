"""The way into the desk for a mail, however it was fetched: by IMAP, or piped in by our own mail server."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.inbound.mails.kinds import Ours
from callbacks.inbound.mails.parse import LARGEST, Unreadable, parse
from callbacks.inbound.mails.receive import Received, receive
from callbacks.media.configured import media_store
from callbacks.settings import Settings
from sla.clock import Clock


class Take(Protocol):
    """Stores a mail to a mailbox of ours, once, however often it is offered, and returns what became of it.

    Raise Unreadable if it can never be taken. After any other error, offer it again.
    """

    def __call__(self, mailbox: str, raw: bytes, arrived_at: datetime) -> Received: ...


def taker(settings: Settings, desk: Desk, database: Database, clock: Clock) -> Take:
    """Return the function that reads a mail and stores it."""
    ours, media = _ours(settings, desk), media_store(settings)

    def take(mailbox: str, raw: bytes, arrived_at: datetime) -> Received:
        now = clock.now()
        return receive(database, desk, media, mailbox, raw, parse(raw, now, ours), arrived_at, now)

    return take


def refuse_too_large(size: int) -> None:
    """Raise Unreadable for a mail of more bytes than are taken, before all of it is fetched."""
    if size > LARGEST:
        raise Unreadable(f"It has more than {LARGEST // 1024 // 1024} MB.")


def _ours(settings: Settings, desk: Desk) -> Ours:
    host = settings.mail_from.rpartition("@")[2].strip(">")
    return Ours(host or "nightdesk", desk.own_addresses, desk.mail.authserv_id)
