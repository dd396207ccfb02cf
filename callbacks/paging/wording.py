"""The texts that wake people: who, which line, until when, the reference, the code, and what to do.

Plain GSM-7 characters only: one curly quote makes a text cost double and arrive in pieces.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.saying import clock_time, length, readable_number


@dataclass(frozen=True)
class Message:
    """What the caller left, as far as is known when the text goes out; None: not known yet."""

    left: bool | None
    seconds: int | None = None


NO_MESSAGE = Message(left=False)


@dataclass(frozen=True)
class Subject:
    """What a text is about."""

    sender: str
    reference: str
    line: str
    caller: str  # as the carrier gave it
    customer_number: str | None
    due_at: datetime
    zone: ZoneInfo
    message: Message


def page(subject: Subject, code: str, language: str, now: datetime) -> str:
    """The page itself."""
    due = clock_time(subject.due_at, subject.zone, language)
    who = _who(subject, language)
    message = _message(subject.message, language)
    if language == "fr":
        head = f"rappeler {who} avant {due}" if now < subject.due_at else f"EN RETARD (promis {due}): rappeler {who}"
        return (
            f"{subject.sender}: {head} (ligne {subject.line}{message}). Ref {subject.reference}. "
            f"Répondez {code} pour le prendre, PASSE {code} pour le passer."
        )
    head = f"call {who} back by {due}" if now < subject.due_at else f"LATE (promised {due}): call {who} back"
    return (
        f"{subject.sender}: {head} ({subject.line} line{message}). Ref {subject.reference}. "
        f"Reply {code} to take it, CALL {code} to be connected, PASS {code} to hand on."
    )


def reminder(subject: Subject, code: str, language: str) -> str:
    """To the owner, who took it and has no attempt on record."""
    due = clock_time(subject.due_at, subject.zone, language)
    who = _who(subject, language)
    if language == "fr":
        return (
            f"{subject.sender}: rappel, vous avez pris {subject.reference}, promis pour {due}, et aucun appel à {who} "
            f"n'est inscrit. Après l'appel: FAIT {code}, ou NA {code} sans reponse. PASSE {code} pour le passer."
        )
    return (
        f"{subject.sender}: reminder, you took {subject.reference}, due {due}, and no call to {who} is on record. "
        f"CALL {code} connects you. After it: DONE {code}, or NA {code} for no answer. PASS {code} hands it on."
    )


def taken(subject: Subject, by: str, language: str) -> str:
    """To the others: nothing to do any more."""
    if language == "fr":
        return f"{subject.sender}: {by} a pris {subject.reference}. Vous n'avez rien à faire."
    return f"{subject.sender}: {by} has {subject.reference}. Nothing for you to do."


def _who(subject: Subject, language: str) -> str:
    if subject.customer_number:
        return readable_number(subject.customer_number)
    if language == "fr":
        return "(numéro masqué: écoutez le message)"
    return "the caller (number withheld: hear the message)"


def _message(message: Message, language: str) -> str:
    if message.seconds:
        return f", message {length(message.seconds)}"
    if message.left is None:
        return ""
    if message.left:
        return ", avec message" if language == "fr" else ", with a message"
    return ", aucun message" if language == "fr" else ", no message"
