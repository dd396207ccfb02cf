"""The wording of every text to technicians and supervisors, in both languages.

Each function returns both; the sender picks the recipient's. A text goes out in GSM-7 and in two segments at most: what
people typed is cut to a length, and a text that is still too long leaves out what matters least.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callbacks.db.states import Channel, PageKind, ReachOutcome, Urgency
from callbacks.lifecycle.canary import BACK_WITHIN, Missing
from callbacks.text.bilingual import Words
from callbacks.text.dialing_rules import NumberCheck, with_extension
from callbacks.text.formats import (
    at_time_and_day_in_french,
    clock_time,
    ended_once,
    length,
    readable_number,
    short_time_and_day,
    time_and_day,
)
from callbacks.text.gsm7 import TWO_SEGMENTS, first_that_fits, shortened, size

LONGEST_REASON = 100  # letters, of what a person typed
SHORT_REASON = 30  # where the whole one does not fit
SHORTEST_NAME = 12
LONGEST_NAME = 40  # of a person; supervisors are named by their mail address
LONGEST_CUSTOMER = 48  # company and name
LONGEST_QUOTE = 40  # of a text that is answered late
LONGEST_ALERT = 600
NOTHING = Words("", "")
AFTER_THE_CALL = Words("After the call:", "Après l'appel:")
AFTERWARDS = Words("Afterwards", "Ensuite")


@dataclass(frozen=True)
class Message:
    """The caller's message, as far as it is known when the text is sent."""

    left: bool | None  # None: not known yet
    seconds: int | None = None
    is_lost: bool = False  # it was left, and nobody can listen to it
    is_deleted: bool = False  # somebody had it deleted
    is_missed_call: bool = False  # the caller waited for a technician, and was asked for no message
    is_in_notes: bool = False  # a technician spoke with the customer, who was asked for no message


NO_MESSAGE = Message(left=False)
MISSED_CALL = Message(left=False, is_missed_call=True)
IN_NOTES = Message(left=False, is_in_notes=True)
LOST_MESSAGE = Message(left=True, is_lost=True)
DELETED_MESSAGE = Message(left=True, is_deleted=True)


BY_CHANNEL = {
    Channel.TEXT: Words("by text", "par texto"),
    Channel.CALL: Words("by phone", "par téléphone"),
    Channel.MAIL: Words("by email", "par courriel"),
}
NUMBER_WITHHELD = Words("number withheld", "numéro masqué")


@dataclass(frozen=True)
class FromMail:
    """The mail that opened a callback."""

    sender: str  # name or address
    subject: str
    mailbox: Words  # its written name: "support mailbox"
    is_answerable: bool = True  # there is one address to answer to


@dataclass(frozen=True)
class Subject:
    """The callback that a text is about."""

    sender: str
    reference: str
    line: Words  # the written name: "direct line"
    caller: str  # as the carrier gave it
    customer_number: str | None
    due_at: datetime
    zone: ZoneInfo
    message: Message
    has_no_number: bool = False  # nobody can be called; a number that needs consent is a number
    is_tried: bool = False  # the promised call was made, so the deadline is met or gone
    extension: str = ""
    why_no_number: Words = NUMBER_WITHHELD
    not_allowed_yet: Words | None = None  # the caller's number, for which a supervisor has not consented
    language: str = ""  # that the caller chose
    perhaps_robot: bool = False  # nothing shows that a person called
    says_down: bool = False  # the caller pressed that everything is down
    named_at: datetime | None = None  # when the customer asked to be called
    customer: Words = NOTHING  # company and name; NOTHING for nobody we know
    calls_this_week: int = 0
    asks_for_no_call: bool = False  # the customer, by text; nobody has decided yet
    calls: int = 1  # how often the customer has called about it
    mail: FromMail | None = None  # None: it came by phone

    @property
    def is_answered_by_mail(self) -> bool:
        """Whether there is no number to call, and an address to write to."""
        return self.has_no_number and self.mail is not None and self.mail.is_answerable


# What the message says


def transcribed(subject: Subject, words: str, gist: str, urgency: Urgency) -> Words:
    """Return a transcript as a text: all of it, or its gist where it is too long. It says that a machine wrote it."""
    about, perhaps = _about(subject), _PERHAPS[urgency]
    shorter = f"{gist[:60].rsplit(' ', 1)[0]}..." if len(gist) > 60 else gist

    def worded(said: str) -> Words:
        quoted = said.replace('"', "'")
        return Words(
            f'{subject.sender}: {about.english}: "{quoted}"{perhaps.english} Written down by a machine: listen before '
            "you rely on it.",
            f'{subject.sender}: {about.french}: "{quoted}"{perhaps.french} Transcrit par une machine: écoutez le '
            "message avant de vous y fier.",
        )

    return _fitting(worded(words), worded(gist), worded(shorter))


_PERHAPS = {
    Urgency.NONE: NOTHING,
    Urgency.DOWN: Words(" Perhaps everything is down.", " Possiblement une panne générale."),
    Urgency.CAN_WAIT: Words(" Perhaps it can wait.", " Possiblement rien d'urgent."),
}


# Pages


def page(subject: Subject, code: str, now: datetime, link: str = "", before: Words | None = None) -> Words:
    """Return a page: call this customer. With what was done `before`, and a link to the technician's screen."""
    if subject.mail is not None:
        return _page_about_mail(subject, subject.mail, code, now, link, before or NOTHING)
    call = _call_late(subject, now) if now >= subject.due_at else _call_by(subject, now)
    connect = _only_with_number(subject, f"CALL {code} to be connected, ", f"APPEL {code} pour le joindre, ")
    if subject.has_no_number:
        connect = Words(f"NONE {code} if it has no number, ", f"AUCUN {code} s'il n'a pas de numéro, ")
    earlier = _after_space(before or NOTHING)
    at_link, asks = f" {link}" if link else "", _asks_for_no_call(subject)

    def worded(earlier: Words, about: Words) -> Words:
        what = Words(_sentence(call.english + about.english), _sentence(call.french + about.french))
        asked = Words(asks.english + earlier.english, asks.french + earlier.french)
        return Words(
            f"{subject.sender}: {what.english} Ref {subject.reference}.{asked.english} "
            f"Reply {code} to take it, {connect.english}PASS {code} to pass it on.{at_link}",
            f"{subject.sender}: {what.french} Réf. {subject.reference}.{asked.french} "
            f"Répondez {code} pour le prendre, {connect.french}PASSE {code} pour passer au suivant.{at_link}",
        )

    known, line = _known(subject), _joined(subject.line, _named_time(subject, now), "")
    whole = _joined(line, _details(subject), "")
    return _fitting(
        worded(earlier, _about_call(_joined(known, _earlier_calls(subject)), whole)),
        worded(earlier, _about_call(known, whole)),
        worded(earlier, _about_call(known, line)),
        worded(NOTHING, _about_call(known, whole)),
        worded(NOTHING, _about_call(known, line)),
        worded(NOTHING, _about_call(known, NOTHING)),
        worded(NOTHING, _about_call(NOTHING, line)),
        worded(NOTHING, NOTHING),
    )


def _page_about_mail(subject: Subject, mail: FromMail, code: str, now: datetime, link: str, before: Words) -> Words:
    connect = _only_with_number(subject, f"CALL {code} to be connected, ", f"APPEL {code} pour le joindre, ")
    at_link, asks, answer = f" {link}" if link else "", _asks_for_no_call(subject), _answer_mail(subject, now)

    def worded(who: Words, about: str, where: Words, earlier: Words) -> Words:
        quoted = f': "{about}"' if about else ""
        asked = Words(asks.english + earlier.english, asks.french + earlier.french)
        return Words(
            f"{subject.sender}: mail from {who.english}{where.english}{quoted}. {answer.english} "
            f"Ref {subject.reference}.{asked.english} Reply {code} to take it, {connect.english}PASS {code} to pass it "
            f"on.{at_link}",
            f"{subject.sender}: courriel de {who.french}{where.french}{quoted}. {answer.french} "
            f"Réf. {subject.reference}.{asked.french} Répondez {code} pour le prendre, {connect.french}PASSE {code} "
            f"pour passer au suivant.{at_link}",
        )

    who, earlier, about = _sender_named(subject, mail), _after_space(before), mail.subject.replace('"', "'")
    where, name = Words(f" ({mail.mailbox.english})", f" ({mail.mailbox.french})"), _name(mail.sender)
    brief = shortened(mail.sender, SHORTEST_NAME)
    long, short = shortened(about, LONGEST_CUSTOMER), shortened(about, SHORT_REASON)
    return _fitting(
        worded(who, long, where, earlier),
        worded(who, long, NOTHING, earlier),
        worded(who, short, NOTHING, earlier),
        worded(who, short, NOTHING, NOTHING),
        worded(Words(name, name), short, NOTHING, NOTHING),
        worded(Words(name, name), "", NOTHING, NOTHING),
        worded(Words(brief, brief), "", NOTHING, NOTHING),
    )


