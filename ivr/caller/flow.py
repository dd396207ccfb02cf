"""What a caller hears next: a pure step from where they are and what they pressed to a reply.

A call's place is in the URL, so any process can answer any turn, and the same turn gets the same answer.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import datetime

from callbacks.db.event_kinds import EventKind
from callbacks.desk.desk_file import Desk, Language, Line
from callbacks.people.person import Person
from callbacks.text.formats import spelled, time_for_caller
from ivr import prompts
from ivr.prompts import menu_choice, say, why_closed
from ivr.twilio.call_urls import CallUrls, VoicePath
from ivr.twilio.verbs import Dial, Gather, Hangup, Pause, Record, Redirect, Say, Verb
from sla.hours import Reason

TRIES = 3
SECONDS_TO_CHOOSE_LANGUAGE = 2  # most callers of such a line need not choose
LONGEST_CALLER = 64  # characters


class Place(enum.Enum):
    """Where a caller is in the call. Each place has a webhook."""

    INCOMING = "incoming"  # the call has just come in
    MENU = "menu"  # the caller pressed a key, or none
    LANGUAGE = "language"  # a language was offered, on a line without a menu
    RING = "ring"  # a technician's phone has rung
    BEEP = "beep"  # the prompts before the recording have been heard
    RECORDED = "recorded"  # the recording has ended


@dataclass(frozen=True)
class Turn:
    """One turn of a caller: where they are, and the key that they pressed, if any."""

    place: Place
    language: Language = "en"
    digits: str = ""
    tries: int = 1  # how often the menu has been heard
    rung: tuple[int, ...] = ()  # the ids of the technicians whose phones have rung, the last one last
    bridged: bool | None = None  # whether the carrier connected the last of them; None: it does not say
    picked_up: bool = False  # whether that phone was picked up

    @property
    def last_rung(self) -> int | None:
        return self.rung[-1] if self.rung else None


@dataclass(frozen=True)
class Facts:
    """What is known of the call. Without a database this is only what the desk file and the request say."""

    call_sid: str
    line: str
    caller: str
    began_at: datetime
    now: datetime
    is_open: bool
    reason: Reason  # why the line was open or closed when the call began
    technicians: tuple[Person, ...] = ()  # to be called in this order; not those who are on the phone
    accepted_by: int | None = None  # the id of the technician who has taken the call
    reference: str | None = None


@dataclass(frozen=True)
class Reply:
    """What the caller hears, and what to record about the call."""

    verbs: tuple[Verb, ...]
    chose: EventKind | None = None  # a choice made in the menu
    at_beep: bool = False  # the caller hears the beep
    promises: bool = False  # the caller hears when they are called back
    rings: int | None = None  # the id of the technician whose phone is rung
    not_connected: int | None = None  # the id of the one who had taken the call and was never connected to the caller


def step(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    """Return what a caller hears next."""
    match turn.place:
        case Place.INCOMING:
            return _greet(desk, urls, turn, facts)
        case Place.MENU:
            return _menu(desk, urls, turn, facts)
        case Place.LANGUAGE:
            return _in_chosen_language(desk, urls, turn, facts)
        case Place.RING:
            return _after_ringing(desk, urls, turn, facts)
        case Place.BEEP:
            return _beep(desk, urls, turn, facts)
        case Place.RECORDED:
            return _recorded(desk, turn, facts)


def record(desk: Desk, urls: CallUrls, language: Language, facts: Facts) -> Record:
    """Return the verb that records the caller's message.

    The report on the recording has no fields about the call, which may not be on record yet, so its URL has them.
    """
    return Record(
        urls.to(VoicePath.RECORDED, lang=language),
        urls.to(VoicePath.RECORDING, lang=language, line=facts.line, caller=facts.caller[:LONGEST_CALLER]),
        int(desk.voicemail.longest.total_seconds()),
        int(desk.voicemail.silence.total_seconds()),
    )


def _greet(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    line = desk.lines[facts.line]
    greeting = say(turn.language, prompts.GREETING, company=desk.company.name[turn.language])
    if not line.menu:
        reply = _support(desk, urls, turn, facts)
        return replace(reply, verbs=(_offer_languages(urls, turn, line, greeting), *reply.verbs))
    return Reply((_ask(urls, turn, line, greeting), Redirect(urls.to(VoicePath.MENU, tries=1, lang=turn.language))))


def _offer_languages(urls: CallUrls, turn: Turn, line: Line, greeting: Say) -> Say | Gather:
    """Return the greeting, with the line's other languages. Without a key, what follows in the document is heard."""
    if not line.languages:
        return greeting
    choices = [menu_choice(turn.language, choice, key) for key, choice in line.languages.items()]
    action = urls.to(VoicePath.LANGUAGE, lang=turn.language)
    return Gather(action, (greeting, *choices), SECONDS_TO_CHOOSE_LANGUAGE, even_without_key=False)


