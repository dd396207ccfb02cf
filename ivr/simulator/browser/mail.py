"""What the browser phone shows of mails: those that a visitor writes, and those that come back to their address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

LONGEST_LINE = 250  # characters of an address, a name or a subject
LONGEST_WORDS = 20_000


class NotSent(Exception):
    """A mail that was not sent, and why."""


@dataclass(frozen=True)
class WrittenMail:
    """What a visitor wrote."""

    sender_name: str
    sender: str
    to: str  # the address of a mailbox
    subject: str
    words: str
    answers: str = ""  # the ID of the mail that it answers


@dataclass(frozen=True)
class MailInBox:
    """A mail to a visitor's address."""

    id: str
    at: str  # ISO 8601
    sender: str
    answer_to: str
    subject: str
    words: str


class MailProgram(Protocol):
    """Sends a visitor's mails, and keeps those that come back."""

    @property
    def mailboxes(self) -> Sequence[tuple[str, str]]:
        """The name and the address of each mailbox that can be written to."""

    @property
    def writer(self) -> tuple[str, str]:
        """The name and the address that are filled in at first."""

    def send(self, mail: WrittenMail) -> str:
        """Send a mail, and return what became of it. Raise NotSent."""

    def inbox(self, address: str) -> Sequence[MailInBox]:
        """Return the mails to an address, newest first."""


def written_mail(asked: Mapping[str, Any]) -> WrittenMail:
    """Return the mail in a request, with every line and its words cut to what can be sent."""

    def line(name: str) -> str:
        return " ".join(str(asked.get(name, "")).split())[:LONGEST_LINE]

    words = str(asked.get("words", ""))[:LONGEST_WORDS]
    return WrittenMail(line("sender_name"), line("sender"), line("to"), line("subject"), words, line("answers"))
