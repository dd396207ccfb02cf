"""The words of notices, and of what subscribers are answered. Pure. Each names its sender and why it was sent.

A desk may have its own words in place of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import AnnouncementChange
from callbacks.desk.customer_templates import CustomerTemplate, Longest, Medium
from callbacks.desk.desk_file import Desk
from callbacks.text.bilingual import Words
from callbacks.text.formats import clock_time
from callbacks.text.gsm7 import TWO_SEGMENTS, fits, shortened, size

# What a subscriber texts. None of them is a word that the carrier takes for itself.
SUBSCRIBE, LEAVE = Words("SUBSCRIBE", "ABONNER"), Words("LEAVE", "DESABONNER")

LONGEST_IN_SUBJECT = 80  # letters of an announcement

CHANGES = {
    AnnouncementChange.STARTED: Words("Started", "Début"),
    AnnouncementChange.UPDATED: Words("Update", "Mise à jour"),
    AnnouncementChange.ENDED: Words("Resolved", "Résolu"),
}

# Texts. An announcement that is too long is cut, to no less than this.
CUT = Words("a" * 60, "a" * 60)
PAGE = Words(f"https://{'a' * 62}", f"https://{'a' * 62}")
TIME = Words("10:42 p.m. EDT", "22 h 42 HAE")
CUT_ANNOUNCEMENT = CustomerTemplate(
    "texts.cut_announcement",
    Words("{announcement} More: {status_page}", "{announcement} Détails: {status_page}"),
    {"announcement": CUT, "status_page": PAGE},
)
NOTICE: Longest = {"announcement": (CUT_ANNOUNCEMENT,), "leave": LEAVE}
OUTAGE_STARTED = CustomerTemplate(
    "texts.outage_started",
    Words(
        "{sender}: {announcement} You asked for outage notices. To unsubscribe, reply {leave}.",
        "{sender}: {announcement} Vous avez demandé les avis de panne. Pour vous désabonner, répondez {leave}.",
    ),
    NOTICE,
)
OUTAGE_UPDATED = CustomerTemplate(
    "texts.outage_updated",
    Words(
        "{sender}, update: {announcement} You asked for outage notices. To unsubscribe, reply {leave}.",
        "{sender}, mise à jour: {announcement} Vous avez demandé les avis de panne. Pour vous désabonner, répondez "
        "{leave}.",
    ),
    NOTICE,
)
OUTAGE_ENDED = CustomerTemplate(
    "texts.outage_ended",
    Words(
        "{sender}, resolved at {time}: {announcement} You asked for outage notices. To unsubscribe, reply {leave}.",
        "{sender}, résolu à {time}: {announcement} Vous avez demandé les avis de panne. Pour vous désabonner, répondez "
        "{leave}.",
    ),
    {**NOTICE, "time": TIME},
)
OUTAGE_OVER = CustomerTemplate(
    "texts.outage_over",
    Words(
        "{sender}, resolved at {time}: {announcement} You asked to be told when it was over. We will not text you "
        "about it again.",
        "{sender}, résolu à {time}: {announcement} Vous vouliez savoir quand ce serait fini. Vous ne recevrez pas "
        "d'autre texto à ce sujet.",
    ),
    {"announcement": (CUT_ANNOUNCEMENT,), "time": TIME},
)
SUBSCRIBED = CustomerTemplate(
    "texts.subscribed",
    Words(
        "{sender}: you asked for outage notices. We will text you when an outage begins, changes or ends. No "
        "advertising. To unsubscribe, reply {leave}.",
        "{sender}: vous avez demandé les avis de panne. Vous recevrez un texto au début et à la fin d'une panne, et si "
        "la situation change. Aucune publicité. Pour vous désabonner, répondez {leave}.",
    ),
    {"leave": LEAVE},
)
UNSUBSCRIBED = CustomerTemplate(
    "texts.unsubscribed",
    Words(
        "{sender}: you are unsubscribed. You will get no more outage notices.",
        "{sender}: votre abonnement est annulé. Vous ne recevrez plus d'avis de panne.",
    ),
    {},
)
NOT_SUBSCRIBED = CustomerTemplate(
    "texts.not_subscribed",
    Words(
        "{sender}: you are not subscribed. To get outage notices, reply {subscribe}.",
        "{sender}: ce numéro n'est pas abonné. Pour recevoir les avis de panne, répondez {subscribe}.",
    ),
    {"subscribe": SUBSCRIBE},
)

# Mails

OUTAGE_STARTED_SUBJECT = CustomerTemplate(
    "mails.outage_started_subject",
    Words("{sender}: {announcement}", "{sender} : {announcement}"),
    {"announcement": CUT},
    Medium.SUBJECT,
)
OUTAGE_UPDATED_SUBJECT = CustomerTemplate(
    "mails.outage_updated_subject",
    Words("{sender}, update: {announcement}", "{sender}, mise à jour : {announcement}"),
    {"announcement": CUT},
    Medium.SUBJECT,
)
OUTAGE_ENDED_SUBJECT = CustomerTemplate(
    "mails.outage_ended_subject",
    Words("{sender}, resolved at {time}: {announcement}", "{sender}, résolu à {time} : {announcement}"),
    {"announcement": CUT, "time": TIME},
    Medium.SUBJECT,
)
OUTAGE = CustomerTemplate(
    "mails.outage",
    Words(
        "{announcement}\n\nDetails: {status_page}\n\nYou asked for outage notices.\nTo unsubscribe: {leave_link}\n",
        "{announcement}\n\nDétails : {status_page}\n\nVous avez demandé les avis de panne.\n"
        "Pour vous désabonner : {leave_link}\n",
    ),
    {"announcement": CUT, "status_page": PAGE, "leave_link": PAGE},
    Medium.MAIL,
)
CONFIRMATION_SUBJECT = CustomerTemplate(
    "mails.confirmation_subject",
    Words(
        "{sender}: confirm your subscription to outage notices",
        "{sender} : confirmez votre abonnement aux avis de panne",
    ),
    {},
    Medium.SUBJECT,
)
CONFIRMATION = CustomerTemplate(
    "mails.confirmation",
    Words(
        "Somebody, probably you, asked for outage notices at this address. To get an email when an outage begins, "
        "changes or ends, confirm within seven days:\n\n{confirm_link}\n\n"
        "No advertising. If it was not you, ignore this email; nothing more will be sent.\n",
        "Quelqu'un, probablement vous, a demandé de recevoir les avis de panne à cette adresse. Pour recevoir un "
        "courriel au début et à la fin d'une panne, et si la situation change, confirmez d'ici sept jours :\n\n"
        "{confirm_link}\n\nAucune publicité. Si ce n'était pas vous, ignorez ce courriel : vous ne recevrez rien "
        "d'autre.\n",
    ),
    {"confirm_link": PAGE},
    Medium.MAIL,
)

BY_TEXT = {
    AnnouncementChange.STARTED: OUTAGE_STARTED,
    AnnouncementChange.UPDATED: OUTAGE_UPDATED,
    AnnouncementChange.ENDED: OUTAGE_ENDED,
}
SUBJECTS = {
    AnnouncementChange.STARTED: OUTAGE_STARTED_SUBJECT,
    AnnouncementChange.UPDATED: OUTAGE_UPDATED_SUBJECT,
    AnnouncementChange.ENDED: OUTAGE_ENDED_SUBJECT,
}


@dataclass(frozen=True)
class Notice:
    """One change of an announcement, for one subscriber."""

    desk: Desk
    change: AnnouncementChange
    text: str
    at: datetime
    language: str
    status_page: str
    is_only_one: bool  # they asked for the end of this outage, and for nothing else


def notice_by_text(notice: Notice) -> str:
    """Return a notice as a text of two segments at most, with a link where the announcement had to be cut."""
    template = OUTAGE_OVER if notice.is_only_one else BY_TEXT[notice.change]
    whole = _filled(template, notice, notice.text)
    if fits(whole):
        return whole
    around = _filled(template, notice, _cut(notice, ""))
    return _filled(template, notice, _cut(notice, shortened(notice.text, TWO_SEGMENTS - size(around))))


def _cut(notice: Notice, text: str) -> str:
    return _filled(CUT_ANNOUNCEMENT, notice, text)


def notice_by_mail(notice: Notice, way_out: str) -> str:
    """Return a notice as a mail: its subject, then its text."""
    subject = _filled(SUBJECTS[notice.change], notice, shortened(notice.text, LONGEST_IN_SUBJECT))
    return f"{subject}\n\n{_filled(OUTAGE, notice, notice.text, leave_link=way_out)}"


def _filled(template: CustomerTemplate, notice: Notice, text: str, **more: str) -> str:
    english, french = (clock_time(notice.at, notice.desk.zone, language) for language in ("en", "fr"))
    words = template.filled(
        notice.desk,
        announcement=text,
        status_page=notice.status_page,
        time=Words(english, french),
        leave=LEAVE,
        **more,
    )
    return words.for_(notice.language)


def subscribed(desk: Desk) -> Words:
    """Return what a number is texted once it is subscribed."""
    return SUBSCRIBED.filled(desk, leave=LEAVE)


def left(desk: Desk) -> Words:
    """Return what a number is texted once its subscriptions have ended."""
    return UNSUBSCRIBED.filled(desk)


def not_subscribed(desk: Desk) -> Words:
    """Return what a number is texted that unsubscribes and was not subscribed."""
    return NOT_SUBSCRIBED.filled(desk, subscribe=SUBSCRIBE)


def confirmation(desk: Desk, link: str) -> Words:
    """Return the mail that asks whether the owner of an address wants notices: its subject, then its text."""
    subject, text = CONFIRMATION_SUBJECT.filled(desk), CONFIRMATION.filled(desk, confirm_link=link)
    return Words(f"{subject.english}\n\n{text.english}", f"{subject.french}\n\n{text.french}")