def _in_chosen_language(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    """Go on to support, in another language if its key was pressed. No key is wrong: the caller is not asked again."""
    match desk.lines[facts.line].languages.get(turn.digits):
        case "english":
            return replace(_support(desk, urls, replace(turn, language="en"), facts), chose=EventKind.MENU_ENGLISH)
        case "french":
            return replace(_support(desk, urls, replace(turn, language="fr"), facts), chose=EventKind.MENU_FRENCH)
    return _support(desk, urls, turn, facts)


def _menu(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    line = desk.lines[facts.line]
    match line.menu.get(turn.digits):
        case "support":
            return replace(_support(desk, urls, turn, facts), chose=EventKind.MENU_SUPPORT)
        case "english":
            return Reply((_ask(urls, replace(turn, language="en", tries=1), line),), chose=EventKind.MENU_ENGLISH)
        case "french":
            return Reply((_ask(urls, replace(turn, language="fr", tries=1), line),), chose=EventKind.MENU_FRENCH)
        case None:
            return _no_choice(desk, urls, turn, facts)


def _no_choice(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    line = desk.lines[facts.line]
    if turn.tries < TRIES:
        hint = say(turn.language, prompts.NOT_A_CHOICE if turn.digits else prompts.NO_KEY)
        return Reply((_ask(urls, replace(turn, tries=turn.tries + 1), line, hint),))
    if line.menu_exit == "goodbye":
        return Reply((say(turn.language, prompts.GOODBYE), Hangup()), chose=EventKind.MENU_NO_CHOICE_GOODBYE)
    return replace(_support(desk, urls, turn, facts), chose=EventKind.MENU_NO_CHOICE_SUPPORT)


def _ask(urls: CallUrls, turn: Turn, line: Line, *before: Say) -> Gather:
    choices = [menu_choice(turn.language, choice, key) for key, choice in line.menu.items()]
    action = urls.to(VoicePath.MENU, tries=turn.tries, lang=turn.language)
    return Gather(action, (*before, *choices))


def _support(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    if not facts.is_open:
        return _to_voicemail(desk, urls, turn, facts, why_closed(turn.language, facts.reason))
    if not facts.technicians:
        return _to_voicemail(desk, urls, turn, facts, say(turn.language, prompts.ALL_BUSY))
    return _ring(desk, urls, turn, facts, facts.technicians[0], say(turn.language, prompts.HOLD))


def _after_ringing(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    """The last technician's phone has rung: the two have spoken, or nobody took the call."""
    if have_spoken(turn, facts):
        return Reply((Hangup(),))
    return replace(_try_the_next(desk, urls, turn, facts), not_connected=facts.accepted_by)


def _try_the_next(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    following = next((person for person in facts.technicians if person.id not in turn.rung), None)
    waited_too_long = facts.now - facts.began_at > desk.ringing.longest_hunt + desk.ringing.each
    if following is None or waited_too_long:
        return _to_voicemail(desk, urls, turn, facts, say(turn.language, prompts.ALL_BUSY))
    return _ring(desk, urls, turn, facts, following, say(turn.language, prompts.STILL_TRYING))


def have_spoken(turn: Turn, facts: Facts) -> bool:
    """Return whether the caller has been connected to a technician.

    A key is not enough: the technician may be gone before the carrier connects the two. A late report about somebody
    who was rung before the one who took the call changes nothing.
    """
    if turn.bridged:
        return True
    if facts.accepted_by is None:
        return False
    return facts.accepted_by != turn.last_rung or (turn.bridged is None and turn.picked_up)


def _ring(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts, technician: Person, before: Say) -> Reply:
    return Reply((before, _dial(desk, urls, turn, facts, technician)), rings=technician.id)


def _dial(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts, technician: Person) -> Dial:
    screen = urls.to(
        VoicePath.SCREEN,
        call=facts.call_sid,
        technician=technician.id,
        lang=technician.language,
        line=facts.line,
        caller=facts.caller,
    )
    rung = "-".join(str(id) for id in (*turn.rung, technician.id))
    action = urls.to(VoicePath.RING, rung=rung, lang=turn.language)
    seconds = int(desk.ringing.each.total_seconds())
    return Dial(technician.phone, action, desk.lines[facts.line].number, seconds, screen)


def _to_voicemail(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts, why: Say) -> Reply:
    """Every prompt comes before the redirect, so a caller whose call reaches the beep has heard them all."""
    language, due = turn.language, _due(desk, turn, facts)
    heard = (
        why,
        say(language, prompts.LEAVE_A_MESSAGE, due=due),
        say(language, prompts.LEAVE_YOUR_NUMBER),
        say(language, prompts.RECORDING_NOTICE),
    )
    return Reply((*heard, Redirect(urls.to(VoicePath.BEEP, lang=language))), promises=True)


def _beep(desk: Desk, urls: CallUrls, turn: Turn, facts: Facts) -> Reply:
    # Twilio goes on to the next verb only when nothing was recorded.
    nothing_recorded = Redirect(urls.to(VoicePath.RECORDED, lang=turn.language, nothing=1))
    return Reply((record(desk, urls, turn.language, facts), nothing_recorded), at_beep=True)


def _recorded(desk: Desk, turn: Turn, facts: Facts) -> Reply:
    due = _due(desk, turn, facts)
    if facts.now >= facts.began_at + desk.callback.promise:
        return Reply((say(turn.language, prompts.THANKS_LATE), Hangup()))
    if facts.reference is None:
        return Reply((say(turn.language, prompts.THANKS, due=due), Hangup()))
    thanks = say(turn.language, prompts.THANKS_WITH_REFERENCE, due=due, reference=spelled(facts.reference))
    return Reply((thanks, Pause(1), Hangup()))


def _due(desk: Desk, turn: Turn, facts: Facts) -> str:
    due_at = facts.began_at + desk.callback.promise
    return time_for_caller(due_at, desk.zone, facts.began_at, turn.language, facts.caller)
