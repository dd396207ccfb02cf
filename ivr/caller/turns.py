"""A caller's turn and the reply to it, as values. A call's place is in the URL, so any process can answer any turn."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Urgency
from callbacks.desk.desk_file import Desk, Language
from callbacks.inbound.caller_choices import CallerChoices
from callbacks.inbound.hunt import Ring
from callbacks.people.person import Person
from callbacks.text.formats import time_for_caller
from ivr.twilio.call_urls import CallUrls, VoicePath
from ivr.twilio.verbs import Verb
from sla.hours import Reason

LONGEST_CALLER = 64  # characters


class Place(enum.Enum):
    """Where a caller is in the call. Each place has a webhook."""

    INCOMING = VoicePath.INCOMING  # the call has just come in
    MENU = VoicePath.MENU  # the caller pressed a key, or none
    LANGUAGE = VoicePath.LANGUAGE  # a language was offered, on a line without a menu
    WAIT = VoicePath.WAIT  # the caller waits for a technician, and has pressed a key or none
    WAITED = VoicePath.WAITED  # the caller waits no longer
    BEEP = VoicePath.BEEP  # the prompts before the recording have been heard
    RECORDED = VoicePath.RECORDED  # the recording has ended
    REVIEW = VoicePath.REVIEW  # after the message: a key, or none
    LISTEN = VoicePath.LISTEN  # the caller asked to hear the message
    NUMBER = VoicePath.NUMBER  # the caller entered another number
    NUMBER_READ_BACK = VoicePath.NUMBER_READ_BACK  # it was read back


@dataclass(frozen=True)
class Choices:
    """What a caller has chosen so far in a call.

    Every URL of the call holds all of it, so a choice that could not be stored is stored with the next turn.
    """

    language: Language = "en"
    urgency: Urgency = Urgency.NONE
    product: str = ""
    is_separate: bool = False  # not about the callback that is open
    wants_manager: bool = False
    box: str = ""  # the voicemail box of a menu; "" for support
    number: str = ""  # E.164: another number to call, entered and confirmed by key

    @property
    def stored(self) -> CallerChoices:
        """Return the choices as they are stored with the call. The language is stored on its own."""
        return CallerChoices(self.urgency, self.product, self.is_separate, self.wants_manager, self.box, self.number)

    @property
    def query(self) -> Mapping[str, str]:
        """Return the part of a URL that holds the choices."""
        found = {"lang": self.language, "urgency": self.urgency.value, "product": self.product, "box": self.box}
        found["number"] = self.number
        flags = {"separate": self.is_separate, "manager": self.wants_manager}
        return {
            **{name: value for name, value in found.items() if value},
            **{name: "1" for name in flags if flags[name]},
        }


@dataclass(frozen=True)
class Turn:
    """One turn of a caller: where they are, what they chose before, and the keys that they pressed, if any."""

    place: Place
    choices: Choices = Choices()
    digits: str = ""
    tries: int = 1  # how often the question has been heard
    queue_result: str = ""  # how the wait ended, in the carrier's word: "bridged", "leave", "hangup" ...
    seconds: int | None = None  # how long the recording is that has just ended; None: there is none
    has_recorded: bool = False  # whether the message came before this question
    entered: str = ""  # the number (E.164) that was read back

    @property
    def language(self) -> Language:
        return self.choices.language

    def choosing(self, **chosen: object) -> Turn:
        """Return the turn with another choice, such as `language="fr"`."""
        return replace(self, choices=replace(self.choices, **chosen))  # type: ignore[arg-type]


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
    busy: frozenset[int] = frozenset()  # the ids of those on call who are
    rings: tuple[Ring, ...] = ()  # who has been rung for this caller
    waited_from: datetime | None = None
    ahead: int = 0  # how many callers have waited longer, with nobody being rung for them
    accepted_by: int | None = None  # the id of the technician who has taken the call
    reference: str | None = None
    number_is_usable: bool = True  # the caller can be called back on the number that the call showed
    message_url: str | None = None  # where the carrier can play the message from; None: not here yet


@dataclass(frozen=True)
class Reply:
    """What the caller hears, and what to record about the call."""

    verbs: tuple[Verb, ...]
    chose: EventKind | None = None  # a choice made in the menu
    choices: Choices | None = None  # everything chosen so far, if this turn has chosen something
    at_beep: bool = False  # the caller hears the beep
    promises: bool = False  # the caller hears when they are called back
    is_waiting: bool = False  # for a technician
    rings: tuple[int, ...] = ()  # the ids of the technicians who are rung now
    ends_wait: bool = False  # nobody is to be rung any more
    not_connected: int | None = None  # the id of the one who had taken the call and was never connected to the caller


@dataclass(frozen=True)
class Step:
    """All that a reply depends on: the desk, the URLs, the turn and the facts."""

    desk: Desk
    urls: CallUrls
    turn: Turn
    facts: Facts = field(repr=False)

    def to(self, place: Place, **query: object) -> str:
        """Return the URL of a place, with the choices made so far."""
        return self.urls.to(place.value, **{**self.turn.choices.query, **query})

    def choosing(self, **chosen: object) -> Step:
        """Return the step as if the caller had also made this choice."""
        return replace(self, turn=self.turn.choosing(**chosen))

    @property
    def due(self) -> str:
        """Return the time by which the caller is called back, as it is spoken to them."""
        due_at = self.facts.began_at + self.desk.callback.promise
        return time_for_caller(due_at, self.desk.zone, self.facts.began_at, self.turn.language, self.facts.caller)
