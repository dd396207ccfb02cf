"""Which callback a mail is about: by its thread, by a reference of ours, or by its sender. Pure.

A subject can be forged, so a reference counts only from a person of that callback. The message IDs of a thread cannot
be guessed. Some programs give every mail the same message ID, so a copy is one only if it is from such a person, too.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import CallbackState
from callbacks.desk.mailboxes import MailRules

LINES_READ = 5  # for references: further down are quotes and signatures
_REFERENCE = re.compile(r"(?<![A-Za-z0-9-])([A-Za-z]{2})[-\u2010-\u2014](\d{3})(?![A-Za-z0-9-])")


@dataclass(frozen=True)
class NewMail:
    """A mail, as far as the decision depends on it."""

    arrived_at: datetime
    sender: frozenset[str]  # the address, and every number and address of the customer whose address it is
    message_id: str = ""
    thread: tuple[str, ...] = ()  # the message IDs that it answers, the nearest first
    references: tuple[str, ...] = ()  # in its subject or first lines
    is_emergency: bool = False
    is_of_colleague: bool = False  # the sender is an address of ours


@dataclass(frozen=True)
class KnownCallback:
    """A callback that a mail may be about."""

    id: int
    reference: str
    state: CallbackState
    heard_at: datetime  # when its customer last called or wrote
    closed_at: datetime | None = None
    people: frozenset[str] = frozenset()  # numbers and addresses of whoever called or wrote about it
    message_ids: frozenset[str] = frozenset()  # of the mails about it, ours and theirs


class Fate(enum.Enum):
    """What becomes of a mail."""

    JOIN = "join"  # it is about an open callback
    REOPEN = "reopen"  # it is about one that ended
    OPEN = "open"  # it is about none
    NOTE = "note"  # a colleague wrote it about one: it is no word from the customer, and changes nothing


class Link(enum.Enum):
    """Why a mail is about a callback."""

    COPY = "copy"  # the same mail reached another mailbox
    THREAD = "thread"
    REFERENCE = "reference"
    SENDER = "sender"


@dataclass(frozen=True)
class Decision:
    """What becomes of a mail, and what to note about that."""

    fate: Fate
    callback_id: int | None = None
    link: Link | None = None
    notes: tuple[str, ...] = ()


def references_in(subject: str, words: str) -> tuple[str, ...]:
    """Return what may be references of ours in a subject and the first lines, each once: "KT-417"."""
    first_lines = [line for line in words.splitlines() if line.strip()][:LINES_READ]
    found = _REFERENCE.findall("\n".join([subject, *first_lines]))
    return tuple(dict.fromkeys(f"{letters.upper()}-{digits}" for letters, digits in found))


def callback_of_mail(mail: NewMail, callbacks: Sequence[KnownCallback], rules: MailRules) -> Decision:
    """Return which callback a mail joins or reopens, or that it opens its own."""
    notes = dict[str, None]()
    for callback, link in _named(mail, callbacks):
        if mail.is_of_colleague and not callback.people & mail.sender and not _asks_for_help(mail, callback, link):
            return Decision(Fate.NOTE, callback.id, link)
        if link is Link.REFERENCE and not callback.people & mail.sender:
            notes[f"It names {callback.reference}, which is another person's. A subject can be forged."] = None
            continue
        if link is Link.COPY and not callback.people & mail.sender:
            continue
        fate, note = _fate(callback, link, mail, rules)
        if fate is not Fate.OPEN:
            return Decision(fate, callback.id, link, tuple(notes))
        notes.update({note: None} if note else {})
    same = _of_same_sender(mail, callbacks, rules)
    if same is not None:
        return Decision(Fate.JOIN, same.id, Link.SENDER, tuple(notes))
    return Decision(Fate.OPEN, notes=tuple(notes))


def _asks_for_help(mail: NewMail, callback: KnownCallback, link: Link) -> bool:
    """Return whether a colleague writes to the emergency mailbox to have somebody paged.

    An answer in the thread of an open callback is none: it is mostly a copy of what they wrote to the customer.
    """
    return mail.is_emergency and (link is Link.REFERENCE or callback.state is not CallbackState.OPEN)


def _named(mail: NewMail, callbacks: Sequence[KnownCallback]) -> Iterator[tuple[KnownCallback, Link]]:
    """Yield the callbacks that a mail points to, the surest first; of several by one message ID, the latest."""
    latest_first = sorted(callbacks, key=lambda each: (each.heard_at, each.id), reverse=True)
    if mail.message_id:
        yield from ((each, Link.COPY) for each in latest_first if mail.message_id in each.message_ids)
    for message_id in mail.thread:
        yield from ((each, Link.THREAD) for each in latest_first if message_id in each.message_ids)
    for reference in mail.references:
        yield from ((each, Link.REFERENCE) for each in latest_first if each.reference == reference)


def _fate(callback: KnownCallback, link: Link, mail: NewMail, rules: MailRules) -> tuple[Fate, str]:
    """Return what becomes of a mail about a callback, and a note where that one stays closed.

    Any word from the customer starts again what closed by itself (policy: Priorities). An emergency reopens nothing:
    what was tried before pages nobody but its owner, and an emergency is answered in 30 minutes.
    """
    match callback.state:
        case CallbackState.OPEN:
            return Fate.JOIN, ""
        case _ if link is Link.COPY:  # some programs give each mail the same message ID
            return Fate.OPEN, ""
        case CallbackState.CLOSED | CallbackState.UNREACHABLE if not mail.is_emergency:
            return Fate.REOPEN, ""
        case CallbackState.RESOLVED if not mail.is_emergency and _is_fresh(callback, mail.arrived_at, rules):
            return Fate.REOPEN, ""
    return Fate.OPEN, f"It is about {callback.reference}, which is {callback.state.value}."


def _is_fresh(callback: KnownCallback, arrived_at: datetime, rules: MailRules) -> bool:
    return callback.closed_at is not None and arrived_at - callback.closed_at <= rules.reopens_within


def _of_same_sender(mail: NewMail, callbacks: Iterable[KnownCallback], rules: MailRules) -> KnownCallback | None:
    """Return the open callback about which the sender called or wrote last, if that was lately."""
    theirs = [
        each
        for each in callbacks
        if each.state is CallbackState.OPEN
        and each.people & mail.sender
        and mail.arrived_at - each.heard_at <= rules.joins_within
    ]
    return max(theirs, key=lambda each: (each.heard_at, each.id), default=None)
