"""A caller's turn and the reply to it, as values. A call's place is in the URL, so any process can answer any turn."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Screening, Urgency
from callbacks.desk.desk_file import Desk, Language
from callbacks.desk.spoken_promise import SpokenPromise, spoken_promise
from callbacks.inbound.caller_choices import CallerChoices
from callbacks.inbound.hunt import Ring
from callbacks.inbound.screening import Admission
from callbacks.people.person import Person
from callbacks.text.bilingual import Words
from callbacks.text.formats import at_time_for_caller, time_for_caller
from ivr.twilio.call_urls import CallUrls, VoicePath
from ivr.twilio.verbs import Verb
from sla.hours import Reason

LONGEST_CALLER = 64  # characters


class Place(enum.Enum):
    """Where a caller is in the call. Each place has a webhook."""

    INCOMING = VoicePath.INCOMING  # the call has just come in
    ANNOUNCEMENT = VoicePath.ANNOUNCEMENT  # the caller has heard what is announced on the line
    ADMISSION = VoicePath.ADMISSION  # the caller was asked for a key, to be let in
    MENU = VoicePath.MENU  # the caller pressed a key, or none
    URGENCY = VoicePath.URGENCY  # the caller was asked how urgent it is
    NAME_TIME = VoicePath.NAME_TIME  # the caller wants to name the time of the call
    NAMED_HOUR = VoicePath.NAMED_HOUR  # the caller has entered a time
    NAMED_TIME = VoicePath.NAMED_TIME  # the time was read back to the caller
    LANGUAGE = VoicePath.LANGUAGE  # a language was offered, on a line without a menu
    AGAIN = VoicePath.AGAIN  # the caller has heard how their open callback stands
    WAIT = VoicePath.WAIT  # the caller waits for a technician, and has pressed a key or none
    WAITED = VoicePath.WAITED  # the caller waits no longer
    TEAM = VoicePath.TEAM  # a phone of a team, or an outside number, has rung for a choice of a menu
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
    named_at: datetime | None = None  # when the caller wants to be called

    @property
    def stored(self) -> CallerChoices:
        """Return the choices as they are stored with the call. The language is stored on its own."""
        return CallerChoices(
            self.urgency,
            self.product,
            self.is_separate,
            self.wants_manager,
            self.box,
            self.number,
            self.named_at,
        )

    @property
    def query(self) -> Mapping[str, str]:
        """Return the part of a URL that holds the choices."""
        found = {"lang": self.language, "urgency": self.urgency.value, "product": self.product, "box": self.box}
        found["number"] = self.number
        found["time"] = str(int(self.named_at.timestamp())) if self.named_at is not None else ""
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
    digits: str = ""  # the key that was pressed, or several where several were asked for
    tries: int = 1  # how often the question has been heard
    only: int = 0  # the id of the technician for whom alone the caller waits; 0: for any
    queue_result: str = ""  # how the wait ended, in the carrier's word: "bridged", "leave", "hangup" ...
    bridged: bool | None = None  # whether the carrier connected the phone that has rung; None: it does not say
    picked_up: bool = False  # whether that phone was picked up
    way: tuple[str, ...] = ()  # the menus through which the caller came, the one they are in last; (): the line's own
    key: str = ""  # the key of that menu whose call is passed on
    called: tuple[str, ...] = ()  # the phones (E.164) that have rung for it
    question_in: Language | None = None  # the language of the question that the keys answer; None: that of the call
    seconds: int | None = None  # how long the recording is that has just ended; None: there is none
    has_recorded: bool = False  # whether the message came before this question
    entered: str = ""  # the number (E.164) that was read back
    offered_at: datetime | None = None  # the time that was read back to the caller

    @property
    def language(self) -> Language:
        return self.choices.language

    @property
    def heard(self) -> Language:
        """The language of the question that the keys answer. What a key means does not change by choosing another."""
        return self.question_in or self.language

    @property
    def place_in_menus(self) -> Mapping[str, str]:
        """Return the part of a URL that holds the way through the menus."""
        return {"menu": ".".join(self.way)} if self.way else {}

    def choosing(self, **chosen: object) -> Turn:
        """Return the turn with another choice, such as `language="fr"`."""
        return replace(self, choices=replace(self.choices, **chosen))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Announced:
    """What is announced on a line."""

    number: int
    words: Words


@dataclass(frozen=True)
class OpenCallback:
    """The callback that is open for the caller's number, and that this call joins."""

    reference: str
    due_at: datetime
    due_with_message: datetime | None = None  # once the caller has left a message; None: the same
    has_owner: bool = False
    owner: Person | None = None  # whose phone may be rung now
    is_held: bool = False  # nobody is paged yet: the caller named a time, or it can wait
    can_wait: bool = False  # as the caller said, and nobody is paged yet
    is_escalating: bool = False  # beyond the people who are paged first
    tried_at: datetime | None = None  # when the caller was last tried
    is_reached: bool = False  # by that try


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
    layers: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)  # who is on call and free, by layer
    wants_manager: bool = False  # asked for by key, also in the queue, after which the URL cannot say so
    accepted_by: int | None = None  # the id of the technician who has taken the call
    reference: str | None = None
    admission: Admission = Admission.LET_IN
    open_callback: OpenCallback | None = None
    number_is_usable: bool = True  # the caller can be called back on the number that the call showed
    is_perhaps_forged: bool = False  # that number failed attestation
    message_url: str | None = None  # where the carrier can play the message from; None: not here yet
    announcements: tuple[Announced, ...] | None = None  # in force on the line; None: the database does not say
    opens_at: datetime | None = None  # when the desk opens next, from the beginning of the call; None: not known

    @property
    def is_staffed(self) -> bool:
        """Whether there is a technician for whom the caller can wait."""
        return self.is_open and bool(self.technicians or self.busy)


