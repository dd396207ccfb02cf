"""Texts that subscribe to outage notices and unsubscribe from them. A way out is always obeyed."""

from __future__ import annotations

import enum
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.announcements import subscriptions, wording
from callbacks.db.states import Channel, SubscribedBy
from callbacks.desk.desk_file import Desk, Language
from callbacks.inbound.text_commands import letters_of, wants_no_texts
from callbacks.paging.customer_messages import Recipient

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
    STOP = "stop"  # no texts at all; where the carrier knows the word, it has blocked them


def wish_in(text: str, opt_out_type: str = "") -> Wish | None:
    """Return what a text wants about notices, or None when it is about something else."""
    if wants_no_texts(text, opt_out_type):
        return Wish.STOP
    word = letters_of(text)
    if word in SUBSCRIBE:
        return Wish.SUBSCRIBE
    return Wish.LEAVE if word in LEAVE else None


def grant(session: Session, desk: Desk, sender: str, text: str, now: datetime, *, is_answered: bool) -> str:
    """Subscribe or unsubscribe whoever asked for it, and return the answer in the language of their word.

    Who would get no answer is not subscribed either, because they would not be told the way out.
    """
    word = letters_of(text)
    if word in SUBSCRIBE:
        number, language = desk.dialing_rules.mobile_number(sender), SUBSCRIBE[word]
        if number is None or not is_answered:
            return ""
        subscriptions.subscribe(session, Recipient(Channel.TEXT, number, language), SubscribedBy.TEXT, now)
        return wording.subscribed(desk).for_(language)
    has_left = subscriptions.end_all(session, Channel.TEXT, sender, now)
    words = wording.left(desk) if has_left else wording.not_subscribed(desk)
    return words.for_(LEAVE[word]) if is_answered else ""