def _answer_mail(subject: Subject, now: datetime) -> Words:
    """Return how and until when to answer a mail: by phone where there is a number."""
    who, due = _customer(subject), _due(subject, now)
    how = Words("Answer by mail, at the link,", "Répondez par courriel, avec le lien,")
    if subject.customer_number:
        how = Words(f"Answer or call {who.english}", f"Répondez ou appelez {who.french}")
    elif not subject.is_answered_by_mail:
        how = Words("It names no address to answer to: read it", "Aucune adresse où répondre: lisez-le")
    if now >= subject.due_at:
        return Words(
            f"LATE (promised {due.english}). {how.english} now.",
            f"EN RETARD (promis pour {due.french}). {how.french} maintenant.",
        )
    return Words(_sentence(f"{how.english} by {due.english}"), _sentence(f"{how.french} avant {due.french}"))


def _sender_named(subject: Subject, mail: FromMail) -> Words:
    """Return whose mail it is, with the customer that we know, or that we do not know the sender."""
    name, known = _name(mail.sender), _known(subject)
    if known == NOTHING:
        return Words(f"unknown sender {name}", f"{name} (expéditeur inconnu)")
    if mail.sender in subject.customer.english:
        return known
    return Words(f"{name}, {known.english}", f"{name}, {known.french}")


def _named_time(subject: Subject, now: datetime) -> Words:
    if subject.named_at is None or subject.is_tried:
        return NOTHING
    at = _time(subject.named_at, subject.zone, now)
    return Words(f", asked to be called after {at.english}", f", demande un appel après {at.french}")


def _call_by(subject: Subject, now: datetime) -> Words:
    who, due = _customer(subject), _due(subject, now)
    return Words(f"call {who.english} back by {due.english}", f"rappelez {who.french} avant {due.french}")


def _call_late(subject: Subject, now: datetime) -> Words:
    who, due = _customer(subject), _due(subject, now)
    return Words(
        f"LATE (promised {due.english}): call {who.english} back",
        f"EN RETARD (promis pour {due.french}): rappelez {who.french}",
    )


def no_answer_from(names: Sequence[str]) -> Words:
    """Return who was paged before and did not react, so that the next person knows that nobody else has it."""
    named, have = _names(names), "n'ont" if len(names) > 1 else "n'a"
    return Words(f"No answer from {named.english}.", f"{named.french} {have} pas répondu.")


def passed_by(names: Sequence[str]) -> Words:
    """Return who was paged before and passed it on."""
    named, have = _names(names), "l'ont" if len(names) > 1 else "l'a"
    return Words(f"{named.english} passed it on.", f"{named.french} {have} passé au suivant.")


def not_reached(names: Sequence[str]) -> Words:
    """Return to whom no page went through."""
    named = _names(names)
    return Words(f"{named.english} could not be reached.", f"Impossible de joindre {named.french}.")


def taken_and_not_called(subject: Subject, by: str, since: datetime, now: datetime) -> Words:
    """Return that an owner has not tried the customer, for the people who are paged after them."""
    name, at = _name(by), _at(since, subject.zone, now)
    missing = Words("has not called", "n'a pas appelé")
    if subject.has_no_number:
        missing = Words("has noted nothing", "n'a rien noté")
    return Words(
        f"{name} took it {at.english} and {missing.english}.", f"{name} l'a pris {at.french} et {missing.french}."
    )


def _names(names: Sequence[str]) -> Words:
    """Return at most two names, and how many more there are."""
    first = [_name(name) for name in names[:2]]
    if len(names) > 2:
        more = len(names) - 2
        return Words(f"{', '.join(first)} and {more} more", f"{', '.join(first)} et {more} {_others(more)}")
    return Words(" and ".join(first), " et ".join(first))


def _others(count: int) -> str:
    return "autre" if count == 1 else "autres"


def reminder(subject: Subject, code: str, now: datetime) -> Words:
    """Return the reminder to an owner who has no attempt on record."""
    who, due, reference = _customer(subject), _due(subject, now), subject.reference
    is_late = now >= subject.due_at
    head = (
        Words("LATE, you took", "EN RETARD: vous avez pris")
        if is_late
        else Words("reminder, you took", "à faire: vous avez pris")
    )
    was = Words("was due", "était promis pour") if is_late else Words("due", "promis pour")
    replies, asks = _replies(subject, code, AFTER_THE_CALL), _asks_for_no_call(subject)
    missing = Words(f"no call to {who.english} is on record", f"aucun appel {_to(who.french)} n'est noté")
    if subject.has_no_number:
        missing = Words("nothing is on record", "rien n'est noté")
    return _fitting(
        Words(
            f"{subject.sender}: {head.english} {reference}, {was.english} {due.english}, and {missing.english}."
            f"{asks.english} {replies.english} PASS {code} passes it on.",
            f"{subject.sender}: {head.french} {reference}, {was.french} {due.french}, et {missing.french}."
            f"{asks.french} {replies.french} PASSE {code} pour passer au suivant.",
        )
    )


_ENDINGS = {
    ReachOutcome.BUSY: Words("busy", "occupé"),
    ReachOutcome.NO_ANSWER: Words("no answer", "pas de réponse"),
    ReachOutcome.NOT_CONNECTED: Words("answered, not connected", "répondu, sans communication"),
    ReachOutcome.MACHINE: Words("answering machine", "boîte vocale"),
    ReachOutcome.LEFT_A_MESSAGE: Words("left a message", "message laissé"),
    ReachOutcome.WRONG_NUMBER: Words("wrong number", "mauvais numéro"),
    ReachOutcome.REACHED: Words("reached", "client joint"),
    ReachOutcome.CONTINUING: Words("reached, not resolved", "client joint, pas réglé"),
    ReachOutcome.WORKAROUND: Words("workaround given", "solution temporaire donnée"),
    ReachOutcome.REPLIED: Words("answered by mail", "réponse par courriel"),
}


def last_attempt(by: str | None, at: datetime, outcome: ReachOutcome, zone: ZoneInfo, now: datetime) -> Words:
    """Return who last tried the customer, when, and how that ended: "Amy Roy tried at 10:12 p.m.: no answer.".

    Without a name, it is the reader.
    """
    when, ending = _at(at, zone, now), _ENDINGS.get(outcome, Words("not reached", "client pas joint"))
    who = Words(f"{_name(by)} tried", f"{_name(by)} a essayé") if by else Words("You tried", "Vous avez essayé")
    return Words(f"{who.english} {when.english}: {ending.english}.", f"{who.french} {when.french}: {ending.french}.")


def page_again(subject: Subject, code: str, earlier: Words, link: str = "") -> Words:
    """Return a page about a customer who was tried, and whom nobody looks after now."""
    named, who, at_link = _customer_named(subject), _customer(subject), f" {link}" if link else ""
    connect = Words(f"CALL {code} to be connected, ", f"APPEL {code} pour joindre le client, ")
    connect = connect if subject.customer_number else NOTHING
    versions = ((named, earlier), (named, NOTHING), (who, NOTHING))
    return _fitting(*(_page_again(subject, code, whom, before, connect, at_link) for whom, before in versions))


