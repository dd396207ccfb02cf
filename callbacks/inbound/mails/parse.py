"""What a mail says, once it has been read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import MailKind


@dataclass(frozen=True)
class ParsedAttachment:
    """A file in a mail. What was refused has no content and a note that says why."""

    name: str
    media_type: str
    size: int  # bytes
    content: bytes | None
    note: str = ""


@dataclass(frozen=True)
class ParsedMail:
    """A mail as plain text, without what could do harm. What it claims of itself is not to be trusted."""

    kind: MailKind
    sender: str  # lowercase; "" if there is not exactly one usable address
    sender_name: str
    subject: str
    words: str  # what is new in it
    quoted: str  # quotes and signature
    message_id: str = ""  # without angle brackets
    thread: tuple[str, ...] = ()  # the message IDs that it answers, the nearest first
    sent_at: datetime | None = None  # aware UTC; None if the Date header is missing or cannot be true
    language: str = ""  # "en", "fr" or ""
    authentication: str = ""  # "spf=pass dkim=none dmarc=fail", as our own mail server wrote it
    notes: tuple[str, ...] = ()  # why something of it is not shown
    attachments: tuple[ParsedAttachment, ...] = ()
    failed_recipients: tuple[str, ...] = ()  # of a bounce: the addresses that were not reached
