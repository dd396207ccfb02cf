"""The wording of every text to a customer, in both languages: who writes, what they need to know, and nothing else.

A desk may have its own words in place of each. A text fits into two segments of GSM-7 whatever fills its blanks.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from callbacks.desk.customer_templates import CustomerTemplate, Longest, Medium
from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from callbacks.text.formats import at_time_for_caller, readable_number, time_for_caller, time_for_reader
from callbacks.text.gsm7 import first_that_fits

# Texts that mean it are found by `callbacks.inbound.text_commands`. Twilio takes none of them for itself.
NO_CALL = Words("NOCALL", "PAS D'APPEL")
YOUR_REQUEST = Words("Your request", "Votre demande")  # the subject of a mail to somebody who called

# What may fill a blank, at its longest.
TIME = Words(
    "10:42 p.m. Newfoundland daylight time on November 30", "le 30 novembre à 22 h 42, heure avancée de Terre-Neuve"
)
AT_TIME = Words(f"at {TIME.english}", TIME.french)
CALLBACK: Longest = {"reference": Words("KT-417", "KT-417")}

WILL_CALL_BY = CustomerTemplate(
    "texts.will_call_by",
    Words("A technician will call you back by {due}.", "Un technicien vous rappellera avant {due}."),
    {"due": TIME},
)
WILL_CALL_SOON = CustomerTemplate(
    "texts.will_call_soon",
    Words("A technician will call you back as soon as possible.", "Un technicien vous rappellera dès que possible."),
    {},
)
WILL_CALL_AGAIN = CustomerTemplate(
    "texts.will_call_again",
    Words("A technician will call you again.", "Un technicien vous rappellera."),
    {},
)
RECEIPT: Longest = {**CALLBACK, "no_call": NO_CALL, "then": (WILL_CALL_BY, WILL_CALL_SOON, WILL_CALL_AGAIN)}
MESSAGE_RECEIVED = CustomerTemplate(
    "texts.message_received",
    Words(
        "{sender}: we got your message. Reference {reference}. {then} Reply to add details, or reply {no_call} if you "
        "no longer need a call.",
        "{sender}: nous avons votre message. Référence {reference}. {then} Répondez pour ajouter un "
        "détail, ou écrivez {no_call} si ce n'est plus nécessaire.",
    ),
    RECEIPT,
)
CALL_RECEIVED = CustomerTemplate(
    "texts.call_received",
    Words(
        "{sender}: thank you for your call. Reference {reference}. {then} Reply to add details, or reply {no_call} if "
        "you no longer need a call.",
        "{sender}: merci de votre appel. Référence {reference}. {then} Répondez pour ajouter un "
        "détail, ou écrivez {no_call} si ce n'est plus nécessaire.",
    ),
    RECEIPT,
)
CALL_MISSED = CustomerTemplate(
    "texts.call_missed",
    Words(
        "{sender}: we missed your call. Reference {reference}. {then} Reply to add details, or reply {no_call} if you "
        "no longer need a call.",
        "{sender}: nous avons manqué votre appel. Référence {reference}. {then} Répondez pour ajouter un "
        "détail, ou écrivez {no_call} si ce n'est plus nécessaire.",
    ),
    RECEIPT,
)
MESSAGE_ADDED = CustomerTemplate(
    "texts.message_added",
    Words(
        "{sender}: we added your message to {reference}. {then} Reply to add details, or {no_call} if you no longer "
        "need a call.",
        "{sender}: nous avons ajouté votre message au dossier {reference}. {then} Répondez pour ajouter un "
        "détail, ou écrivez {no_call} si ce n'est plus nécessaire.",
    ),
    RECEIPT,
)
CALL_ADDED = CustomerTemplate(
    "texts.call_added",
    Words(
        "{sender}: we added your call to {reference}. {then} Reply to add details, or reply {no_call} if you no longer "
        "need a call.",
        "{sender}: nous avons noté votre nouvel appel au dossier {reference}. {then} Répondez pour ajouter un "
        "détail, ou écrivez {no_call} si ce n'est plus nécessaire.",
    ),
    RECEIPT,
)
TRIED = CustomerTemplate(
    "texts.tried",
    Words(
        "{sender}: we tried to call you {when} about {reference}. Reply with a good time to call you.",
        "{sender}: nous avons tenté de vous joindre {when} au sujet de {reference}. Dites-nous par texto quand vous "
        "rappeler.",
    ),
    {**CALLBACK, "when": AT_TIME},
)
TRIED_AND_PLANNED = CustomerTemplate(
    "texts.tried_and_planned",
    Words(
        "{sender}: we tried to call you {when} about {reference}. We plan to try again around {again}. Reply if "
        "another time is better.",
        "{sender}: nous avons tenté de vous joindre {when} au sujet de {reference}. Nous comptons vous rappeler vers "
        "{again}. Répondez si un autre moment vous convient mieux.",
    ),
    {**CALLBACK, "when": AT_TIME, "again": TIME},
)
TIMES = Words("100 times", "100 fois")
CLOSED = CustomerTemplate(
    "texts.closed",
    Words(
        "{sender}: we tried to reach you {times} about {reference} and have closed it. Reply to reopen it.",
        "{sender}: nous avons tenté de vous joindre {times} au sujet de {reference}, et avons fermé le dossier. "
        "Répondez pour le rouvrir.",
    ),
    {**CALLBACK, "times": TIMES},
)

# Answers to what they text

TEXT_ADDED = CustomerTemplate(
    "texts.text_added",
    Words(
        "{sender}: thank you. We added your text to {reference}.",
        "{sender}: merci. Nous avons ajouté votre texto au dossier {reference}.",
    ),
    CALLBACK,
)
NO_CALL_NOTED = CustomerTemplate(
    "texts.no_call_noted",
    Words(
        "{sender}: noted, you no longer need a call about {reference}. A technician may still call to make sure.",
        "{sender}: c'est noté, plus besoin de vous rappeler pour {reference}. Il est possible qu'un "
        "technicien vous appelle pour vérifier.",
    ),
    CALLBACK,
)
CANCELLED = CustomerTemplate(
    "texts.cancelled",
    Words(
        "{sender}: we closed {reference}, as you asked. We will not call you back about it.",
        "{sender}: nous avons fermé le dossier {reference}, comme vous l'avez demandé. Nous ne vous rappellerons pas à "
        "ce sujet.",
    ),
    CALLBACK,
)
NOT_READ = CustomerTemplate(
    "texts.not_read",
    Words(
        "{sender}: we do not read texts to this number. Please call {lines}.",
        "{sender}: nous ne lisons pas les textos envoyés à ce numéro. Appelez-nous au {lines}.",
    ),
    {"lines": Words("+44 20 7946 0958", "+44 20 7946 0958")},  # one of them, at least
    is_in_both=True,
)
NOT_SAVED = CustomerTemplate(
    "texts.not_saved",
    Words(
        "We could not save your text. Please send it again in a minute.",
        "Nous n'avons pas pu enregistrer votre texto. Renvoyez-le dans une minute.",
    ),
    {},
    is_in_both=True,
)

# Answers to mails

WILL_ANSWER_BY = CustomerTemplate(
    "mails.will_answer_by",
    Words(
        "A technician will get back to you by {due}.",
        "Un technicien communiquera avec vous avant {due}.",
    ),
    {"due": TIME},
    Medium.MAIL,
)
WILL_ANSWER_SOON = CustomerTemplate(
    "mails.will_answer_soon",
    Words(
        "A technician will get back to you as soon as possible.",
        "Un technicien communiquera avec vous dès que possible.",
    ),
    {},
    Medium.MAIL,
)
MAIL_RECEIPT: Longest = {**CALLBACK, "then": (WILL_ANSWER_BY, WILL_ANSWER_SOON)}
MAIL_RECEIVED = CustomerTemplate(
    "mails.received",
    Words(
        "We got your email. Your reference is {reference}.\n{then}\n\nTo add something, reply to this email and leave "
        "the reference in the subject.\n\n{sender}\nThis email was sent automatically.",
        "Nous avons bien reçu votre courriel. Votre numéro de dossier est le {reference}.\n{then}\n\nPour ajouter un "
        "détail, répondez à ce courriel en laissant le numéro de dossier dans l'objet.\n\n{sender}\nCe courriel a été "
        "envoyé automatiquement.",
    ),
    MAIL_RECEIPT,
    Medium.MAIL,
)
MAIL_ADDED = CustomerTemplate(
    "mails.added",
    Words(
        "We added your email to {reference}.\n{then}\n\nTo add something else, reply to this email and leave the "
        "reference in the subject.\n\n{sender}\nThis email was sent automatically.",
        "Nous avons ajouté votre courriel au dossier {reference}.\n{then}\n\nPour ajouter autre chose, répondez à ce "
        "courriel en laissant le numéro de dossier dans l'objet.\n\n{sender}\nCe courriel a été envoyé "
        "automatiquement.",
    ),
    MAIL_RECEIPT,
    Medium.MAIL,
)
MAIL_CLOSED = CustomerTemplate(
    "mails.closed",
    Words(
        "We tried to reach you {times} about {reference} and have not heard from you, so we have closed it.\n\nReply "
        "to this email to reopen it.\n\n{sender}\nThis email was sent automatically.",
        "Nous avons tenté de vous joindre {times} au sujet du dossier {reference}, sans nouvelles de votre part. Nous "
        "l'avons donc fermé.\n\nRépondez à ce courriel pour le rouvrir.\n\n{sender}\nCe courriel a été envoyé "
        "automatiquement.",
    ),
    {**CALLBACK, "times": TIMES},
    Medium.MAIL,
)


@dataclass(frozen=True)
class About:
    """The callback that a text to its customer is about."""

    desk: Desk
    reference: str
    number: str  # that is texted: times are said with their zone where the number is in another one


class Received(enum.Enum):
    """What is known of a call that opened a callback when its receipt is written."""

    MESSAGE = MESSAGE_RECEIVED
    NO_MESSAGE = CALL_RECEIVED  # none was left, or none that is known yet
    MISSED_CALL = CALL_MISSED


def receipt(about: About, due_at: datetime | None, now: datetime, received: Received) -> Words:
    """Return the receipt for a call that opened a callback. Without `due_at`, its time is over."""
    return _with_reply(received.value, about, _call_by(about, due_at, now))


def added(about: About, due_at: datetime | None, now: datetime, *, left_a_message: bool, is_tried: bool) -> Words:
    """Return the receipt for a call that joined an open callback."""
    then = WILL_CALL_AGAIN.filled(about.desk) if is_tried else _call_by(about, due_at, now)
    return _with_reply(MESSAGE_ADDED if left_a_message else CALL_ADDED, about, then)


def _with_reply(template: CustomerTemplate, about: About, then: Words) -> Words:
    return template.filled(about.desk, reference=about.reference, then=then, no_call=NO_CALL)


def mail_receipt(about: About, due_at: datetime | None, now: datetime, *, is_added: bool) -> Words:
    """Return the receipt for a mail that opened a callback, or was added to one. Without `due_at`, no time is named."""
    template = MAIL_ADDED if is_added else MAIL_RECEIVED
    return template.filled(about.desk, reference=about.reference, then=_answer_by(about, due_at, now))


def _answer_by(about: About, due_at: datetime | None, now: datetime) -> Words:
    if due_at is None:
        return WILL_ANSWER_SOON.filled(about.desk)
    english, french = (time_for_reader(due_at, about.desk.zone, now, language) for language in ("en", "fr"))
    return WILL_ANSWER_BY.filled(about.desk, due=Words(english, french))


def _call_by(about: About, due_at: datetime | None, now: datetime) -> Words:
    if due_at is None:
        return WILL_CALL_SOON.filled(about.desk)
    return WILL_CALL_BY.filled(about.desk, due=_time(about, due_at, now))


def tried(about: About, at: datetime, again_at: datetime | None, now: datetime) -> Words:
    """Return that the desk called and did not reach them, and when it tries again, if that is planned."""
    english, french = (
        at_time_for_caller(at, about.desk.zone, now, language, about.number) for language in ("en", "fr")
    )
    when = Words(english, french)
    if again_at is None or again_at <= now:
        return TRIED.filled(about.desk, reference=about.reference, when=when)
    again = _time(about, again_at, now)
    return TRIED_AND_PLANNED.filled(about.desk, reference=about.reference, when=when, again=again)


def closed(about: About, attempts: int) -> Words:
    """Return the text that it closed after so many attempts to reach them, and how to reopen it."""
    return CLOSED.filled(about.desk, reference=about.reference, times=_times(attempts))


def closed_by_mail(about: About, attempts: int) -> Words:
    """Return the mail that it closed after so many attempts to reach them, and how to reopen it."""
    return MAIL_CLOSED.filled(about.desk, reference=about.reference, times=_times(attempts))


def _times(attempts: int) -> Words:
    if attempts == 1:
        return Words("once", "une fois")
    return Words(f"{attempts} times", f"{attempts} fois")


def noted(about: About) -> Words:
    """Return that what they texted is with whoever calls them."""
    return TEXT_ADDED.filled(about.desk, reference=about.reference)


def no_call_noted(about: About) -> Words:
    """Return that they asked for no call back. A person decides: the sender of a text can be forged."""
    return NO_CALL_NOTED.filled(about.desk, reference=about.reference)


def cancelled(about: About) -> Words:
    """Return that nobody will call, as they asked."""
    return CANCELLED.filled(about.desk, reference=about.reference)


def not_read(desk: Desk) -> str:
    """Return the answer to somebody without an open callback: with as many of the desk's numbers as fit."""
    numbers = [readable_number(line.number) for line in desk.lines.values()]
    lists = (", ".join(numbers[:count]) for count in range(len(numbers), 0, -1))
    return first_that_fits(*(NOT_READ.in_both(desk, lines=each) for each in lists))


def not_saved(desk: Desk) -> str:
    """Return the answer to a text that could not be stored, from whomever it came."""
    return NOT_SAVED.in_both(desk)


def _time(about: About, at: datetime, now: datetime) -> Words:
    english, french = (time_for_caller(at, about.desk.zone, now, language, about.number) for language in ("en", "fr"))
    return Words(english, french)