def _page_again(subject: Subject, code: str, who: Words, before: Words, connect: Words, at_link: str) -> Words:
    earlier, what, asks = _after_space(before), _no_number_left(subject), _asks_for_no_call(subject)
    what = what or Words(f"Call {who.english} again.", f"Rappelez {who.french}.")
    return Words(
        f"{subject.sender}: nobody has {subject.reference} now.{asks.english}{earlier.english} {what.english} "
        f"Reply {code} to take it, {connect.english}PASS {code} to pass it on.{at_link}",
        f"{subject.sender}: plus personne ne s'occupe du rappel {subject.reference}.{asks.french}{earlier.french} "
        f"{what.french} Répondez {code} pour le prendre, {connect.french}PASSE {code} pour le passer au "
        f"suivant.{at_link}",
    )


def try_again(subject: Subject, code: str, earlier: Words) -> Words:
    """Return the request to an owner to try again to reach the customer (policy: Priorities)."""
    replies, what, asks = _replies(subject, code, AFTER_THE_CALL), _next_attempt(subject), _asks_for_no_call(subject)

    def worded(before: Words) -> Words:
        tried = _after_space(before)
        return Words(
            f"{subject.sender}: {what.english}{asks.english}{tried.english} {replies.english} "
            f"PASS {code} passes it on.",
            f"{subject.sender}: {what.french}{asks.french}{tried.french} {replies.french} "
            f"PASSE {code} pour passer au suivant.",
        )

    return _fitting(worded(earlier), worded(NOTHING))


def _next_attempt(subject: Subject) -> Words:
    """Return that it is time for the next attempt, or that nobody can be called."""
    who, reference, none = _customer(subject), subject.reference, _no_number_left(subject)
    if none is not None:
        return Words(f"{reference} is still open. {none.english}", f"{reference} est toujours ouvert. {none.french}")
    return Words(
        f"time to call {who.english} again ({reference}).",
        f"c'est le moment de rappeler {who.french} ({reference}).",
    )


def _no_number_left(subject: Subject) -> Words | None:
    """Return that nobody can be called, and why; None where there is a number, or one that waits for consent."""
    why = subject.why_no_number
    if not subject.has_no_number:
        return None
    if subject.is_answered_by_mail:
        return Words("Answer by mail, at the link.", "Répondez par courriel, avec le lien.")
    return Words(f"No number to call: {why.english}.", f"Aucun numéro à composer: {why.french}.")


def bundle(sender: str, about: Sequence[tuple[Subject, str]], now: datetime) -> Words:
    """Return several pages as one text, each with its code: one text for each would bury the phone.

    Of more than fit, the last ones are only counted.
    """
    english = [f"{code} {_briefly(subject)} {_short_due(subject, now).english}" for subject, code in about]
    french = [f"{code} {_briefly(subject)} {_short_due(subject, now).french}" for subject, code in about]
    waiting = Words(f"{len(about)} callbacks are waiting", f"{len(about)} rappels attendent")
    take = Words("Reply with a code to take one", "Répondez avec un code pour en prendre un")
    return Words(
        _listed(f"{sender}: {waiting.english}. {take.english}: ", english, _more_english),
        _listed(f"{sender}: {waiting.french}. {take.french}: ", french, _more_french),
    )


def _listed(head: str, entries: Sequence[str], more: Callable[[int], str]) -> str:
    """Return a list with as many entries as fit."""
    lists = ("; ".join(entries[:count]) + more(len(entries) - count) for count in range(len(entries), 0, -1))
    return first_that_fits(*(head + listed for listed in lists))


def _more_english(count: int) -> str:
    return f"; {count} more: WHO lists them" if count else ""


def _more_french(count: int) -> str:
    return f"; {count} autres: QUI pour la liste" if count else ""


# Notices about a callback


def taken(subject: Subject, by: str) -> Words:
    """Return that somebody has it, for the others who were paged."""
    return Words(
        f"{subject.sender}: {_name(by)} has {subject.reference}. Nothing for you to do.",
        f"{subject.sender}: {_name(by)} a pris {subject.reference}. Vous n'avez rien à faire.",
    )


def tried(subject: Subject, by: str) -> Words:
    """Return that somebody has called the customer, for the others who were paged."""
    return Words(
        f"{subject.sender}: {_name(by)} has called the customer of {subject.reference}. Nothing for you to do.",
        f"{subject.sender}: {_name(by)} a appelé le client de {subject.reference}. Vous n'avez rien à faire.",
    )


def tried_for_you(subject: Subject, by: str) -> Words:
    """Return that somebody else has called the customer, for the owner."""
    return Words(
        f"{subject.sender}: {_name(by)} has called the customer of {subject.reference}. It stays yours.",
        f"{subject.sender}: {_name(by)} a appelé le client de {subject.reference}. Le rappel reste à vous.",
    )


def over(subject: Subject, what: Words, by: str, why: str) -> Words:
    """Return that somebody ended it, for the people who were paged. `what`: "has resolved {about}"."""
    about, name, reason = _about(subject), _name(by), _reason(why)
    english, french = what.english.format(about=about.english), what.french.format(about=about.french)
    return Words(
        f"{subject.sender}: {name} {english}{reason}. Nothing more for you to do.",
        f"{subject.sender}: {name} {french}{reason}. Vous n'avez plus rien à faire.",
    )


def nothing_to_go_by(subject: Subject) -> Words:
    """Return that the desk closed it: there is no number and no message, so that nobody can do anything."""
    return Words(
        f"{subject.sender}: {subject.reference} is closed. The caller left neither a number nor a message. "
        "Nothing more for you to do.",
        f"{subject.sender}: {subject.reference} est fermé. L'appelant n'a laissé ni numéro ni message. "
        "Vous n'avez plus rien à faire.",
    )


def closed_automatically(subject: Subject) -> Words:
    """Return that it was closed: the customer could not be reached (policy: Priorities)."""
    about, reopens = _about_before_verb(subject), _who_reopens(subject)
    return Words(
        f"{subject.sender}: {about.english} was closed automatically: the customer could not be reached and has not "
        f"been in touch. {reopens.english}",
        f"{subject.sender}: {about.french} a été fermé automatiquement: client impossible à joindre, aucune nouvelle "
        f"depuis. {reopens.french}",
    )


def _who_reopens(subject: Subject) -> Words:
    """Return who can reopen what closed automatically. A call opens a new callback."""
    if subject.mail is not None:
        return Words(
            "An email from them reopens it, and so can a supervisor.",
            "Un courriel de sa part le rouvre; un superviseur le peut aussi.",
        )
    if subject.customer_number:
        return Words(
            "A text from them reopens it, and so can a supervisor.",
            "Un texto de sa part le rouvre; un superviseur le peut aussi.",
        )
    return Words("A supervisor can reopen it.", "Un superviseur peut le rouvrir.")


def ask_outcome(subject: Subject, code: str) -> Words:
    """Return the question how a call to the customer went."""
    who, reference = _customer(subject), subject.reference

    def worded(workaround: Words) -> Words:
        return Words(
            f"{subject.sender}: how did the call to {who.english} go ({reference})? DONE {code} resolved, "
            f"CONT {code} continuing, {workaround.english}MSG {code} left a message, NA {code} no answer, "
            f"WRONG {code} wrong number.",
            f"{subject.sender}: comment s'est passé l'appel {_to(who.french)} ({reference})? FAIT {code} réglé, "
            f"SUITE {code} à suivre, {workaround.french}MSG {code} message laissé, NA {code} pas de réponse, "
            f"FAUX {code} mauvais numéro.",
        )

    workaround = Words(f"WORKAROUND {code} workaround given, ", f"SOLUTION {code} solution temporaire donnée, ")
    return _fitting(worded(workaround), worded(NOTHING))


def not_rung(subject: Subject, code: str) -> Words:
    """Return that a connection never rang at the customer's, so that no attempt is on record by it."""
    about = _about(subject)
    return Words(
        f"{subject.sender}: the customer's phone did not ring ({about.english}), so this call does not count. "
        f"CALL {code} to try again, PASS {code} to pass it on.",
        f"{subject.sender}: le téléphone du client n'a pas sonné ({about.french}); cet appel ne compte pas. "
        f"APPEL {code} pour réessayer, PASSE {code} pour passer au suivant.",
    )


