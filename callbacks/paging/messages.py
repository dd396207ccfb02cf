"""The wording of every text to technicians and supervisors, in both languages.

Each function returns both; the sender picks the recipient's. Only GSM-7 characters: any other one, such as a curly
quote, halves what fits into a segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.db.states import ReachOutcome
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck, with_extension
from callbacks.text.formats import clock_time, ended_once, length, readable_number

LONGEST_REASON = 100  # characters, of what a person typed
LONGEST_ALERT = 600
TWO_SEGMENTS = 306  # characters of GSM-7


@dataclass(frozen=True)
class Message:
    """The caller's message, as far as it is known when the text is sent."""

    left: bool | None  # None: not known yet
    seconds: int | None = None
    is_lost: bool = False  # it was left, and nobody can listen to it
    is_missed_call: bool = False  # the caller waited for a technician, and was asked for no message


NO_MESSAGE = Message(left=False)
MISSED_CALL = Message(left=False, is_missed_call=True)
LOST_MESSAGE = Message(left=True, is_lost=True)


NUMBER_WITHHELD = Words("number withheld", "numéro masqué")


@dataclass(frozen=True)
class Subject:
    """The callback that a text is about."""

    sender: str
    reference: str
    line: str
    caller: str  # as the carrier gave it
    customer_number: str | None
    due_at: datetime
    zone: ZoneInfo
    message: Message
    is_tried: bool = False  # the promised call was made, so the deadline is met or gone
    extension: str = ""
    why_no_number: Words = NUMBER_WITHHELD
    not_allowed_yet: Words | None = None  # the caller's number, for which a supervisor has not consented
    language: str = ""  # that the caller chose


# Pages


def page(subject: Subject, code: str, now: datetime, link: str = "", before: Words | None = None) -> Words:
    """Return a page: call this customer. With a link to the technician's screen and, if it fits, what came before."""
    words = _page(subject, code, now, link, before)
    is_short = max(len(words.english), len(words.french)) <= TWO_SEGMENTS
    return words if is_short else _page(subject, code, now, link, None)


def _page(subject: Subject, code: str, now: datetime, link: str, before: Words | None) -> Words:
    message, at_link = _details(subject), f" {link}" if link else ""
    connect = f"CALL {code} to be connected, " if subject.customer_number else ""
    call = _call_late(subject) if now >= subject.due_at else _call_by(subject)
    earlier = Words(f" {before.english}", f" {before.french}") if before is not None else Words("", "")
    return Words(
        f"{subject.sender}: {call.english} ({subject.line} line{message.english}). "
        f"Ref {subject.reference}.{earlier.english} "
        f"Reply {code} to take it, {connect}PASS {code} to pass it on.{at_link}",
        f"{subject.sender}: {call.french} (ligne {subject.line}{message.french}). "
        f"Ref {subject.reference}.{earlier.french} "
        f"Répondez {code} pour le prendre, PASSE {code} pour le passer.{at_link}",
    )


def _call_by(subject: Subject) -> Words:
    who, due = _customer(subject), _due(subject)
    return Words(f"call {who.english} back by {due.english}", f"rappeler {who.french} avant {due.french}")


def _call_late(subject: Subject) -> Words:
    who, due = _customer(subject), _due(subject)
    return Words(
        f"LATE (promised {due.english}): call {who.english} back",
        f"EN RETARD (promis {due.french}): rappeler {who.french}",
    )


def no_answer_from(names: Sequence[str]) -> Words:
    """Return who was paged before and has not answered, so that the next person knows that nobody else has it."""
    if len(names) > 2:
        first, rest = ", ".join(names[:2]), len(names) - 2
        return Words(f"No answer from {first} and {rest} more.", f"Sans réponse: {first} et {rest} de plus.")
    return Words(f"No answer from {' and '.join(names)}.", f"Sans réponse: {' et '.join(names)}.")


