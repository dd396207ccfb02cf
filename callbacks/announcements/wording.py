"""The words of notices, and of what subscribers are answered. Pure. Each names its sender and why it was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from callbacks.db.states import AnnouncementChange
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time, ended_once
from callbacks.text.gsm7 import TWO_SEGMENTS, fits, shortened, size

# What a subscriber texts. None of them is a word that the carrier takes for itself.
SUBSCRIBE, LEAVE = Words("SUBSCRIBE", "ABONNER"), Words("LEAVE", "DESABONNER")

LONGEST_IN_SUBJECT = 80  # letters of an announcement

CHANGES = {
    AnnouncementChange.STARTED: Words("Started", "Début"),
    AnnouncementChange.UPDATED: Words("Update", "Mise à jour"),
    AnnouncementChange.ENDED: Words("Resolved", "Résolu"),
}


@dataclass(frozen=True)
class Notice:
    """One change of an announcement, for one subscriber."""

    sender: str
    change: AnnouncementChange
    text: str
    at: datetime
    zone: ZoneInfo
    language: str
    status_page: str
    is_only_one: bool  # they asked for the end of this outage, and for nothing else


def notice_by_text(notice: Notice) -> str:
    """Return a notice as a text of two segments at most, with a link where the announcement had to be cut."""
    head, tail = _head(notice), _why(notice) if notice.is_only_one else f"{_why(notice)} {_way_out(notice)}"
    whole = f"{head} {notice.text} {tail}"
    if fits(whole):
        return whole
    more = Words(f"More: {notice.status_page}", f"Détails: {notice.status_page}").for_(notice.language)
    room = TWO_SEGMENTS - size(f"{head}  {more} {tail}")
    return f"{head} {shortened(notice.text, room)} {more} {tail}"


def notice_by_mail(notice: Notice, way_out: str) -> str:
    """Return a notice as a mail: its subject, then its text."""
    details = Words(f"Details: {notice.status_page}", f"Détails : {notice.status_page}").for_(notice.language)
    leave = Words(f"To unsubscribe: {way_out}", f"Pour vous désabonner : {way_out}").for_(notice.language)
    subject = f"{_head(notice)} {shortened(notice.text, LONGEST_IN_SUBJECT)}"
    return f"{subject}\n\n{notice.text}\n\n{details}\n\n{_why(notice)}\n{leave}\n"


def subscribed(sender: str) -> Words:
    """Return what a number is texted once it is subscribed."""
    return Words(
        f"{sender}: you will be texted when an outage begins, changes or ends, because you asked for it. "
        f"No advertising. To unsubscribe, reply {LEAVE.english}.",
        f"{sender}: vous recevrez un texto au début et à la fin d'une panne, et si la situation change, comme "
        f"vous l'avez demandé. Aucune publicité. Pour vous désabonner, répondez {LEAVE.french}.",
    )


def left(sender: str) -> Words:
    """Return what a number is texted once its subscriptions have ended."""
    return Words(
        f"{sender}: you are unsubscribed. No more outage notices.",
        f"{sender}: vous êtes désabonné. Vous ne recevrez plus d'avis de panne.",
    )


def not_subscribed(sender: str) -> Words:
    """Return what a number is texted that unsubscribes and was not subscribed."""
    return Words(
        f"{sender}: you are not subscribed. To get outage notices, reply {SUBSCRIBE.english}.",
        f"{sender}: vous n'êtes pas abonné. Pour recevoir les avis de panne, répondez {SUBSCRIBE.french}.",
    )


def confirmation(sender: str, link: str) -> Words:
    """Return the mail that asks whether the owner of an address wants notices: its subject, then its text."""
    return Words(
        f"{sender}: confirm your subscription to outage notices\n\n"
        f"Somebody, probably you, asked for outage notices at this address. To get an email when "
        f"an outage begins, changes or ends, confirm within seven days:\n\n{link}\n\n"
        f"No advertising. If it was not you, ignore this email; nothing more will be sent.\n",
        f"{sender} : confirmez votre abonnement aux avis de panne\n\n"
        f"Quelqu'un, probablement vous, a demandé de recevoir les avis de panne à cette adresse. Pour "
        f"recevoir un courriel au début et à la fin d'une panne, et si la situation change, confirmez d'ici sept "
        f"jours :\n\n{link}\n\n"
        f"Aucune publicité. Si ce n'était pas vous, ignorez ce courriel : vous ne recevrez rien d'autre.\n",
    )


def _head(notice: Notice) -> str:
    sender, time = notice.sender, clock_time(notice.at, notice.zone, notice.language)
    match notice.change:
        case AnnouncementChange.STARTED:
            words = Words(f"{sender}:", f"{sender}:")
        case AnnouncementChange.UPDATED:
            words = Words(f"{sender}, update:", f"{sender}, mise à jour:")
        case AnnouncementChange.ENDED:
            words = Words(f"{sender}, resolved at {time}:", f"{sender}, résolu à {time}:")
    return ended_once(words.for_(notice.language))


def _why(notice: Notice) -> str:
    if notice.is_only_one:
        words = Words(
            "You asked to be told when it is over. This is the only text.",
            "Vous avez demandé d'être avisé de la fin. C'est le seul texto.",
        )
    else:
        words = Words("You asked for outage notices.", "Vous avez demandé les avis de panne.")
    return words.for_(notice.language)


def _way_out(notice: Notice) -> str:
    words = Words(f"To unsubscribe, reply {LEAVE.english}.", f"Pour vous désabonner, répondez {LEAVE.french}.")
    return words.for_(notice.language)
