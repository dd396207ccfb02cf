"""What a mail says, once it has been read. Pure.

Anybody can send a mail, so every step takes time in proportion to its size, and no error of a library ends the reading:
what cannot be read is left out, with a note that says so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import MailKind
from callbacks.errors import DeskError
from callbacks.inbound.mails.authentication import authentication_in
from callbacks.inbound.mails.folding import folded
from callbacks.inbound.mails.headers import (
    LONGEST_ID,
    MOST_IDS,
    message_id_of,
    sender_of,
    sent_at_of,
    subject_of,
    thread_of,
)
from callbacks.inbound.mails.kinds import Ours, Sorted, returned_ids, sort_mail
from callbacks.inbound.mails.language import language_of
from callbacks.inbound.mails.parts import TOO_LONG, Contents, File, MailPart, tree
from callbacks.inbound.mails.plain_text import cleaned, in_one_line

MEGABYTE = 1024 * 1024
LARGEST = 25 * MEGABYTE
LARGEST_ATTACHMENT = 10 * MEGABYTE
MOST_ATTACHMENTS = 20
MOST_LISTED = 100  # attachments, kept or not
LONGEST_TEXT = 100_000  # characters of words, and of quotes

NO_ID = "It has no Message-ID."
NO_WORDS = "It has no text."
BROKEN = "The mail is broken. Not all of it is shown."

_EXPECTED = ("From", "To", "Subject", "Date", "Message-ID", "Received", "Return-Path", "Content-Type", "Delivered-To")
_REPLY = re.compile(r"\s*(re|fw|fwd|tr|rép|ref|aw)\s*(\[\d+\])?\s*:", re.IGNORECASE)


class Unreadable(DeskError):
    """What can never be taken as a mail."""


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


def parse(raw: bytes, now: datetime, ours: Ours | None = None) -> ParsedMail:
    """Return what a mail says. Raise Unreadable for what is no mail, or too large for one."""
    if len(raw) > LARGEST:
        raise Unreadable(f"The mail has {len(raw):,} bytes. The largest that is taken has {LARGEST:,} (25 MB).")
    content = raw.lstrip(b"\xef\xbb\xbf\r\n\t ")
    if not content:
        raise Unreadable("The mail is empty. Give one message as RFC 5322 describes it.")
    notes: list[str] = []
    mail = tree(content, notes)
    if not any(name in mail for name in _EXPECTED):
        raise Unreadable("This is not a mail: it has none of the headers that mails have, such as From and Date.")
    return _read(mail, now, ours or Ours(), notes)


def _read(mail: MailPart, now: datetime, ours: Ours, notes: list[str]) -> ParsedMail:
    contents = Contents()
    try:
        contents.take(mail)
    except Exception:  # a mail in part is better than none
        notes.append(BROKEN)
    sender, message_id = sender_of(mail), message_id_of(mail)
    sent_at, date_notes = sent_at_of(mail, now)
    subject = subject_of(mail)
    thread = thread_of(mail, message_id)
    sorting = _sorted(mail, message_id, thread, subject, ours)
    if sorting.kind is MailKind.BOUNCE:
        thread = tuple(dict.fromkeys([*(in_one_line(each, LONGEST_ID) for each in returned_ids(mail)), *thread]))
    text = cleaned("\n\n".join(each.text for each in contents.texts if each.text))
    words, quoted = folded(text, is_reply=bool(thread) or _REPLY.match(subject) is not None)
    notes += contents.notes + [note for each in contents.texts for note in each.notes]
    notes += [*sender.notes, *date_notes, *filter(None, [sorting.note])]
    notes += [NO_ID] * (not message_id) + [NO_WORDS] * (not words)
    notes += [TOO_LONG] * (max(len(words), len(quoted)) > LONGEST_TEXT)
    notes += [f"Only the first {MOST_LISTED} attachments are listed."] * (len(contents.files) > MOST_LISTED)
    return ParsedMail(
        kind=sorting.kind,
        sender=sender.address,
        sender_name=sender.name,
        subject=subject,
        words=words[:LONGEST_TEXT],
        quoted=quoted[:LONGEST_TEXT],
        message_id=message_id,
        thread=thread[:MOST_IDS],
        sent_at=sent_at,
        language=language_of(words) or language_of(subject),
        authentication=authentication_in(mail.get_all("Authentication-Results", []), ours.authserv_id),
        notes=tuple(dict.fromkeys(notes)),
        attachments=_attachments(contents.files),
        failed_recipients=sorting.failed_recipients,
    )


def _sorted(mail: MailPart, message_id: str, thread: Sequence[str], subject: str, ours: Ours) -> Sorted:
    """Return the kind of a mail. One whose kind cannot be told is a message, so that somebody reads it."""
    try:
        return sort_mail(mail, message_id, thread, subject, ours)
    except Exception:  # the email package raises errors of every kind
        return Sorted(MailKind.MESSAGE, note=BROKEN)


def _attachments(files: Sequence[File]) -> tuple[ParsedAttachment, ...]:
    """Return the files as attachments. Logos in the text come last, so that they push nothing out."""
    ordered = sorted(files, key=lambda file: file.is_embedded)[:MOST_LISTED]
    return tuple(_attachment(file, place) for place, file in enumerate(ordered))


def _attachment(file: File, place: int) -> ParsedAttachment:
    name, content, note = file.name or "unnamed", file.content, file.note
    if place >= MOST_ATTACHMENTS:
        note = f"Not kept: a mail may have {MOST_ATTACHMENTS} attachments."
    elif len(content) > LARGEST_ATTACHMENT:
        note = f"Not kept: it is larger than {LARGEST_ATTACHMENT // MEGABYTE} MB."
    else:
        return ParsedAttachment(name, file.media_type, len(content), content, note)
    return ParsedAttachment(name, file.media_type, len(content), None, note)
