"""The texts that wake people: who, which line, until when, the reference, the code, and what to do.

Plain GSM-7 characters only: one curly quote makes a text cost double and arrive in pieces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time, ended_once, length, readable_number


@dataclass(frozen=True)
class Message:
    """What the caller left, as far as is known when the text goes out; None: not known yet."""

    left: bool | None
    seconds: int | None = None
    is_lost: bool = False  # it was left, and nobody can hear it


NO_MESSAGE = Message(left=False)
LOST_MESSAGE = Message(left=True, is_lost=True)


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
    is_tried: bool = False  # the promised call was made: no deadline hurries anybody any more


def page(subject: Subject, code: str, language: str, now: datetime, link: str = "", before: Words | None = None) -> str:
    """The page itself, with what was done `before`, and the link to the technician's own page of it."""
    said = f" {before.for_(language)}" if before is not None else ""
    return _page(subject, code, language, now, said) + (f" {link}" if link else "")


def _page(subject: Subject, code: str, language: str, now: datetime, said: str) -> str:
    due = clock_time(subject.due_at, subject.zone, language)
    who = _who(subject, language)
    message = _message(subject.message, language)
    if language == "fr":
        head = f"rappeler {who} avant {due}" if now < subject.due_at else f"EN RETARD (promis {due}): rappeler {who}"
        return (
            f"{subject.sender}: {head} (ligne {subject.line}{message}). Ref {subject.reference}.{said} "
            f"Répondez {code} pour le prendre, PASSE {code} pour le passer."
        )
    head = f"call {who} back by {due}" if now < subject.due_at else f"LATE (promised {due}): call {who} back"
    return (
        f"{subject.sender}: {head} ({subject.line} line{message}). Ref {subject.reference}.{said} "
        f"Reply {code} to take it, CALL {code} to be connected, PASS {code} to hand on."
    )


def no_answer_from(names: Sequence[str]) -> Words:
    """Who was asked before, and has not answered: the next one then knows that nobody else is on it."""
    if len(names) > 2:
        first, rest = ", ".join(names[:2]), len(names) - 2
        return Words(f"No answer from {first} and {rest} more.", f"Sans réponse: {first} et {rest} de plus.")
    return Words(f"No answer from {' and '.join(names)}.", f"Sans réponse: {' et '.join(names)}.")


def taken_and_not_called(by: str, since: datetime, zone: ZoneInfo) -> Words:
    """Somebody has it, and the desk goes on as if nobody had."""
    return Words(
        ended_once(f"{by} took it at {clock_time(since, zone, 'en')}, and no call is on record."),
        f"{by} l'a pris à {clock_time(since, zone, 'fr')}, et aucun appel n'est inscrit.",
    )


def reminder(subject: Subject, code: str, language: str, now: datetime) -> str:
    """To the owner, who took it and has no attempt on record."""
    due = clock_time(subject.due_at, subject.zone, language)
    who = _who(subject, language)
    if language == "fr":
        head = "rappel" if now < subject.due_at else "EN RETARD"
        return (
            f"{subject.sender}: {head}, vous avez pris {subject.reference}, promis pour {due}, et aucun appel à {who} "
            f"n'est inscrit. Après l'appel: FAIT {code}, ou NA {code} sans reponse. PASSE {code} pour le passer."
        )
    head = "reminder" if now < subject.due_at else "LATE"
    return (
        f"{subject.sender}: {head}, you took {subject.reference}, due {due}, and no call to {who} is on record. "
        f"CALL {code} connects you. After it: DONE {code}, or NA {code} for no answer. PASS {code} hands it on."
    )


def taken(subject: Subject, by: str, language: str) -> str:
    """To the others: nothing to do any more."""
    if language == "fr":
        return f"{subject.sender}: {by} a pris {subject.reference}. Vous n'avez rien à faire."
    return f"{subject.sender}: {by} has {subject.reference}. Nothing for you to do."


def closed_by_itself(subject: Subject, language: str) -> str:
    """To the owner of a callback whose customer could not be reached and fell silent (policy: Priorities)."""
    who = _who(subject, language)
    if language == "fr":
        return (
            f"{subject.sender}: {subject.reference} ({who}) s'est fermé tout seul: essais sans succès, puis aucune "
            "nouvelle du client. Un superviseur peut le rouvrir."
        )
    return (
        f"{subject.sender}: {subject.reference} ({who}) has closed by itself: tried in vain, then no word from the "
        "customer. A supervisor can reopen it."
    )


def bundle(sender: str, about: Sequence[tuple[Subject, str]], language: str) -> str:
    """Several callbacks in one text: a storm must not bury the phone. Each stands with its code."""
    lines = [f"{code} {_who_briefly(subject)} {_due_briefly(subject, language)}" for subject, code in about]
    if language == "fr":
        return f"{sender}: {len(about)} rappels attendent. Répondez un code pour le prendre: " + "; ".join(lines)
    return f"{sender}: {len(about)} callbacks wait. Reply a code to take one: " + "; ".join(lines)


def ask_outcome(subject: Subject, code: str, language: str) -> str:
    """After a connection that ended without a word on how it went."""
    who = _who(subject, language)
    if language == "fr":
        return (
            f"{subject.sender}: comment s'est passé l'appel à {who} ({subject.reference})? FAIT {code} réglé, "
            f"SUITE {code} à suivre, MSG {code} message laissé, NA {code} sans réponse, FAUX {code} mauvais numéro."
        )
    return (
        f"{subject.sender}: how did the call to {who} go ({subject.reference})? DONE {code} resolved, "
        f"CONT {code} continuing, MSG {code} left a message, NA {code} no answer, WRONG {code} wrong number."
    )