def taken_and_not_called(by: str, since: datetime, zone: ZoneInfo) -> Words:
    """Return that an owner has not tried the customer, for the people who are paged after them."""
    at = _clock_time(since, zone)
    return Words(
        f"{by} took it at {at.english}, and no call is on record.",
        f"{by} l'a pris à {at.french}, mais aucun appel n'est inscrit.",
    )


def reminder(subject: Subject, code: str, now: datetime) -> Words:
    """Return the reminder to an owner who has no attempt on record."""
    who, due, reference = _customer(subject), _due(subject), subject.reference
    head = Words("LATE", "EN RETARD") if now >= subject.due_at else Words("reminder", "rappel")
    return Words(
        f"{subject.sender}: {head.english}, you took {reference}, due {due.english}, and no call to {who.english} "
        f"is on record. CALL {code} connects you. After the call: DONE {code}, or NA {code} for no answer. "
        f"PASS {code} passes it on.",
        f"{subject.sender}: {head.french}, vous avez pris {reference}, promis pour {due.french}, mais aucun appel à "
        f"{who.french} n'est inscrit. Après l'appel: FAIT {code}, ou NA {code} sans réponse. "
        f"PASSE {code} pour le passer.",
    )


_ENDINGS = {
    ReachOutcome.BUSY: Words("busy", "occupé"),
    ReachOutcome.NO_ANSWER: Words("no answer", "sans réponse"),
    ReachOutcome.MACHINE: Words("voicemail", "boîte vocale"),
    ReachOutcome.LEFT_A_MESSAGE: Words("left a message", "message laissé"),
    ReachOutcome.WRONG_NUMBER: Words("wrong number", "mauvais numéro"),
    ReachOutcome.REACHED: Words("reached", "joint"),
    ReachOutcome.CONTINUING: Words("reached, not resolved", "joint, pas réglé"),
    ReachOutcome.WORKAROUND: Words("workaround given", "solution temporaire donnée"),
}


def last_attempt(by: str, at: datetime, outcome: ReachOutcome, zone: ZoneInfo) -> Words:
    """Return who last tried the customer, when, and how that ended: "Amy Roy tried at 10:12 p.m.: no answer."."""
    when, ending = _clock_time(at, zone), _ENDINGS.get(outcome, Words("not reached", "pas joint"))
    return Words(f"{by} tried at {when.english}: {ending.english}.", f"{by} a essayé à {when.french}: {ending.french}.")


def page_again(subject: Subject, code: str, earlier: Words, link: str = "") -> Words:
    """Return a page about a customer who was tried, and whom nobody looks after now."""
    who, at_link = _customer(subject), f" {link}" if link else ""
    connect = Words(f"CALL {code} to be connected, ", f"APPEL {code} pour être relié, ")
    connect = connect if subject.customer_number else Words("", "")
    return Words(
        f"{subject.sender}: nobody has {subject.reference} now. {earlier.english} Call {who.english} again. "
        f"Reply {code} to take it, {connect.english}PASS {code} to pass it on.{at_link}",
        f"{subject.sender}: personne n'a {subject.reference} en ce moment. {earlier.french} Rappelez {who.french}. "
        f"Répondez {code} pour le prendre, {connect.french}PASSE {code} pour le passer.{at_link}",
    )


def try_again(subject: Subject, code: str, earlier: Words) -> Words:
    """Return the request to an owner to try again to reach the customer (policy: Priorities)."""
    who, reference = _customer(subject), subject.reference
    connect = Words(f"CALL {code} connects you. ", f"APPEL {code} vous relie. ")
    connect = connect if subject.customer_number else Words("", "")
    return Words(
        f"{subject.sender}: time to call {who.english} again ({reference}). {earlier.english} {connect.english}"
        f"After the call: DONE {code}, or NA {code} for no answer. PASS {code} passes it on.",
        f"{subject.sender}: c'est le moment de rappeler {who.french} ({reference}). {earlier.french} {connect.french}"
        f"Après l'appel: FAIT {code}, ou NA {code} sans réponse. PASSE {code} pour le passer.",
    )