def given(subject: Subject, code: str, by: str, now: datetime) -> Words:
    """Return that a supervisor assigned it, for its new owner."""
    when, name, replies = by_when(subject, now), _name(by), _replies(subject, code, AFTERWARDS)

    def worded(who: Words) -> Words:
        act = _call_or_answer(subject, who)
        return Words(
            f"{subject.sender}: {name} gave you {subject.reference}. {_sentence(f'{act.english}{when.english}')} "
            f"{replies.english}",
            f"{subject.sender}: {name} vous confie {subject.reference}. {act.french}{when.french}. {replies.french}",
        )

    return _fitting(worded(_customer_named(subject)), worded(_customer(subject)))


def _call_or_answer(subject: Subject, who: Words) -> Words:
    """Return what to do for a customer: call them, or answer their mail where there is no number."""
    if subject.is_answered_by_mail and subject.mail is not None:
        sender = _name(subject.mail.sender)
        return Words(f"Answer {sender} by mail", f"Répondez à {sender} par courriel")
    return Words(f"Call {who.english}", f"Appelez {who.french}")


def to_follow_up(subject: Subject, code: str, priority: str, now: datetime) -> Words:
    """Return that a call which they answered is theirs to follow up, and how to write down what was said."""
    when = by_when(subject, now)
    return Words(
        f"{subject.sender}: {subject.reference} ({priority}) is yours. {_sentence(f'Call the customer{when.english}')} "
        f"NOTE {code} and what was said.",
        f"{subject.sender}: {subject.reference} ({priority}) est à vous. Appelez le client{when.french}. "
        f"NOTE {code} et ce qui a été dit.",
    )


def needs_more(sender: str, caller: str, code: str, began_at: datetime, zone: ZoneInfo, now: datetime) -> Words:
    """Return the question whether a call needs more work, for whoever took it and hung up before the caller."""
    who, when = readable_number(caller) if caller.startswith("+") else "", _at(began_at, zone, now)
    english, french = (f" from {who}", f" du {who}") if who else ("", "")
    return Words(
        f"{sender}: does the call{english} {when.english} need more work? Reply MORE {code} P1, P2 or P3 and what it "
        "is about. If it is settled, do nothing.",
        f"{sender}: l'appel{french} {when.french} demande-t-il un suivi? Répondez SUIVI {code} P1, P2 ou P3 et de "
        "quoi il s'agit. Si c'est réglé, ne faites rien.",
    )


def joined(subject: Subject, code: str, by: str, reference: str) -> Words:
    """Return that another callback is part of this one now, for its owner."""
    name, replies = _name(by), _replies(subject, code, AFTERWARDS)
    return Words(
        f"{subject.sender}: {name} joined {reference} with your {subject.reference}: one matter now. {replies.english}",
        f"{subject.sender}: {name} a fusionné {reference} avec votre {subject.reference}. {replies.french}",
    )


def by_when(subject: Subject, now: datetime) -> Words:
    """Return until when to call the customer: " by 10:42 p.m.". Never a time that has passed; "" after an attempt."""
    due = _due(subject, now)
    if subject.is_tried:
        return NOTHING
    if now < subject.due_at:
        return Words(f" by {due.english}", f" avant {due.french}")
    return Words(f" at once: promised for {due.english}", f" tout de suite: promis pour {due.french}")


def unresolved(subject: Subject, code: str, due_at: datetime, now: datetime) -> Words:
    """Return that a critical callback was tried but not resolved in time, for its owner (policy: Priorities)."""
    about, due, next_ = _about_before_verb(subject), _time(due_at, subject.zone, now), _while_open(subject, code)
    return Words(
        f"{subject.sender}: {_sentence(f'{about.english} was to be resolved by {due.english}')} {next_.english}",
        f"{subject.sender}: {about.french} était à régler avant {due.french}. {next_.french}",
    )


def nearly_due(subject: Subject, code: str, due_at: datetime, now: datetime) -> Words:
    """Return the warning that a resolution is nearly due, for its owner (policy: Priorities)."""
    about, due, next_ = _about_before_verb(subject), _time(due_at, subject.zone, now), _while_open(subject, code)
    return Words(
        f"{subject.sender}: {_sentence(f'{about.english} is to be resolved by {due.english}')} {next_.english}",
        f"{subject.sender}: {about.french} est à régler avant {due.french}. {next_.french}",
    )


def still_open(subject: Subject, code: str) -> Words:
    """Return that a callback is still open and nothing else is due, for its owner."""
    about, next_ = _about_before_verb(subject), _while_open(subject, code)
    return Words(
        f"{subject.sender}: {about.english} is still open and yours. {next_.english}",
        f"{subject.sender}: {about.french} est toujours ouvert, et c'est à vous de le régler. {next_.french}",
    )


def _while_open(subject: Subject, code: str) -> Words:
    """Return which replies fit for the owner of a callback that is not resolved yet."""
    connect = _only_with_number(subject, f"CALL {code} connects you, ", f"APPEL {code} pour joindre le client, ")
    return Words(
        f"{connect.english}DONE {code} when it is resolved, PASS {code} passes it on.",
        f"{connect.french}FAIT {code} quand c'est réglé, PASSE {code} pour passer au suivant.",
    )


def called_again(subject: Subject, code: str, at: datetime, now: datetime, *, left_message: bool) -> Words:
    """Return that the customer called again, for the owner, or for whoever was paged last."""
    when, who = _at(at, subject.zone, now), _customer(subject)
    message = Words(" and left a message", " et a laissé un message") if left_message else NOTHING
    replies, due = _replies(subject, code, AFTER_THE_CALL), by_when(subject, now)

    def worded(replies: Words) -> Words:
        return Words(
            f"{subject.sender}: "
            f"{_sentence(f'the customer of {subject.reference} called again {when.english}{message.english}')} "
            f"{_sentence(f'Call {who.english}{due.english}')} {replies.english}".rstrip(),
            f"{subject.sender}: "
            f"{_sentence(f'le client de {subject.reference} a rappelé {when.french}{message.french}')} "
            f"{_sentence(f'Rappelez {who.french}{due.french}')} {replies.french}".rstrip(),
        )

    return _fitting(worded(replies), worded(NOTHING))


def wrote_again(subject: Subject, code: str, about: str, now: datetime, urgent: Words = NOTHING) -> Words:
    """Return that the customer wrote about an open callback, for the owner, or for whoever was paged last.

    `urgent` names the mailbox that they wrote to, if it is not a normal one: "emergency mailbox".
    """
    where = Words(f" ({urgent.english})", f" ({urgent.french})") if urgent.english else NOTHING
    replies, due, who = _replies(subject, code, AFTER_THE_CALL), by_when(subject, now), _customer(subject)
    act = _call_or_answer(subject, who)

    def worded(about: str, replies: Words) -> Words:
        quoted = f': "{about}"' if about else ""
        return Words(
            f"{subject.sender}: the customer of {subject.reference} has written{where.english}{quoted}. "
            f"{_sentence(f'{act.english}{due.english}')} {replies.english}".rstrip(),
            f"{subject.sender}: le client de {subject.reference} a écrit{where.french}{quoted}. "
            f"{_sentence(f'{act.french}{due.french}')} {replies.french}".rstrip(),
        )

    long = shortened(about.replace('"', "'"), LONGEST_REASON)
    short = shortened(long, SHORT_REASON)
    return _fitting(worded(long, replies), worded(short, replies), worded(short, NOTHING), worded("", NOTHING))


def mail_returned(subject: Subject, code: str, address: str, why: str) -> Words:
    """Return that a mail to the customer did not arrive, for the owner, or for whoever was paged last."""
    to, reason = _name(address), _reason(why)
    connect = _only_with_number(subject, f" CALL {code} connects you.", f" APPEL {code} pour joindre le client.")
    return _fitting(
        *(
            Words(
                f"{subject.sender}: our mail to {to} about {subject.reference} did not arrive{each}. Reach them "
                f"another way.{connect.english}",
                f"{subject.sender}: notre courriel à {to} au sujet de {subject.reference} n'est pas arrivé{each}. "
                f"Joignez le client autrement.{connect.french}",
            )
            for each in (reason, "")
        )
    )