def given(subject: Subject, code: str, by: str, language: str, now: datetime) -> str:
    """To somebody whom a supervisor gave it to."""
    who, when = _who(subject, language), by_when(subject, language, now)
    if language == "fr":
        return (
            f"{subject.sender}: {by} vous confie {subject.reference}. Appelez {who}{when}. "
            f"APPEL {code} vous relie. Ensuite FAIT {code}, ou NA {code} sans réponse."
        )
    return ended_once(f"{subject.sender}: {by} gave you {subject.reference}. Call {who}{when}. ") + (
        f"CALL {code} connects you. Afterwards DONE {code}, or NA {code} for no answer."
    )


def by_when(subject: Subject, language: str, now: datetime) -> str:
    """Until when the customer is to be called: " by 10:42 p.m.", and never a time that is over already."""
    due = clock_time(subject.due_at, subject.zone, language)
    if subject.is_tried:
        return ""
    if language == "fr":
        return f" avant {due}" if now < subject.due_at else f" tout de suite: promis pour {due}"
    return f" by {due}" if now < subject.due_at else f" at once: promised for {due}"


def over(subject: Subject, what: Words, by: str, why: str, language: str) -> str:
    """To whoever had it, or was asked to take it: somebody else has ended it."""
    who = f", {readable_number(subject.customer_number)}" if subject.customer_number else ""
    reason = f" ({why[:100]})" if why else ""
    if language == "fr":
        done = f"{subject.sender}: {by} {what.french} {subject.reference}{who}{reason}."
        return f"{done} Vous n'avez plus rien à faire."
    return f"{subject.sender}: {by} {what.english} {subject.reference}{who}{reason}. Nothing more for you to do."


def unresolved(subject: Subject, code: str, due_at: datetime, language: str) -> str:
    """To the owner of a critical callback that was tried, and not resolved in time (policy: Priorities)."""
    who, due = _who(subject, language), clock_time(due_at, subject.zone, language)
    if language == "fr":
        return (
            f"{subject.sender}: {subject.reference} ({who}): à régler avant {due}, et encore ouvert. "
            f"APPEL {code} vous relie, FAIT {code} si c'est réglé, PASSE {code} pour le passer."
        )
    return ended_once(f"{subject.sender}: {subject.reference} ({who}) was to be resolved by {due}. ") + (
        f"CALL {code} connects you, DONE {code} when it is resolved, PASS {code} hands it on."
    )


def reopened(subject: Subject, code: str, by: str, why: str, language: str) -> str:
    """To the owner of a callback that everybody thought was over."""
    who = _who(subject, language)
    if language == "fr":
        return (
            f"{subject.sender}: {by} a rouvert {subject.reference} ({why[:100]}). Il est à vous: appelez {who}. "
            f"APPEL {code} vous relie. Ensuite FAIT {code}, ou NA {code} sans réponse."
        )
    return (
        f"{subject.sender}: {by} reopened {subject.reference} ({why[:100]}). It is yours: call {who}. "
        f"CALL {code} connects you. Afterwards DONE {code}, or NA {code} for no answer."
    )


def manager_wanted(subject: Subject, code: str, why: str, language: str) -> str:
    """To a manager: a customer asks for one."""
    who, reason = _who(subject, language), f" ({why[:100]})" if why else ""
    if language == "fr":
        asks = f"{subject.sender}: {who} demande un gestionnaire{reason}."
        return f"{asks} Ref {subject.reference}. APPEL {code} vous relie."
    return f"{subject.sender}: {who} asks for a manager{reason}. Ref {subject.reference}. CALL {code} connects you."


def alarm(sender: str, words: Words, language: str) -> str:
    """To a supervisor: something that a person must see to."""
    return f"{sender}: {words.for_(language)}"[:600]


def verification(sender: str, code: str, language: str) -> str:
    """To a number that somebody says is theirs."""
    if language == "fr":
        return f"{sender}: répondez {code} à ce texto pour confirmer que ce numéro est à vous. Sinon, ignorez-le."
    return f"{sender}: reply {code} to this text to confirm that this number is yours. If it is not, ignore it."


def test_page(sender: str, language: str) -> str:
    """A page that means nothing but that pages arrive."""
    if language == "fr":
        return f"{sender}: ceci est un essai. Personne n'attend. Répondez OK, ou faites le 1 au téléphone."
    return f"{sender}: this is a test page. Nobody is waiting. Reply OK, or press 1 on the phone."


def _who_briefly(subject: Subject) -> str:
    return readable_number(subject.customer_number) if subject.customer_number else subject.reference


def _due_briefly(subject: Subject, language: str) -> str:
    return clock_time(subject.due_at, subject.zone, language).replace(" ", "").replace(".", "")


def _who(subject: Subject, language: str) -> str:
    if subject.customer_number:
        return readable_number(subject.customer_number)
    can_be_heard = subject.message.left is not False and not subject.message.is_lost
    if language == "fr":
        return "(numéro masqué: écoutez le message)" if can_be_heard else "(numéro masqué)"
    return "the caller (number withheld: hear the message)" if can_be_heard else "the caller (number withheld)"


def _message(message: Message, language: str) -> str:
    if message.is_lost:
        return ", message perdu" if language == "fr" else ", message lost"
    if message.seconds:
        return f", message {length(message.seconds)}"
    if message.left is None:
        return ""
    if message.left:
        return ", avec message" if language == "fr" else ", with a message"
    return ", aucun message" if language == "fr" else ", no message"
