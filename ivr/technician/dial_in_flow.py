"""What a technician hears who calls one of our lines, and what their keys mean. Pure.

The caller ID says that it is their phone, and it can be forged. So nothing is said that a page would not say, and no
key takes a callback: it has the desk call the technician's own phone, which a forger does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callbacks.desk.desk_file import Desk, Language
from callbacks.text.formats import spelled, spoken_time_and_day
from ivr import prompts
from ivr.prompts import say
from ivr.technician.flow import ROUNDS, KeyPress
from ivr.twilio.call_urls import CallUrls, VoicePath
from ivr.twilio.verbs import Gather, Hangup, Redirect, Say, Verb

GO_ON_AS_CUSTOMER = "9"


@dataclass(frozen=True)
class MostUrgent:
    """The callback that a technician should take first."""

    id: int
    reference: str
    due_at: datetime
    is_tried: bool = False  # the customer was called, and the deadline is met or gone


@dataclass(frozen=True)
class DialInFacts:
    """The technician whose phone calls, and what waits for them."""

    name: str
    language: Language
    now: datetime
    waiting: int = 0  # how many callbacks
    most_urgent: MostUrgent | None = None


def answered(desk: Desk, urls: CallUrls, facts: DialInFacts, round: int = 1) -> tuple[Verb, ...]:
    """Return what is heard at first: what waits, and the menu."""
    is_asked = facts.most_urgent is not None
    menu = say(facts.language, prompts.DIAL_IN_MENU if is_asked else prompts.DIAL_IN_AS_CUSTOMER)
    return (Gather(_key_url(urls, facts, round), (_headline(desk, facts), menu), timeout=7),)


def keyed(desk: Desk, urls: CallUrls, facts: DialInFacts, press: KeyPress) -> tuple[Verb, ...] | None:
    """Return what follows a key, or silence; None: they ask to be called."""
    if press.key == "2" and facts.most_urgent is not None:
        return None
    if press.round >= ROUNDS:
        return (say(facts.language, prompts.NO_KEY_PRESSED), Hangup())
    return answered(desk, urls, facts, press.round + 1)


def called_back(facts: DialInFacts) -> tuple[Verb, ...]:
    """Return what is heard by a technician whom the desk calls now."""
    return (say(facts.language, prompts.DIAL_IN_CALLED_BACK), Hangup())


def not_called_back(facts: DialInFacts, reference: str) -> tuple[Verb, ...]:
    """Return what is heard where the desk does not call: there is no number to connect to, or it did so often."""
    return (say(facts.language, prompts.DIAL_IN_NOT_CALLED_BACK, reference=spelled(reference)), Hangup())


def _due(desk: Desk, facts: DialInFacts, urgent: MostUrgent) -> str:
    return spoken_time_and_day(urgent.due_at, desk.zone, facts.now, facts.language)


def go_on_as_customer(urls: CallUrls) -> tuple[Verb, ...]:
    """Return the verb that starts the call again, as that of any customer."""
    return (Redirect(urls.to(VoicePath.INCOMING, customer=1)),)


def _headline(desk: Desk, facts: DialInFacts) -> Say:
    company, urgent = desk.company.name[facts.language], facts.most_urgent
    if urgent is None:
        return say(facts.language, prompts.DIAL_IN_NOTHING, company=company, name=facts.name)
    count, reference = str(facts.waiting), spelled(urgent.reference)
    if urgent.is_tried:
        return say(
            facts.language, prompts.DIAL_IN_AGAIN, company=company, name=facts.name, count=count, reference=reference
        )
    return say(
        facts.language,
        prompts.DIAL_IN if facts.now < urgent.due_at else prompts.DIAL_IN_LATE,
        company=company,
        name=facts.name,
        count=count,
        reference=reference,
        due=_due(desk, facts, urgent),
    )


def _key_url(urls: CallUrls, facts: DialInFacts, round: int) -> str:
    callback_id = facts.most_urgent.id if facts.most_urgent is not None else 0
    return urls.to(VoicePath.DIAL_IN_KEY, callback=callback_id, round=round)
