"""What a caller hears next: a pure step from where they are and what they pressed to a reply.

A call's place is in the URL, so any process can answer any turn, and the same turn gets the same answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from callbacks.db.event_kinds import EventKind
from callbacks.desk.desk_file import Desk, Language, Line
from callbacks.people.person import Person
from callbacks.text.formats import clock_time, spelled
from callbacks.text.phone_numbers import ringable
from ivr.prompts import closed_because, say
from ivr.twilio.places import Places
from ivr.twilio.verbs import Dial, Gather, Hangup, Pause, Record, Redirect, Say, Verb
from sla.hours import Reason

TRIES = 3
WORDS_OF_KEYS = {"support": "menu support", "english": "menu english", "french": "menu french"}


@dataclass(frozen=True)
class Turn:
    """One turn of a caller: where they are, and the key that they pressed, if any."""

    place: str
    language: str = "en"
    digits: str = ""
    tries: int = 1
    rung: int = 0  # technicians rung so far
    bridged: bool = False  # the carrier says that the last of them was connected


@dataclass(frozen=True)
class Facts:
    """What is known of the call. Without a database, what the desk file alone can tell."""

    call_sid: str
    line: str
    caller: str
    began_at: datetime
    now: datetime
    is_open: bool
    reason: Reason  # why the line was open or closed when the call began
    technicians: tuple[Person, ...] = ()
    accepted: bool = False
    reference: str | None = None


@dataclass(frozen=True)
class Reply:
    """What is heard, and what became true by it: a choice made, or that the caller was asked to speak."""

    verbs: tuple[Verb, ...]
    chose: EventKind | None = None
    asked_to_speak: bool = False


def step(desk: Desk, places: Places, turn: Turn, facts: Facts) -> Reply:
    """Say what a caller hears next."""
    line = desk.lines[facts.line]
    match turn.place:
        case "incoming":
            greeting = say(turn.language, "greeting", company=desk.company.name[_language(turn)])
            return _greeted(desk, places, turn, facts, line, greeting)
        case "menu":
            return _menu(desk, places, turn, facts, line)
        case "ring":
            return _ring(desk, places, turn, facts)
        case "beep":
            return _beep(desk, places, turn)
        case "recorded":
            return _recorded(desk, turn, facts)
    raise ValueError(f"There is no place {turn.place!r} in the flow.")


def _greeted(desk: Desk, places: Places, turn: Turn, facts: Facts, line: Line, greeting: Say) -> Reply:
    if not line.menu:
        reply = _support(desk, places, turn, facts)
        return replace(reply, verbs=(greeting, *reply.verbs))
    return Reply((_ask(places, turn, line, greeting), Redirect(places.at("menu", tries=1, lang=turn.language))))


def _menu(desk: Desk, places: Places, turn: Turn, facts: Facts, line: Line) -> Reply:
    match line.menu.get(turn.digits):
        case "support":
            return replace(_support(desk, places, turn, facts), chose=EventKind.MENU_SUPPORT)
        case "english":
            return Reply((_ask(places, replace(turn, language="en", tries=1), line),), chose=EventKind.MENU_ENGLISH)
        case "french":
            return Reply((_ask(places, replace(turn, language="fr", tries=1), line),), chose=EventKind.MENU_FRENCH)
    if turn.tries >= TRIES:
        if line.menu_exit == "goodbye":
            return Reply((say(turn.language, "goodbye"), Hangup()), chose=EventKind.MENU_NO_CHOICE_GOODBYE)
        return replace(_support(desk, places, turn, facts), chose=EventKind.MENU_NO_CHOICE_SUPPORT)
    complaint = say(turn.language, "wrong key" if turn.digits else "no key")
    return Reply((_ask(places, replace(turn, tries=turn.tries + 1), line, complaint),))


def _ask(places: Places, turn: Turn, line: Line, *before: Say) -> Gather:
    prompts = [say(turn.language, WORDS_OF_KEYS[what], key=key) for key, what in line.menu.items()]
    action = places.at("menu", tries=turn.tries, lang=turn.language)
    return Gather(action, (*before, *prompts))


def _support(desk: Desk, places: Places, turn: Turn, facts: Facts) -> Reply:
    if facts.is_open:
        if not facts.technicians:
            return _to_voicemail(desk, places, turn, facts, say(turn.language, "nobody free"))
        return Reply((say(turn.language, "hold"), *_dial(desk, places, turn, facts, 0)))
    return _to_voicemail(desk, places, turn, facts, closed_because(turn.language, facts.reason))


def _ring(desk: Desk, places: Places, turn: Turn, facts: Facts) -> Reply:
    """The technician rung last is done with this call, or never took it."""
    if facts.accepted or turn.bridged:
        return Reply((Hangup(),))
    out_of_patience = facts.now - facts.began_at > desk.ringing.longest_hunt + desk.ringing.each
    if turn.rung >= len(facts.technicians) or out_of_patience:
        return _to_voicemail(desk, places, turn, facts, say(turn.language, "nobody free"))
    return Reply((say(turn.language, "still trying"), *_dial(desk, places, turn, facts, turn.rung)))


def _dial(desk: Desk, places: Places, turn: Turn, facts: Facts, number: int) -> tuple[Verb, ...]:
    person = facts.technicians[number]
    screen = places.at(
        "screen",
        call=facts.call_sid,
        technician=person.id,
        lang=person.language,
        line=facts.line,
        caller=ringable(facts.caller) or "",
    )
    action = places.at("ring", rung=number + 1, lang=turn.language)
    seconds = int(desk.ringing.each.total_seconds())
    return (Dial(person.phone, action, desk.lines[facts.line].number, seconds, screen),)


def _to_voicemail(desk: Desk, places: Places, turn: Turn, facts: Facts, why: Say) -> Reply:
    """Everything is said before the beep is fetched: who fetches the beep has heard it all, and is owed a call."""
    due = clock_time(facts.began_at + desk.callback.promise, desk.zone, turn.language)
    language = turn.language
    prompts = (why, say(language, "promise", due=due), say(language, "number"), say(language, "notice"))
    return Reply((*prompts, Redirect(places.at("beep", lang=language))))


def _beep(desk: Desk, places: Places, turn: Turn) -> Reply:
    after = places.at("recorded", lang=turn.language)
    record = Record(
        after,
        places.at("recording"),
        int(desk.voicemail.longest.total_seconds()),
        int(desk.voicemail.silence.total_seconds()),
    )
    # Twilio goes on to the next verb when nothing was recorded at all.
    return Reply((record, Redirect(places.at("recorded", lang=turn.language, nothing=1))), asked_to_speak=True)


def _recorded(desk: Desk, turn: Turn, facts: Facts) -> Reply:
    due = clock_time(facts.began_at + desk.callback.promise, desk.zone, turn.language)
    if facts.reference is None:
        return Reply((say(turn.language, "thanks", due=due), Hangup()))
    reference = spelled(facts.reference)
    return Reply(
        (say(turn.language, "thanks with reference", due=due, reference=reference), Pause(1), Hangup()),
    )


def _language(turn: Turn) -> Language:
    return "fr" if turn.language == "fr" else "en"
