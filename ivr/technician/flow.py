"""What a technician hears who answers a page by phone, and what their keys mean. Pure.

A private voicemail answers like a person, so nothing is taken without a key and a second, different one.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import ReachOutcome, ReportedOutcome
from callbacks.desk.desk_file import Desk
from callbacks.text.formats import clock_time, readable_number, spelled
from ivr.prompts import say
from ivr.twilio.places import Places
from ivr.twilio.verbs import Dial, Gather, Hangup, Play, Say, Verb

ROUNDS = 3


class KeyAct(enum.Enum):
    """What a key asks for."""

    TAKE = "take"
    TAKE_AND_CONNECT = "take and connect"
    PASS = "pass"


@dataclass(frozen=True)
class PageFacts:
    """The page that rings, and how its callback stands."""

    page_id: int
    name: str
    language: str
    reference: str
    line: str
    caller: str
    customer_number: str | None
    due_at: datetime
    now: datetime
    owner: str | None  # somebody else who has it
    is_closed: bool
    message_url: str | None  # None: no message, or not here yet
    has_message: bool
    message_is_lost: bool = False
    others: int = 0  # callbacks for which this one call stands as well


@dataclass(frozen=True)
class PageTurn:
    stage: str = "menu"  # menu, confirm, confirm-connect
    digits: str = ""
    round: int = 1


@dataclass(frozen=True)
class PageReply:
    verbs: tuple[Verb, ...]
    act: KeyAct | None = None


def answered(desk: Desk, places: Places, facts: PageFacts) -> PageReply:
    """The phone was picked up, by a person or by a machine: say at once who calls and why."""
    over = _over(facts)
    if over is not None:
        return over
    others = (say(facts.language, "others wait", count=str(facts.others)),) if facts.others else ()
    return PageReply(_menu(desk, places, facts, 1, _headline(desk, facts), *others))


def keyed(desk: Desk, places: Places, facts: PageFacts, turn: PageTurn) -> PageReply:
    """A key, or none, in answer to the menu or to the question for confirmation."""
    over = _over(facts)
    if over is not None:
        return over
    if turn.stage == "menu":
        return _chosen(desk, places, facts, turn)
    if turn.digits == "1":
        connects = turn.stage == "confirm-connect"
        return PageReply((), KeyAct.TAKE_AND_CONNECT if connects else KeyAct.TAKE)
    not_confirmed = say(facts.language, "not confirmed")
    return _again(desk, places, facts, turn, not_confirmed)


def taken(desk: Desk, facts: PageFacts) -> tuple[Verb, ...]:
    due = clock_time(facts.due_at, desk.zone, facts.language)
    number = _number(facts)
    reference = spelled(facts.reference)
    return (say(facts.language, "taken", reference=reference, number=number, due=due), Hangup())


def passed(facts: PageFacts) -> tuple[Verb, ...]:
    return (say(facts.language, "passed"), Hangup())


def notice(places: Places, page_id: int, words: str, language: str, round: int) -> tuple[Verb, ...]:
    """Something that is about no callback (an alarm, a test, a code), said until a key is pressed or three times."""
    action = places.at("page/heard", page=page_id, round=round)
    return (Gather(action, (Say(words, language), say(language, "notice menu")), timeout=6),)


def notice_keyed(
    places: Places, page_id: int, words: str, language: str, turn: PageTurn
) -> tuple[tuple[Verb, ...], bool]:
    """A key, or none, after a notice; and whether somebody heard it."""
    if turn.digits == "1":
        return (say(language, "notice heard"), Hangup()), True
    if turn.round >= ROUNDS:
        return (say(language, "nobody pressed"), Hangup()), False
    return notice(places, page_id, words, language, turn.round + 1), False


def ask_to_connect(places: Places, facts: PageFacts, round: int = 1, *before: Say | Play) -> tuple[Verb, ...]:
    """The technician asked to be connected and has picked up: a person presses 1; 2 plays the message first."""
    over = _over(facts)
    if over is not None:
        return over.verbs
    reference = spelled(facts.reference)
    prompt = say(facts.language, "connect", number=_number(facts), reference=reference, line=facts.line)
    action = places.at("connect/key", page=facts.page_id, round=round)
    return (Gather(action, (*before, prompt, prompt), timeout=8),)


def connect_keyed(places: Places, facts: PageFacts, turn: PageTurn) -> tuple[Verb, ...] | None:
    """A key, or none, before the connection; None: a person is there, ring the customer."""
    if turn.digits == "1":
        return None
    if turn.digits == "2" and turn.round < 2 * ROUNDS:
        return ask_to_connect(places, facts, turn.round + 1, *_message(facts))
    if turn.digits and turn.round < ROUNDS:
        return ask_to_connect(places, facts, turn.round + 1)
    return (say(facts.language, "nobody pressed"), Hangup())


def connect(desk: Desk, places: Places, facts: PageFacts, attempt_id: int) -> tuple[Verb, ...]:
    """Ring the customer, showing the company's number and never the technician's."""
    if facts.customer_number is None or facts.is_closed:
        return (say(facts.language, "no number"), Hangup())
    dial = Dial(
        facts.customer_number,
        places.at("connect/ended", attempt=attempt_id),
        desk.lines[facts.line].number,
        timeout=30,
        status=places.at("connect/status", attempt=attempt_id),
        answered_by=places.at("connect/answered", attempt=attempt_id),
    )
    return (say(facts.language, "connecting"), dial)


# The keys after a connection, and what they say of it.
OUTCOME_KEYS = {
    "1": ReportedOutcome.RESOLVED,
    "2": ReportedOutcome.CONTINUING,
    "3": ReportedOutcome.LEFT_A_MESSAGE,
    "4": ReportedOutcome.NO_ANSWER,
    "5": ReportedOutcome.WRONG_NUMBER,
}


def ask_outcome(places: Places, attempt_id: int, outcome: ReachOutcome, language: str, round: int) -> tuple[Verb, ...]:
    """The customer's end is over: how did it go?"""
    ended = say(language, "connect ended", outcome=say(language, f"ended {outcome.value}").text)
    action = places.at("connect/outcome", attempt=attempt_id, round=round)
    return (Gather(action, (ended, say(language, "outcome menu")), timeout=8),)