def bundle(sender: str, about: Sequence[tuple[Subject, str]]) -> Words:
    """Return several pages as one text, each with its code: one text for each would bury the phone."""
    english = "; ".join(f"{code} {_briefly(subject)} {_short_due(subject).english}" for subject, code in about)
    french = "; ".join(f"{code} {_briefly(subject)} {_short_due(subject).french}" for subject, code in about)
    return Words(
        f"{sender}: {len(about)} callbacks are waiting. Reply with a code to take one: {english}",
        f"{sender}: {len(about)} rappels attendent. Répondez avec un code pour en prendre un: {french}",
    )


# Notices about a callback


def taken(subject: Subject, by: str) -> Words:
    """Return that somebody has it, for the others who were paged."""
    return Words(
        f"{subject.sender}: {by} has {subject.reference}. Nothing for you to do.",
        f"{subject.sender}: {by} a pris {subject.reference}. Vous n'avez rien à faire.",
    )


def over(subject: Subject, what: Words, by: str, why: str) -> Words:
    """Return that somebody ended it, for the owner or the people who were paged. `what`: "has resolved"."""
    number, reason = _number(subject), _reason(why)
    is_known = subject.customer_number is not None
    english = f"{subject.reference}{f', {number.english}' if is_known else ''}{reason}"
    french = f"{subject.reference}{f', {number.french}' if is_known else ''}{reason}"
    return Words(
        f"{subject.sender}: {by} {what.english} {english}. Nothing more for you to do.",
        f"{subject.sender}: {by} {what.french} {french}. Vous n'avez plus rien à faire.",
    )


def closed_automatically(subject: Subject) -> Words:
    """Return that it was closed, for its owner: the customer could not be reached (policy: Priorities)."""
    who = _customer(subject)
    return Words(
        f"{subject.sender}: {subject.reference} ({who.english}) was closed automatically: the customer could not be "
        "reached and has not called again. A supervisor can reopen it.",
        f"{subject.sender}: {subject.reference} ({who.french}) est fermé automatiquement: client impossible à joindre, "
        "et aucune nouvelle depuis. Un superviseur peut le rouvrir.",
    )


def ask_outcome(subject: Subject, code: str) -> Words:
    """Return the question how a call to the customer went."""
    who, reference = _customer(subject), subject.reference
    return Words(
        f"{subject.sender}: how did the call to {who.english} go ({reference})? DONE {code} resolved, "
        f"CONT {code} continuing, MSG {code} left a message, NA {code} no answer, WRONG {code} wrong number.",
        f"{subject.sender}: comment s'est passé l'appel à {who.french} ({reference})? FAIT {code} réglé, "
        f"SUITE {code} à suivre, MSG {code} message laissé, NA {code} sans réponse, FAUX {code} mauvais numéro.",
    )


def given(subject: Subject, code: str, by: str, now: datetime) -> Words:
    """Return that a supervisor assigned it, for its new owner."""
    who, when = _customer(subject), by_when(subject, now)
    return Words(
        f"{subject.sender}: {by} gave you {subject.reference}. {_sentence(f'Call {who.english}{when.english}')} "
        f"CALL {code} connects you. Afterwards DONE {code}, or NA {code} for no answer.",
        f"{subject.sender}: {by} vous confie {subject.reference}. Appelez {who.french}{when.french}. "
        f"APPEL {code} vous relie. Ensuite FAIT {code}, ou NA {code} sans réponse.",
    )


def by_when(subject: Subject, now: datetime) -> Words:
    """Return until when to call the customer: " by 10:42 p.m.". Never a time that has passed; "" after an attempt."""
    due = _due(subject)
    if subject.is_tried:
        return Words("", "")
    if now < subject.due_at:
        return Words(f" by {due.english}", f" avant {due.french}")
    return Words(f" at once: promised for {due.english}", f" tout de suite: promis pour {due.french}")