def over_agreed(subject: Subject, worked: str, agreed: str) -> Words:
    """Return that more billable time was worked than the customer agreed to, for the owner."""
    return Words(
        f"{subject.sender}: {worked} billable on {subject.reference}, and the customer agreed to {agreed}. Ask them "
        "before more work is done.",
        f"{subject.sender}: {worked} facturables pour {subject.reference}, et le client a accepté {agreed}. Demandez "
        "son accord avant de continuer.",
    )


def reply_not_sent(subject: Subject, code: str, address: str, why: Words) -> Words:
    """Return that a reply by mail did not leave, for whoever has the callback."""
    to = _name(address)
    connect = _only_with_number(subject, f" CALL {code} connects you.", f" APPEL {code} pour joindre le client.")

    def worded(english: str, french: str) -> Words:
        return Words(
            f"{subject.sender}: the reply by mail to {to} about {subject.reference} was not sent{english}. Reach them "
            f"another way.{connect.english}",
            f"{subject.sender}: la réponse par courriel à {to} au sujet de {subject.reference} n'est pas partie"
            f"{french}. Joignez le client autrement.{connect.french}",
        )

    return _fitting(worded(_reason(why.english), _reason(why.french)), worded("", ""))


def reply_returned(subject: Subject, code: str, address: str, why: str, now: datetime) -> Words:
    """Return that a reply by mail came back, so that it is no attempt, for whoever has the callback."""
    to, reason, by = _name(address), _reason(why), by_when(subject, now)
    connect = _only_with_number(subject, f" CALL {code} connects you.", f" APPEL {code} pour joindre le client.")

    def worded(why: str) -> Words:
        act = _sentence(f"Reach them another way{by.english}")
        act_in_french = _sentence(f"Joignez le client autrement{by.french}")
        return Words(
            f"{subject.sender}: your reply to {to} about {subject.reference} came back{why}, so it does not count. "
            f"{act}{connect.english}",
            f"{subject.sender}: votre réponse à {to} au sujet de {subject.reference} est revenue{why}: elle ne compte "
            f"pas. {act_in_french}{connect.french}",
        )

    return _fitting(worded(reason), worded(""))


def called_again_since(at: datetime, zone: ZoneInfo, now: datetime, *, has_written: bool = False) -> Words:
    """Return when the customer called again, for a text about the next attempt: "They called again at 10:31 p.m.".

    `has_written`: it was a mail.
    """
    when = _at(at, zone, now)
    if has_written:
        return Words(_sentence(f"They wrote again {when.english}"), _sentence(f"Le client a réécrit {when.french}"))
    return Words(_sentence(f"They called again {when.english}"), _sentence(f"Le client a rappelé {when.french}"))


def called_before(reference: str, at: datetime, zone: ZoneInfo, now: datetime) -> Words:
    """Return that the customer called lately about something that is closed, for the page about the new call."""
    is_today = at.astimezone(zone).date() == now.astimezone(zone).date()
    english, french = ("today", "aujourd'hui") if is_today else ("yesterday", "hier")
    return Words(f"Called {english} about {reference}.", f"A appelé {french} pour {reference}.")


def reopened(subject: Subject, code: str, by: str, why: str) -> Words:
    """Return that a closed callback is open again, for its owner."""
    who, name, replies = _customer(subject), _name(by), _replies(subject, code, AFTERWARDS)

    def worded(reason: str) -> Words:
        about, act = f"{subject.reference}{reason}", _call_or_answer(subject, who)
        english, french = (f"{words[:1].lower()}{words[1:]}" for words in (act.english, act.french))
        return Words(
            f"{subject.sender}: {name} reopened {about}. It is yours: {english}. {replies.english}",
            f"{subject.sender}: {name} a rouvert {about}. Il est à vous: {french}. {replies.french}",
        )

    return _fitting(worded(_reason(why)), worded(_reason(why, SHORT_REASON)), worded(""))


def history(
    calls: int, since: datetime, owner: str, zone: ZoneInfo, now: datetime, *, is_tried: bool, has_written: bool = False
) -> Words:
    """Return how a callback stands, for somebody who has not followed it. `has_written`: a mail opened it."""
    at, from_then = _at(since, zone, now), _time(since, zone, now)
    called = Words(f"Called {at.english}", f"A appelé {at.french}")
    if has_written:
        called = Words(f"Wrote {at.english}", f"A écrit {at.french}")
    if calls > 1:
        called = Words(f"{calls} calls since {from_then.english}", f"{calls} appels depuis {from_then.french}")
    who = owner[:LONGEST_NAME]
    has_it = Words(f"{who} has it", f"{who} s'en occupe") if who else Words("nobody has it", "personne ne s'en occupe")
    not_tried = Words("not tried yet", "pas encore de réponse" if has_written else "client pas encore rappelé")
    tried = Words("tried", "client déjà essayé") if is_tried else not_tried
    return Words(
        f"{called.english}, {has_it.english}, {tried.english}.",
        f"{called.french}, {has_it.french}, {tried.french}.",
    )


def manager_wanted(subject: Subject, code: str, why: str, history: Words = NOTHING) -> Words:
    """Return that the customer asks for a manager, for a manager, with how the callback stands."""
    connect = _only_with_number(subject, f", CALL {code} connects you", f", APPEL {code} pour le joindre")

    def worded(who: Words, reason: str, stands: Words) -> Words:
        client = f"le client {_to(who.french)}" if subject.customer_number else who.french
        return Words(
            f"{subject.sender}: {who.english} asks for a manager{reason}. Ref {subject.reference}.{stands.english} "
            f"Reply {code} to take it{connect.english}.",
            f"{subject.sender}: {client} demande un gestionnaire{reason}. Réf. {subject.reference}.{stands.french} "
            f"Répondez {code} pour prendre le rappel{connect.french}.",
        )

    named, who, short = _customer_named(subject), _customer(subject), _reason(why, SHORT_REASON)
    stands = _after_space(history)
    return _fitting(
        worded(named, _reason(why), stands),
        worded(named, short, stands),
        worded(who, short, stands),
        worded(who, "", stands),
        worded(who, "", NOTHING),
    )


def consent_wanted(subject: Subject, check: NumberCheck, code: str, now: datetime) -> Words:
    """Return the question whether a number may be called, for a supervisor."""
    number, due = check.in_words, _due(subject, now)

    def worded(why: Words) -> Words:
        return Words(
            f"{subject.sender}: {subject.reference} (due {due.english}) is from {number.english}, {why.english}. "
            f"Nobody may call it yet. ALLOW {code} lets them, REFUSE {code} does not. Your name goes on record.",
            f"{subject.sender}: {subject.reference} (promis pour {due.french}) vient du {number.french}, "
            f"{why.french}. Personne ne peut encore l'appeler. AUTORISE {code} pour permettre l'appel, REFUSE {code} "
            "sinon. Votre nom sera noté.",
        )

    return _fitting(worded(check.why), worded(check.briefly))


def consent_given(subject: Subject, code: str, by: str) -> Words:
    """Return that the customer's number may be called now, for whoever has it or was paged."""
    number, by = _customer(subject), _name(by)
    return Words(
        f"{subject.sender}: {by} allowed calls to {number.english} ({subject.reference}). CALL {code} connects you.",
        f"{subject.sender}: {by} a autorisé l'appel {_to(number.french)} ({subject.reference}). "
        f"APPEL {code} pour joindre le client.",
    )


def consent_refused(subject: Subject, by: str) -> Words:
    """Return that the customer's number may not be called, for whoever has it or was paged."""
    by = _name(by)
    return Words(
        f"{subject.sender}: {by} refused calls to the caller's number ({subject.reference}). "
        "Listen to the message for another one.",
        f"{subject.sender}: {by} a refusé l'appel au numéro de l'appelant ({subject.reference}). "
        "Cherchez-en un autre dans le message.",
    )