@dataclass(frozen=True)
class Reply:
    """What the caller hears, and what to record about the call."""

    verbs: tuple[Verb, ...]
    chose: EventKind | None = None  # a choice made in the menu
    chose_what: str = ""  # the key and where it leads, for the log
    choices: Choices | None = None  # everything chosen so far, if this turn has chosen something
    screening: Screening | None = None  # how the call was let in, or why not
    at_beep: bool = False  # the caller hears the beep
    promises: bool = False  # the caller hears when they are called back
    is_waiting: bool = False  # for a technician
    rings: tuple[int, ...] = ()  # the ids of the technicians who are rung now
    ends_wait: bool = False  # nobody is to be rung any more
    waits_for: tuple[int, ...] = ()  # the announcements of whose end the caller is told by text
    not_connected: int | None = None  # the id of the one who had taken the call and was never connected to the caller
    not_put_through: bool = False  # nobody spoke to the caller on the phones that a menu passed the call on to
    tells_standing: bool = False  # the caller hears how their open callback stands
    has_spoken_with: int | None = None  # the id of the technician with whom the caller has spoken


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

    def at(self, **turned: object) -> Step:
        """Return the step at another place of the menus."""
        return replace(self, turn=replace(self.turn, **turned))  # type: ignore[arg-type]

    @property
    def promise(self) -> SpokenPromise:
        """Return when the caller is called back."""
        facts, choices = self.facts, self.turn.choices
        opens_at = None if facts.is_open else facts.opens_at
        return spoken_promise(self.desk, facts.began_at, choices.urgency, opens_at, choices.named_at)

    @property
    def open_callback(self) -> OpenCallback | None:
        """Return the callback that this call is about, unless the caller said that it is about something else."""
        return None if self.turn.choices.is_separate else self.facts.open_callback

    def spoken_time(self, at: datetime) -> str:
        """Return a time as it is spoken to this caller."""
        return time_for_caller(at, self.desk.zone, self.facts.now, self.turn.language, self.facts.caller)

    def spoken_at(self, at: datetime) -> str:
        """Return when something happened, as it is spoken to this caller: "at 10:42 p.m."."""
        return at_time_for_caller(at, self.desk.zone, self.facts.now, self.turn.language, self.facts.caller)

    @property
    def due(self) -> str:
        """Return the time by which the caller is called back, as it is spoken to them."""
        return self.spoken(self.promise.due_at)

    def spoken(self, at: datetime, now: datetime | None = None) -> str:
        """Return a time as it is spoken to the caller, with its day unless it is the day of the call, or of `now`."""
        facts = self.facts
        return time_for_caller(at, self.desk.zone, now or facts.began_at, self.turn.language, facts.caller)


GoOn = Callable[..., Reply]  # how the call goes on: from a step, and what is said before
