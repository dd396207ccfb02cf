"""What a technician hears who calls one of our lines, and what their keys mean. Pure.

The caller ID says that it is their phone, and it can be forged. So before the keys nothing is said that a page would
not say, and as in a page call, taking a callback needs two different keys.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from callbacks.desk.desk_file import Desk, Language
from callbacks.text.bilingual import Words
from callbacks.text.formats import spelled, spoken_time_and_day
from ivr import prompts
from ivr.prompts import say
from ivr.technician.flow import ROUNDS, KeyPress
from ivr.twilio.call_urls import CallUrls, VoicePath
from ivr.twilio.verbs import Gather, Hangup, Redirect, Say, Verb

GO_ON_AS_CUSTOMER = "9"


class DialInQuestion(enum.Enum):
    """What the technician is asked. The value is in the URL that the key goes to."""

    MENU = "menu"
    CONFIRM = "confirm"  # whether they take the callback


@dataclass(frozen=True)
class MostUrgent:
    """The callback that a technician should take first."""

    id: int
    reference: str
    due_at: datetime


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
    return (Gather(_key_url(urls, facts, DialInQuestion.MENU, round), (_headline(desk, facts), menu), timeout=7),)


def keyed(
    desk: Desk, urls: CallUrls, facts: DialInFacts, question: DialInQuestion, press: KeyPress
) -> tuple[Verb, ...] | None:
    """Return what follows a key, or silence; None: they take the callback."""
    if question is DialInQuestion.CONFIRM and press.key == "1":
        return None
    if question is DialInQuestion.MENU and press.key == "2" and facts.most_urgent is not None:
        action = _key_url(urls, facts, DialInQuestion.CONFIRM, press.round)
        return (Gather(action, (say(facts.language, prompts.CONFIRM),), timeout=7),)
    if press.round >= ROUNDS:
        return (say(facts.language, prompts.NO_KEY_PRESSED), Hangup())
    return answered(desk, urls, facts, press.round + 1)


def taken(desk: Desk, facts: DialInFacts, number: str | None, *, needs_consent: bool = False) -> tuple[Verb, ...]:
    """Return what is heard by a technician who has taken the callback: only now the customer's number.

    Without a number there is none to call, or none before a supervisor's consent.
    """
    urgent = facts.most_urgent
    if urgent is None:
        return (Hangup(),)
    due, reference = _due(desk, facts, urgent), spelled(urgent.reference)
    prompt = _prompt_of_taken(facts, urgent, has_number=number is not None, needs_consent=needs_consent)
    return (say(facts.language, prompt, reference=reference, number=number or "", due=due), Hangup())


def _prompt_of_taken(facts: DialInFacts, urgent: MostUrgent, *, has_number: bool, needs_consent: bool) -> Words:
    if not has_number:
        return prompts.TAKEN_BEFORE_CONSENT if needs_consent else prompts.TAKEN_WITHOUT_NUMBER
    return prompts.TAKEN if facts.now < urgent.due_at else prompts.TAKEN_LATE


def _due(desk: Desk, facts: DialInFacts, urgent: MostUrgent) -> str:
    return spoken_time_and_day(urgent.due_at, desk.zone, facts.now, facts.language)


def go_on_as_customer(urls: CallUrls) -> tuple[Verb, ...]:
    """Return the verb that starts the call again, as that of any customer."""
    return (Redirect(urls.to(VoicePath.INCOMING, customer=1)),)


def _headline(desk: Desk, facts: DialInFacts) -> Say:
    company, urgent = desk.company.name[facts.language], facts.most_urgent
    if urgent is None:
        return say(facts.language, prompts.DIAL_IN_NOTHING, company=company, name=facts.name)
    return say(
        facts.language,
        prompts.DIAL_IN if facts.now < urgent.due_at else prompts.DIAL_IN_LATE,
        company=company,
        name=facts.name,
        count=str(facts.waiting),
        reference=spelled(urgent.reference),
        due=_due(desk, facts, urgent),
    )


def _key_url(urls: CallUrls, facts: DialInFacts, question: DialInQuestion, round: int) -> str:
    callback_id = facts.most_urgent.id if facts.most_urgent is not None else 0
    return urls.to(VoicePath.DIAL_IN_KEY, callback=callback_id, stage=question.value, round=round)