def unresolved(subject: Subject, code: str, due_at: datetime) -> Words:
    """Return that a critical callback was tried but not resolved in time, for its owner (policy: Priorities)."""
    who, due = _customer(subject), _clock_time(due_at, subject.zone)
    was_due = _sentence(f"{subject.reference} ({who.english}) was to be resolved by {due.english}")
    return Words(
        f"{subject.sender}: {was_due} "
        f"CALL {code} connects you, DONE {code} when it is resolved, PASS {code} passes it on.",
        f"{subject.sender}: {subject.reference} ({who.french}): à régler avant {due.french}, et encore ouvert. "
        f"APPEL {code} vous relie, FAIT {code} si c'est réglé, PASSE {code} pour le passer.",
    )


def nearly_due(subject: Subject, code: str, due_at: datetime) -> Words:
    """Return the warning that a resolution is nearly due, for its owner (policy: Priorities)."""
    who, due = _customer(subject), _clock_time(due_at, subject.zone)
    to_resolve = _sentence(f"{subject.reference} ({who.english}) is to be resolved by {due.english}")
    return Words(
        f"{subject.sender}: {to_resolve} CALL {code} connects you, DONE {code} when it is resolved, "
        f"PASS {code} passes it on.",
        f"{subject.sender}: {subject.reference} ({who.french}) est à régler avant {due.french}. "
        f"APPEL {code} vous relie, FAIT {code} si c'est réglé, PASSE {code} pour le passer.",
    )


def still_open(subject: Subject, code: str) -> Words:
    """Return that a callback is still open and nothing else is due, for its owner."""
    who, reference = _customer(subject), subject.reference
    return Words(
        f"{subject.sender}: {reference} ({who.english}) is still open and yours. DONE {code} if it is resolved, "
        f"CALL {code} connects you, PASS {code} passes it on.",
        f"{subject.sender}: {reference} ({who.french}) est toujours ouvert et à vous. FAIT {code} si c'est réglé, "
        f"APPEL {code} vous relie, PASSE {code} pour le passer.",
    )


def reopened(subject: Subject, code: str, by: str, why: str) -> Words:
    """Return that a closed callback is open again, for its owner."""
    who, about = _customer(subject), f"{subject.reference}{_reason(why)}"
    return Words(
        f"{subject.sender}: {by} reopened {about}. It is yours: call {who.english}. "
        f"CALL {code} connects you. Afterwards DONE {code}, or NA {code} for no answer.",
        f"{subject.sender}: {by} a rouvert {about}. Il est à vous: appelez {who.french}. "
        f"APPEL {code} vous relie. Ensuite FAIT {code}, ou NA {code} sans réponse.",
    )


def manager_wanted(subject: Subject, code: str, why: str) -> Words:
    """Return that the customer asks for a manager, for a manager."""
    who, reason = _customer(subject), _reason(why)
    return Words(
        f"{subject.sender}: {who.english} asks for a manager{reason}. Ref {subject.reference}. "
        f"CALL {code} connects you.",
        f"{subject.sender}: {who.french} demande un gestionnaire{reason}. Ref {subject.reference}. "
        f"APPEL {code} vous relie.",
    )


def consent_wanted(subject: Subject, check: NumberCheck, code: str) -> Words:
    """Return the question whether a number may be called, for a supervisor."""
    number, why, due = check.in_words, check.why, _due(subject)
    return Words(
        f"{subject.sender}: {subject.reference} (due {due.english}) is from {number.english}, {why.english}. "
        f"Nobody may call it yet. ALLOW {code} lets them, REFUSE {code} does not. Your name goes on record.",
        f"{subject.sender}: {subject.reference} (promis pour {due.french}) vient du {number.french}, {why.french}. "
        f"Personne ne peut le composer. AUTORISE {code} pour le permettre, REFUSE {code} sinon. "
        "Votre nom est consigné.",
    )


def consent_given(subject: Subject, code: str, by: str) -> Words:
    """Return that the customer's number may be called now, for whoever has it or was paged."""
    number = _number(subject)
    return Words(
        f"{subject.sender}: {by} allowed calls to {number.english} ({subject.reference}). CALL {code} connects you.",
        f"{subject.sender}: {by} autorise l'appel au {number.french} ({subject.reference}). APPEL {code} vous relie.",
    )