def customer_texted(subject: Subject, code: str, texts: Sequence[str], *, asks_for_no_call: bool) -> Words:
    """Return what the customer has texted, for whoever is on the callback. The last texts are cut first."""
    about, call = _about_before_verb(subject), _only_with_number(
        subject, f" CALL {code} connects you.", f" APPEL {code} pour joindre le client."
    )  # fmt: skip
    ask = NOTHING
    if asks_for_no_call:
        ask = Words(
            " asks for no call back. Call to check, or have a supervisor cancel it.",
            " demande de ne pas être rappelé. Appelez pour vérifier, ou faites annuler par un superviseur.",
        )
    said = " / ".join(" ".join(text.split()) for text in texts)
    head = Words(
        f"{subject.sender}: the customer of {about.english}{ask.english}",
        f"{subject.sender}: le client de {about.french}{ask.french}",
    )
    verb = Words(" Also texts: ", " Texte aussi: ") if asks_for_no_call else Words(" texts: ", " écrit: ")
    return Words(
        _with_quote(head.english, verb.english, said, call.english),
        _with_quote(head.french, verb.french, said, call.french),
    )


def _with_quote(head: str, verb: str, said: str, end: str) -> str:
    if not said:
        return head + end
    return head + verb + shortened(said, TWO_SEGMENTS - size(head + verb + end)) + end


# About no callback


def alarm(sender: str, alert: Words) -> Words:
    """Return an alert for a supervisor, cut to a length that can be sent."""
    return Words(f"{sender}: {alert.english}"[:LONGEST_ALERT], f"{sender}: {alert.french}"[:LONGEST_ALERT])


def channel_refused(channel: Channel, why: Words, refused: Collection[Channel], needs_operator: bool) -> Words:
    """Return the alert that the carrier sends no texts, or places no calls, for anybody."""
    if len(refused) > 1:
        meanwhile = Words("Pages wait until it works again.", "Les avis attendent que ce soit réglé.")
    elif channel is Channel.TEXT:
        meanwhile = Words("Pages go by phone.", "Les avis se font par téléphone.")
    else:
        meanwhile = Words("Pages go by text.", "Les avis se font par texto.")
    english, french = (
        ("no texts can be sent", "aucun texto ne part")
        if channel is Channel.TEXT
        else ("no calls can be placed", "aucun appel ne part")
    )
    fix = Words(" Only you can fix this.", " C'est à vous de corriger cela.") if needs_operator else Words("", "")
    return Words(
        f"{english}: {why.english} {meanwhile.english}{fix.english}",
        f"{french}: {why.french} {meanwhile.french}{fix.french}",
    )


def channel_works_again(channel: Channel, since: datetime, zone: ZoneInfo, now: datetime) -> Words:
    """Return the alert that the carrier takes texts, or calls, again."""
    when = _time(since, zone, now)
    english, french = ("texts can be sent", "textos") if channel is Channel.TEXT else ("calls can be placed", "appels")
    return Words(
        f"{english} again. None could since {when.english}; pages that waited go out now.",
        f"les {french} passent de nouveau. Aucun n'était passé depuis {when.french}; les avis en attente partent.",
    )


def nothing_can_be_sent(reference: str, *, is_late: bool) -> Words:
    """Return the alert that nobody can be paged for a callback, because the carrier refuses texts and calls."""
    if is_late:
        return Words(
            f"{reference} is LATE, and nobody can be paged for it. Call this customer now.",
            f"{reference} est EN RETARD, et on ne peut aviser personne. Appelez ce client maintenant.",
        )
    return Words(
        f"the pages for {reference} wait: neither texts nor calls can be sent. See that somebody calls this customer.",
        f"les avis pour {reference} attendent: ni texto ni appel ne part. Voyez à ce que quelqu'un appelle ce client.",
    )


def cannot_be_reached(name: str, channel: Channel, why: Words) -> Words:
    """Return the alert that a technician's number or address does not work."""
    by = BY_CHANNEL[channel]
    return Words(
        f"{name} cannot be reached {by.english}: {why.english} They are paged another way until this is fixed.",
        f"{name} n'est pas joignable {by.french}: {why.french} Un autre moyen sert en attendant.",
    )


def your_number_fails(channel: Channel, why: Words) -> Words:
    """Return what a technician hears whose own number does not work."""
    if channel is Channel.TEXT:
        return Words(
            f"texts to your number fail: {why.english} Ask your supervisor to check it.",
            f"les textos à votre numéro ne passent pas: {why.french} Faites-le vérifier par votre superviseur.",
        )
    return Words(
        f"calls to your number fail: {why.english} Ask your supervisor to check it.",
        f"les appels à votre numéro ne passent pas: {why.french} Faites-le vérifier par votre superviseur.",
    )


def number_not_allowed(why: Words) -> Words:
    """Return why nothing is sent to a technician's number."""
    return Words(
        f"it is {why.english}, and nobody has allowed it.", f"c'est {why.french}, et personne ne l'a autorisé."
    )


def needs_to_be_allowed(name: str, number: str, why: Words) -> Words:
    """Return the alert that a supervisor must allow a technician's number."""
    return Words(
        f"{name} is not paged on {number}: it is {why.english}. Allow it under People, or give another number.",
        f"{name} n'est pas avisé au {number}: c'est {why.french}. Autorisez ce numéro (People) ou donnez-en un autre.",
    )


def too_many_today(name: str, kind: PageKind) -> Words:
    """Return that no more codes, or test pages, go to a person today."""
    english, french = ("codes", "codes") if kind is PageKind.VERIFICATION else ("test pages", "essais")
    return Words(
        f"{name} has reached the daily limit on {english}. Try again tomorrow.",
        f"{name} a atteint la limite du jour ({french}). Réessayez demain.",
    )


def phone_lost(name: str) -> Words:
    """Return the alert that a technician's phone is lost."""
    return Words(
        f"{name} lost their phone. Nothing is sent to it, its texts and calls are ignored, and others are paged. "
        "To page this person again, verify a number (People).",
        f"{name} a perdu son téléphone. Plus rien n'y est envoyé, ses textos et appels sont ignorés et d'autres sont "
        "avisés. Pour aviser cette personne de nouveau, vérifiez un numéro (People).",
    )


def worker_away() -> Words:
    """Return the alert of a web server that no worker runs."""
    return Words(
        "nobody is paged: no worker has run for a minute. Callers can leave messages. Start a worker: "
        "python app.py worker.",
        "personne n'est avisé: aucun worker ne tourne depuis une minute. Les gens peuvent laisser des "
        "messages. Démarrez un worker: python app.py worker.",
    )


def database_away() -> Words:
    """Return the alert of a web server that the database does not answer."""
    return Words(
        "nobody is paged: the database does not answer. Callers can leave messages, which are found later. Check the "
        "database server.",
        "personne n'est avisé: la base de données ne répond pas. Les gens peuvent laisser des messages, qu'on "
        "retrouvera plus tard. Vérifiez le serveur de la base de données.",
    )


