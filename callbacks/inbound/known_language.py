"""The language to begin a call in, where it is known before a key: the customer's, else that of an earlier call.

A number can be forged, so this decides nothing but the language of the prompts. Callers can still change it by key.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.find import language_of
from callbacks.db.tables import Call
from callbacks.desk.desk_file import Language
from callbacks.text.dialing_rules import DialingRules


def language_to_begin_in(of_customer: str, chosen_before: str) -> Language | None:
    """Return the language of the customer's record, else the one that the caller chose last; None: not known."""
    for known in (of_customer, chosen_before):
        match known:
            case "en" | "fr":
                return known
    return None


def known_language(session: Session, caller: str, rules: DialingRules) -> Language | None:
    """Return the language of whoever calls from this number; None for a number that is withheld or nobody's."""
    number = rules.check(caller).number
    if number is None:
        return None
    return language_to_begin_in(language_of(session, number) or "", _chosen_before(session, number))


def _chosen_before(session: Session, number: str) -> str:
    query = select(Call.language).where(Call.caller == number, Call.language_chosen.is_(True))
    return session.scalar(query.order_by(Call.began_at.desc(), Call.sid).limit(1)) or ""
