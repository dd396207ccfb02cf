"""Texts that subscribe to outage notices and unsubscribe from them, whoever sends them.

A way out is always obeyed. A word that the carrier takes for itself gets no answer of ours: the carrier gives one.
"""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.announcements import subscriptions, wording
from callbacks.db.states import Channel, SubscribedBy
from callbacks.desk.desk_file import Desk, Language
from callbacks.inbound.text_commands import is_opt_out, letters_of
from callbacks.paging.customer_messages import Recipient
from callbacks.text.bilingual import Words

SUBSCRIBE: dict[str, Language] = {
    **dict.fromkeys(("subscribe", "outages"), "en"),
    **dict.fromkeys(("abonner", "abonne", "abonnez", "abonnezmoi", "abonnement", "pannes"), "fr"),
}
LEAVE: dict[str, Language] = {
    **dict.fromkeys(("leave", "nomore"), "en"),
    **dict.fromkeys(("desabonner", "desabonne", "desabonnez", "desabonnezmoi", "desabonnement"), "fr"),
}


class Wish(enum.Enum):
    """What a text wants about notices."""

    SUBSCRIBE = "subscribe"
    LEAVE = "leave"
    STOP = "stop"  # the carrier has blocked all our texts to them


def wish_in(text: str, opt_out_type: str = "") -> tuple[Wish, Language] | None:
    """Return what a text wants about notices, and the language of its word, or None when it is about something else."""
    if opt_out_type == "STOP" or is_opt_out(text):
        return Wish.STOP, "en"
    word = letters_of(text)
    if word in SUBSCRIBE:
        return Wish.SUBSCRIBE, SUBSCRIBE[word]
    return (Wish.LEAVE, LEAVE[word]) if word in LEAVE else None


def grant(
    session: Session, desk: Desk, sender: str, wish: Wish, language: Language, now: datetime, *, is_answered: bool
) -> str:
    """Do what a text wants, and return the answer. Who would get no answer is not subscribed either."""
    company, number = desk.company.sender, desk.dialing_rules.callable_number(sender)
    if wish is Wish.SUBSCRIBE:
        if number is None or not is_answered:
            return ""
        subscriptions.subscribe(session, Recipient(Channel.TEXT, number, language), SubscribedBy.TEXT, now)
        return wording.subscribed(company).for_(language)
    has_left = subscriptions.end_all(session, Channel.TEXT, sender, now)
    if wish is Wish.STOP or not is_answered:
        return ""
    words: Words = wording.left(company) if has_left else wording.not_subscribed(company)
    return words.for_(language)
