"""The wording of every text to a customer, in both languages: who writes, what they need to know, and nothing else.

A text fits into two segments of GSM-7 whatever the desk is called, so a sender has a longest length.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.text.bilingual import Words
from callbacks.text.formats import ended_once, time_for_caller

# Texts that mean it are found by `callbacks.inbound.text_commands`. Twilio takes none of them for itself.
NO_CALL = Words("NOCALL", "PAS D'APPEL")


@dataclass(frozen=True)
class About:
    """The callback that a text to its customer is about."""

    sender: str
    reference: str
    number: str  # that is texted: times are said with their zone where the number is in another one
    zone: ZoneInfo


class Received(enum.Enum):
    """What is known of a call that opened a callback when its receipt is written."""

    MESSAGE = Words("we got your message", "nous avons votre message")
    NO_MESSAGE = Words("thank you for your call", "merci de votre appel")  # none was left, or none that is known yet
    MISSED_CALL = Words("we missed your call", "nous avons manqué votre appel")


def receipt(about: About, due_at: datetime | None, now: datetime, received: Received) -> Words:
    """Return the receipt for a call that opened a callback. Without `due_at`, its time is over."""
    what, then = received.value, _call_by(about, due_at, now)
    return Words(
        f"{about.sender}: {what.english}. Reference {about.reference}. {then.english} Reply to add to it, or "
        f"{NO_CALL.english} if you need no call.",
        f"{about.sender}: {what.french}. Référence {about.reference}. {then.french} Répondez pour ajouter un détail, "
        f"ou {NO_CALL.french} si ce n'est plus nécessaire.",
    )


def added(about: About, due_at: datetime | None, now: datetime, *, left_a_message: bool, is_tried: bool) -> Words:
    """Return the receipt for a call that joined an open callback."""
    message = Words("we added your message", "nous avons ajouté votre message")
    call = Words("we added your call", "nous avons ajouté votre appel")
    what, then = message if left_a_message else call, _call_by(about, due_at, now)
    if is_tried:
        then = Words("A technician will call you again.", "Un technicien vous rappellera.")
    return Words(
        f"{about.sender}: {what.english} to {about.reference}. {then.english} Reply to add to it, or "
        f"{NO_CALL.english} if you need no call.",
        f"{about.sender}: {what.french} au dossier {about.reference}. {then.french} Répondez pour ajouter un détail, "
        f"ou {NO_CALL.french} si ce n'est plus nécessaire.",
    )


def _call_by(about: About, due_at: datetime | None, now: datetime) -> Words:
    if due_at is None:
        return Words(
            "A technician will call you as soon as possible.", "Un technicien vous rappellera dès que possible."
        )
    by = _time(about, due_at, now)
    return Words(
        ended_once(f"A technician will call you by {by.english}."),
        f"Un technicien vous rappellera avant {by.french}.",
    )


def tried(about: About, at: datetime, again_at: datetime | None, now: datetime) -> Words:
    """Return that the desk called and did not reach them, and when it tries again, if that is planned."""
    when = _time(about, at, now)
    then = Words("Reply with a good time to call you.", "Répondez avec un bon moment pour vous joindre.")
    if again_at is not None and again_at > now:
        again = _time(about, again_at, now)
        then = Words(
            f"We plan to try again at {again.english}. Reply with a better time, if there is one.",
            f"Nous prévoyons rappeler vers {again.french}. Répondez si un autre moment vous convient mieux.",
        )
    return Words(
        ended_once(f"{about.sender}: we tried to call you at {when.english} about {about.reference}. {then.english}"),
        f"{about.sender}: nous avons tenté de vous joindre ({when.french}) au sujet de {about.reference}. "
        f"{then.french}",
    )


# Answers to what they text


def noted(about: About) -> Words:
    """Return that what they texted is with whoever calls them."""
    return Words(
        f"{about.sender}: thank you. Your text was added to {about.reference}.",
        f"{about.sender}: merci. Votre texto a été ajouté au dossier {about.reference}.",
    )


def no_call_noted(about: About) -> Words:
    """Return that they asked for no call back. A person decides: the sender of a text can be forged."""
    return Words(
        f"{about.sender}: noted, you need no call about {about.reference}. A technician may still call to check.",
        f"{about.sender}: c'est noté, plus besoin de vous rappeler pour {about.reference}. Un technicien pourrait "
        "quand même vous appeler pour vérifier.",
    )


def cancelled(about: About) -> Words:
    """Return that nobody will call, as they asked."""
    return Words(
        f"{about.sender}: {about.reference} is closed, as you asked. Nobody will call you back about it.",
        f"{about.sender}: le dossier {about.reference} est fermé, comme vous l'avez demandé. Personne ne vous "
        "rappellera à ce sujet.",
    )


def _time(about: About, at: datetime, now: datetime) -> Words:
    english, french = (time_for_caller(at, about.zone, now, language, about.number) for language in ("en", "fr"))
    return Words(english, french)