def worker_late(late_by: timedelta) -> Words:
    """Return the alert of a web server that workers run and do not keep up."""
    minutes = max(1, late_by // timedelta(minutes=1))
    return Words(
        f"pages and escalations are {minutes} min late. Check the log of the workers.",
        f"les avis et les escalades ont {minutes} min de retard. Vérifiez le journal des workers.",
    )


def web_server_away(url: str, since: Words) -> Words:
    """Return the alert of a worker that the web server does not answer."""
    return Words(
        f"{url} has not answered since {since.english}. Callers hear the fallback, if there is one. Check the web "
        "server and its proxy.",
        f"{url} ne répond plus depuis {since.french}. Les gens entendent le message de secours, s'il y en a un. "
        "Vérifiez le serveur web et son proxy.",
    )


CANARY_FAULTS = {
    Missing.CALL: Words("the carrier did not take the call", "le fournisseur n'a pas pris l'appel"),
    Missing.ARRIVAL: Words("the call did not arrive on its line", "l'appel n'est pas arrivé sur sa ligne"),
    Missing.RECORDING: Words("there is no recording of its message", "son message n'a pas été enregistré"),
    Missing.PAGE: Words("no page was sent", "aucun avis n'a été envoyé"),
    Missing.RECEIPT: Words("the page was sent but not received", "l'avis a été envoyé, mais pas reçu"),
}


def canary_failed(missing: Missing) -> Words:
    """Return the alarm that the daily canary did not come back, with the stage that is missing."""
    fault, minutes = CANARY_FAULTS[missing], int(BACK_WITHIN.total_seconds()) // 60
    return Words(
        f"the daily test call did not come back as a page within {minutes} minutes: {fault.english}. Real calls may "
        "fail too. Check it at once.",
        f"l'appel d'essai du jour n'est pas revenu comme avis en {minutes} minutes: {fault.french}. De vrais appels "
        "peuvent échouer aussi. Vérifiez tout de suite.",
    )


def look_back_fails(since: Words, why: Words) -> Words:
    """Return the alert that calls and recordings which no webhook brought could be missed."""
    return Words(
        f"the carrier could not be asked for missed calls and messages since {since.english}: {why.english} "
        "Some may be missing here.",
        f"impossible de demander au fournisseur les appels et messages manqués depuis {since.french}: {why.french} "
        "Il peut en manquer ici.",
    )


def desk_restored(made_at: Words, *, is_complete: bool) -> Words:
    """Return the alert that the desk goes on from a backup, and what nobody knows any more."""
    asked = Words(
        "Calls, messages and texts since then were taken from the carrier.",
        "Les appels, messages et textos reçus depuis viennent du fournisseur.",
    )
    if not is_complete:
        asked = Words(
            "The carrier could not be asked what happened since then, so pages may come twice.",
            "Impossible de demander au fournisseur ce qui s'est passé depuis: des avis peuvent arriver deux fois.",
        )
    return Words(
        f"the desk was restored from a backup of {made_at.english}. {asked.english} What was done by key, at a link or "
        "in the console since then is lost: check every open callback.",
        f"le service a été restauré à partir d'une sauvegarde du {made_at.french}. {asked.french} Ce qui a été fait au "
        "clavier, par lien ou dans la console depuis est perdu: vérifiez chaque rappel ouvert.",
    )


def digest_not_mailed(address: str, why: Words) -> Words:
    """Return the alert that a digest cannot be mailed to somebody."""
    to = " ".join(address.split())
    return Words(
        f"the digest could not be mailed to {to}. {why.english}",
        f"le bilan n'a pas pu être envoyé à {to}. {why.french}",
    )


def logs_differ(day: Words, parts: Words, added: int) -> Words:
    """Return the alert that the carrier and the desk disagree about what there was on a day."""
    taken = Words(f" Taken in now: {added}.", f" Ajoutés maintenant: {added}.") if added else NOTHING
    return Words(
        f"the carrier's log and ours differ for {day.english}. {parts.english}.{taken.english}",
        f"le journal du fournisseur et le nôtre diffèrent pour le {day.french}. {parts.french}.{taken.french}",
    )


def late_answer(sent_at: Words, text: str, answer: Words) -> Words:
    """Return the answer to a text that came late, with when it was sent and how it begins."""
    begins = _beginning(text)
    return Words(
        f'Your text of {sent_at.english}, "{begins}", only arrived now. {answer.english}',
        f'Votre texto de {sent_at.french}, "{begins}", vient d\'arriver. {answer.french}',
    )


def too_late_to_ring(text: str) -> Words:
    """Return the answer to a text that asked for a connection and came too late for that."""
    begins = _beginning(text)
    return Words(
        f'It is yours, but your phone was not rung: your text came too late. Send "{begins}" again to be connected.',
        f'Il est à vous, mais votre texto est arrivé trop tard pour faire sonner votre téléphone. Renvoyez "{begins}" '
        "pour joindre le client.",
    )


def _beginning(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_QUOTE else f"{words[: LONGEST_QUOTE - 3]}..."


def not_taken_in(kind: Words, sid: str) -> Words:
    """Return the alert that something which the carrier has could not be stored."""
    return Words(
        f"{kind.english} at the carrier could not be stored here ({sid}). See the log, and look at the "
        "carrier's console.",
        f"impossible d'enregistrer ici {kind.french} qui est chez le fournisseur ({sid}). Voyez le journal et la "
        "console du fournisseur.",
    )


def locked(email: str, peer: str) -> Words:
    """Return the alert to supervisors about too many failed logins to an account."""
    who, where = _name(email), peer[:LONGEST_NAME]
    return Words(
        f"too many failed logins for {who}, the last from {where}. The account is locked for that address for a while. "
        "See the audit log.",
        f"trop d'échecs de connexion pour {who}, le dernier depuis {where}. Le compte est bloqué pour cette adresse "
        "pendant un moment. Voir le journal d'audit.",
    )


def your_account_locked(peer: str) -> Words:
    """Return the alert to a user about too many failed logins to their account."""
    where = peer[:LONGEST_NAME]
    return Words(
        f"too many failed logins to your account, the last from {where}. It is locked for that address for a while. "
        "If it was not you, tell a supervisor. Browsers you have used before still work.",
        f"trop d'échecs de connexion à votre compte, le dernier depuis {where}. Il est bloqué pour cette adresse "
        "pendant un moment. Ce n'était pas vous? Avisez un superviseur. Vos navigateurs habituels fonctionnent.",
    )


def lock_mail(at: str) -> Words:
    """Return the email to a user about too many failed logins to their account."""
    return Words(
        f"Too many logins to your account failed, the last on {at}. It is locked for the browser or address that "
        "they came from. If it was not you, tell an administrator. Browsers you have used before still work.",
        f"Trop de tentatives de connexion à votre compte ont échoué, la dernière le {at}. Le compte est bloqué pour le "
        "navigateur ou l'adresse d'où elles venaient. Si ce n'était pas vous, avisez un administrateur. Les "
        "navigateurs que vous avez déjà utilisés fonctionnent toujours.",
    )


def wrong_codes_alert(name: str, number: str, until: datetime, zone: ZoneInfo) -> Words:
    """Return the alert that texts from a technician's number are ignored for a while, after wrong codes."""
    english, french = clock_time(until, zone), clock_time(until, zone, "fr")
    return Words(
        ended_once(
            f"5 wrong codes came by text from {number} ({name}) within an hour. Texts from it are ignored until "
            f"{english}. Check with {name}: the sender of a text can be forged."
        ),
        f"5 mauvais codes sont arrivés par texto du {number} ({name}) en une heure. Ses textos sont ignorés jusqu'à "
        f"{french}. Vérifiez avec {name}: on peut falsifier l'expéditeur d'un texto.",
    )


def texting_stopped(until: datetime, zone: ZoneInfo, line: str) -> Words:
    """Return the answer to a number that sent too many wrong codes: texts are ignored, and what works instead."""
    english, french = clock_time(until, zone), clock_time(until, zone, "fr")
    return Words(
        ended_once(
            f"5 wrong codes came from this number within an hour. Texts from it are ignored until {english}. "
            f"Use the link in the last text, press a key when we call you, or call {line}. Not you? Tell a supervisor."
        ),
        f"Ce numéro a envoyé 5 mauvais codes en une heure. Ses textos sont ignorés jusqu'à {french}. Utilisez le lien "
        f"de l'avis ou les touches quand on vous appelle, ou composez le {line}. Ce n'était pas vous? Avisez un "
        "superviseur.",
    )


def verification(sender: str, code: str) -> Words:
    """Return the text with the code that verifies a number."""
    return Words(
        f"{sender}: reply {code} to this text to confirm that this number is yours. If it is not, ignore it.",
        f"{sender}: répondez {code} à ce texto pour confirmer que ce numéro est à vous. Sinon, ignorez-le.",
    )


def spoken_verification(sender: str, code: str) -> Words:
    """Return what a call says with the code that verifies a number."""
    spelled = ", ".join(code)
    return Words(
        f"{sender}: the code to confirm that this number is yours is {spelled}. Text it to the number that called "
        "you, or give it to your supervisor.",
        f"{sender}: le code pour confirmer que ce numéro est à vous est le {spelled}. Textez-le au numéro qui vous "
        "appelle, ou donnez-le à votre superviseur.",
    )


def test_page(sender: str) -> Words:
    """Return a page that only tests whether pages arrive."""
    return Words(
        f"{sender}: this is a test page. Nobody is waiting. Reply OK, or press 1 on the phone.",
        f"{sender}: ceci est un essai. Personne n'attend. Répondez OK, ou appuyez sur le 1 au téléphone.",
    )


# Parts


def _asks_for_no_call(subject: Subject) -> Words:
    """Return that the customer wants no call back. The promise stands until a person has decided."""
    if not subject.asks_for_no_call:
        return NOTHING
    return Words(" Customer asks to cancel.", " Le client veut annuler.")


def _customer(subject: Subject) -> Words:
    """Return whom to call: the number, or why there is none to call."""
    why, number = subject.why_no_number, subject.not_allowed_yet
    if subject.customer_number:
        number_to_call = with_extension(subject.customer_number, subject.extension)
        return Words(number_to_call.english, f"le {number_to_call.french}")
    if number is not None:
        return Words(
            f"the caller at {number.english} ({why.english}: not allowed yet)",
            f"le client au {number.french} ({why.french}: à autoriser)",
        )
    if subject.mail is not None:
        sender = _name(subject.mail.sender)
        return Words(sender, sender)
    message = subject.message
    if message.left is False or message.is_lost or message.is_deleted:
        return Words(f"the caller ({why.english})", f"l'appelant ({why.french})")
    return Words(f"the caller ({why.english}: listen to the message)", f"l'appelant ({why.french}: écoutez le message)")


def _customer_named(subject: Subject) -> Words:
    """Return whom to call, with the customer's company and name if we know them."""
    who, known = _customer(subject), _known(subject)
    if known == NOTHING or not subject.customer_number:
        return who
    return Words(f"{who.english} ({known.english})", f"{who.french} ({known.french})")


def _known(subject: Subject) -> Words:
    """Return the customer's company and name, as far as a text has room; NOTHING for nobody we know."""
    customer = subject.customer
    return Words(shortened(customer.english, LONGEST_CUSTOMER), shortened(customer.french, LONGEST_CUSTOMER))


def _earlier_calls(subject: Subject) -> Words:
    """Return how often the customer has called this week, if more than this once."""
    count = subject.calls_this_week
    if count < 2 or subject.customer == NOTHING:
        return NOTHING
    return Words(f"{count} calls in 7 days", f"{count} appels en 7 jours")


def _about_call(known: Words, call: Words) -> Words:
    """Return in brackets whose call it is, and what is known of the call itself."""
    about = _joined(known, call, "; ")
    return Words(f" ({about.english})", f" ({about.french})") if about != NOTHING else NOTHING


def _joined(first: Words, second: Words, between: str = ", ") -> Words:
    """Return two parts with something between them, or the one that there is."""
    if NOTHING in (first, second):
        return second if first == NOTHING else first
    return Words(first.english + between + second.english, first.french + between + second.french)


def _to(who: str) -> str:
    """Return whom a call is to, in French: "au (514) 555-0199"."""
    return f"au {who.removeprefix('le ')}" if who.startswith("le ") else f"à {who}"


def _about(subject: Subject) -> Words:
    """Return which callback it is: "KT-417, (514) 555-0199"."""
    if not subject.customer_number:
        return Words(subject.reference, subject.reference)
    number = with_extension(subject.customer_number, subject.extension)
    return Words(f"{subject.reference}, {number.english}", f"{subject.reference}, {number.french}")


def _about_before_verb(subject: Subject) -> Words:
    """Return which callback it is, as a verb follows: "KT-417, (514) 555-0199,"; "KT-417" where there is no number."""
    about, comma = _about(subject), "," if subject.customer_number else ""
    return Words(about.english + comma, about.french + comma)


def _briefly(subject: Subject) -> str:
    """Return the number without its extension, for which several callbacks in one text leave no room."""
    return readable_number(subject.customer_number) if subject.customer_number else subject.reference


def _only_with_number(subject: Subject, english: str, french: str) -> Words:
    return Words(english, french) if subject.customer_number else NOTHING


def _replies(subject: Subject, code: str, after: Words) -> Words:
    """Return which replies fit once it is theirs. Where nobody can be called, nobody can have tried."""
    if subject.customer_number:
        return Words(
            f"CALL {code} connects you. {after.english} DONE {code}, or NA {code} for no answer.",
            f"APPEL {code} pour joindre le client. {after.french} FAIT {code}, ou NA {code} si pas de réponse.",
        )
    if subject.is_answered_by_mail:
        return Words(
            f"Use the link in the page. DONE {code} when it is resolved.",
            f"Passez par le lien de l'avis. FAIT {code} quand c'est réglé.",
        )
    if subject.has_no_number:
        return Words(
            f"A number in the message? Enter it at the link. None? NONE {code} and why.",
            f"Un numéro dans le message? Inscrivez-le avec le lien. Sinon: AUCUN {code} et la raison.",
        )
    return Words("A supervisor must allow the call first.", "Un superviseur doit d'abord autoriser l'appel.")


def _details(subject: Subject) -> Words:
    """Return what to know before the call: a language that is not the technician's, and the message."""
    message = _message(subject.message)
    english = ", says everything is down" if subject.says_down else ""
    french = ", dit que tout est en panne" if subject.says_down else ""
    english += ", perhaps a robot" if subject.perhaps_robot else ""
    french += ", peut-être un robot" if subject.perhaps_robot else ""
    english += ", in French" if subject.language == "fr" else ""
    french += ", en anglais" if subject.language == "en" else ""
    calls = Words(f", called {_times(subject.calls)}", f", {subject.calls} appels") if subject.calls > 1 else NOTHING
    return Words(english + calls.english + message.english, french + calls.french + message.french)


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"


def _message(message: Message) -> Words:
    if message.is_lost:
        return Words(", message lost", ", message perdu")
    if message.is_deleted:
        return Words(", message deleted", ", message supprimé")
    if message.is_missed_call:
        return Words(", missed call", ", appel manqué")
    if message.is_in_notes:
        return Words(", see the notes", ", voir les notes")
    if message.seconds:
        return Words(f", message {length(message.seconds)}", f", message {length(message.seconds)}")
    match message.left:
        case None:
            return NOTHING
        case True:
            return Words(", with a message", ", message laissé")
        case False:
            return Words(", no message", ", aucun message")


def _due(subject: Subject, now: datetime) -> Words:
    return _time(subject.due_at, subject.zone, now)


def _short_due(subject: Subject, now: datetime) -> Words:
    """Return the deadline in few characters: "10:42pm", "LATE Sat 10:42pm", "22h42"; that a call is due, after one."""
    if subject.is_tried:
        return Words("again", "rappel")
    late = Words("LATE ", "RETARD ") if now >= subject.due_at else NOTHING
    return Words(
        late.english + short_time_and_day(subject.due_at, subject.zone, now, "en"),
        late.french + short_time_and_day(subject.due_at, subject.zone, now, "fr"),
    )


def _time(at: datetime, zone: ZoneInfo, now: datetime) -> Words:
    """Return a time, with its day unless that is today."""
    return Words(time_and_day(at, zone, now, "en"), time_and_day(at, zone, now, "fr"))


def _at(at: datetime, zone: ZoneInfo, now: datetime) -> Words:
    """Return when something happened: "at 10:12 p.m.", "dimanche à 0 h 10"."""
    return Words(f"at {time_and_day(at, zone, now, 'en')}", at_time_and_day_in_french(at, zone, now))


def _name(name: str) -> str:
    return shortened(name, LONGEST_NAME)


def _reason(why: str, longest: int = LONGEST_REASON) -> str:
    return f" ({shortened(why, longest)})" if why else ""


def _after_space(words: Words) -> Words:
    return Words(f" {words.english}", f" {words.french}") if words != NOTHING else NOTHING


def _fitting(*versions: Words) -> Words:
    """Return the first version that fits into a text, of ones that say less and less; each language by itself."""
    english, french = (version.english for version in versions), (version.french for version in versions)
    return Words(first_that_fits(*english), first_that_fits(*french))


def _sentence(words: str) -> str:
    """Return a sentence with one full stop, also after "10:42 p.m."."""
    return ended_once(f"{words}.")