def outcome_keyed(
    places: Places, attempt_id: int, outcome: ReachOutcome, language: str, turn: PageTurn
) -> tuple[Verb, ...]:
    """No key, or a wrong one: asked again, and then by text."""
    if turn.round >= ROUNDS:
        return (say(language, "outcome by text"), Hangup())
    return ask_outcome(places, attempt_id, outcome, language, turn.round + 1)


def outcome_noted(language: str, outcome: ReportedOutcome) -> tuple[Verb, ...]:
    return (say(language, f"outcome {outcome.value}"), Hangup())


def _over(facts: PageFacts) -> PageReply | None:
    reference = spelled(facts.reference)
    if facts.is_closed:
        return PageReply((say(facts.language, "closed already", reference=reference), Hangup()))
    if facts.owner is not None:
        return PageReply((say(facts.language, "owned", owner=facts.owner, reference=reference), Hangup()))
    return None


def _chosen(desk: Desk, places: Places, facts: PageFacts, turn: PageTurn) -> PageReply:
    match turn.digits:
        case "1":
            return PageReply(_menu(desk, places, facts, turn.round, *_message(facts)))
        case "2":
            return PageReply((_ask_to_confirm(places, facts, turn, "confirm"),))
        case "3":
            return PageReply((_ask_to_confirm(places, facts, turn, "confirm-connect"),))
        case "4":
            return PageReply((), KeyAct.PASS)
        case "*":
            return PageReply(_menu(desk, places, facts, turn.round, _headline(desk, facts)))
    return _again(desk, places, facts, turn)


def _again(desk: Desk, places: Places, facts: PageFacts, turn: PageTurn, *before: Say) -> PageReply:
    if turn.round >= ROUNDS:
        return PageReply((say(facts.language, "nobody pressed"), Hangup()))
    return PageReply(_menu(desk, places, facts, turn.round + 1, *before, _headline(desk, facts)))


def _menu(desk: Desk, places: Places, facts: PageFacts, round: int, *before: Say | Play) -> tuple[Verb, ...]:
    action = places.at("page/key", page=facts.page_id, stage="menu", round=round)
    return (Gather(action, (*before, say(facts.language, "page menu")), timeout=7),)


def _ask_to_confirm(places: Places, facts: PageFacts, turn: PageTurn, stage: str) -> Gather:
    action = places.at("page/key", page=facts.page_id, stage=stage, round=turn.round)
    return Gather(action, (say(facts.language, "confirm"),), timeout=7)


def _headline(desk: Desk, facts: PageFacts) -> Say:
    words = "page" if facts.now < facts.due_at else "page late"
    return say(
        facts.language,
        words,
        company=desk.company.name["fr" if facts.language == "fr" else "en"],
        name=facts.name,
        line=facts.line,
        due=clock_time(facts.due_at, desk.zone, facts.language),
    )


def plays_message(verbs: tuple[Verb, ...]) -> bool:
    """Say whether the customer's message is heard now."""
    return any(isinstance(part, Play) for verb in verbs if isinstance(verb, Gather) for part in verb.prompts)


def _message(facts: PageFacts) -> tuple[Say | Play, ...]:
    if facts.message_url is not None:
        return (Play(facts.message_url),)
    if facts.message_is_lost:
        return (say(facts.language, "message lost"),)
    return (say(facts.language, "message not here" if facts.has_message else "no message"),)


def _number(facts: PageFacts) -> str:
    if facts.customer_number is None:
        return say(facts.language, "withheld").text
    return readable_number(facts.customer_number)