def consent_refused(subject: Subject, by: str) -> Words:
    """Return that the customer's number may not be called, for whoever has it or was paged."""
    return Words(
        f"{subject.sender}: {by} refused calls to the caller's number ({subject.reference}). "
        "Listen to the message for another one.",
        f"{subject.sender}: {by} refuse l'appel au numéro de l'appelant ({subject.reference}). "
        "Cherchez-en un autre dans le message.",
    )


# About no callback


def alarm(sender: str, alert: Words) -> Words:
    """Return an alert for a supervisor, cut to a length that can be sent."""
    return Words(f"{sender}: {alert.english}"[:LONGEST_ALERT], f"{sender}: {alert.french}"[:LONGEST_ALERT])


def verification(sender: str, code: str) -> Words:
    """Return the text with the code that verifies a number."""
    return Words(
        f"{sender}: reply {code} to this text to confirm that this number is yours. If it is not, ignore it.",
        f"{sender}: répondez {code} à ce texto pour confirmer que ce numéro est à vous. Sinon, ignorez-le.",
    )


def test_page(sender: str) -> Words:
    """Return a page that only tests whether pages arrive."""
    return Words(
        f"{sender}: this is a test page. Nobody is waiting. Reply OK, or press 1 on the phone.",
        f"{sender}: ceci est un essai. Personne n'attend. Répondez OK, ou faites le 1 au téléphone.",
    )


# Parts


def _customer(subject: Subject) -> Words:
    """Return whom to call: the number, or why there is none to call."""
    why, number = subject.why_no_number, subject.not_allowed_yet
    if subject.customer_number:
        return with_extension(subject.customer_number, subject.extension)
    if number is not None:
        return Words(
            f"the caller at {number.english} ({why.english}: not allowed yet)",
            f"le client au {number.french} ({why.french}: à autoriser)",
        )
    if subject.message.left is False or subject.message.is_lost:
        return Words(f"the caller ({why.english})", f"({why.french})")
    return Words(f"the caller ({why.english}: listen to the message)", f"({why.french}: écoutez le message)")


def _number(subject: Subject) -> Words:
    if subject.customer_number:
        return with_extension(subject.customer_number, subject.extension)
    return Words(subject.reference, subject.reference)


def _briefly(subject: Subject) -> str:
    """Return the number without its extension, for which several callbacks in one text leave no room."""
    return readable_number(subject.customer_number) if subject.customer_number else subject.reference


def _details(subject: Subject) -> Words:
    """Return what to know before the call: a language that is not the technician's, and the message."""
    message = _message(subject.message)
    english = ", in French" if subject.language == "fr" else ""
    french = ", en anglais" if subject.language == "en" else ""
    return Words(english + message.english, french + message.french)


def _message(message: Message) -> Words:
    if message.is_lost:
        return Words(", message lost", ", message perdu")
    if message.is_missed_call:
        return Words(", missed call", ", appel manqué")
    if message.seconds:
        return Words(f", message {length(message.seconds)}", f", message {length(message.seconds)}")
    match message.left:
        case None:
            return Words("", "")
        case True:
            return Words(", with a message", ", avec message")
        case False:
            return Words(", no message", ", aucun message")


def _due(subject: Subject) -> Words:
    return _clock_time(subject.due_at, subject.zone)


def _short_due(subject: Subject) -> Words:
    """Return the deadline in few characters: "10:42pm", "22h42"."""
    due = _due(subject)
    return Words(*(text.replace(" ", "").replace(".", "") for text in (due.english, due.french)))


def _clock_time(at: datetime, zone: ZoneInfo) -> Words:
    return Words(clock_time(at, zone, "en"), clock_time(at, zone, "fr"))


def _reason(why: str) -> str:
    return f" ({why[:LONGEST_REASON]})" if why else ""


def _sentence(words: str) -> str:
    """Return a sentence with one full stop, also after "10:42 p.m."."""
    return ended_once(f"{words}.")
