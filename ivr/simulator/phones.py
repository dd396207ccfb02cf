"""Simulated phones. Whoever holds one dials, listens, presses keys, speaks and hangs up.

An action has no effect by itself: the network adds it to its events and carries it out when it runs those that are due.
A phone that nobody touches does what its habit says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Protocol

from ivr.simulator.audio import Sound, sound_in
from ivr.simulator.ledger import Call, Direction

REPORT_DELAY = timedelta(milliseconds=300)
VOUCHED_FOR = "TN-Validation-Passed-A"  # what networks say of most callers' numbers


class Habit(Enum):
    """What a phone does with a call when nobody touches it."""

    RINGS = "rings"  # until the caller gives up
    REJECTS = "rejects"  # rings, and is declined after two seconds: SIP 603
    VOICEMAIL = "voicemail"  # the owner's own voicemail answers

    # It never rings.
    BUSY = "busy"  # SIP 486 after two seconds
    NO_SUCH_NUMBER = "no such number"  # SIP 404 after two seconds
    SWITCHED_OFF = "switched off"  # SIP 480 after two seconds
    UNREACHABLE = "unreachable"  # SIP 503 after two seconds
    NEVER_DIALED = "never dialed"  # the carrier takes the request, and does nothing


class SmsHabit(Enum):
    """What becomes of a text to a phone."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  # error 30003: the phone is off or out of reach
    SILENT = "silent"  # sent, and nothing more is reported
    STOPPED = "stopped"  # error 21610 at once: the owner has texted STOP
    LANDLINE = "landline"  # error 30006: the number takes no texts
    NO_TEXTS = "no texts"  # error 21614 at once: known to be no mobile phone
    UNREGISTERED = "unregistered"  # error 30034: the sender is not registered


class HeardKind(StrEnum):
    """What kind of sound a phone's owner hears."""

    SAY = "say"  # a spoken text
    PLAY = "play"  # an audio file
    BEEP = "beep"  # the start of a recording
    VOICE = "voice"  # the other party


class LegState(StrEnum):
    """Where a leg stands, as its phone shows it."""

    DIALED = "dialed"  # the phone does not ring yet
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    ENDED = "ended"


class AnsweredBy(StrEnum):
    """What answering machine detection reports, in Twilio's words."""

    HUMAN = "human"
    MACHINE = "machine_start"


class WaitEnd(Enum):
    """Why a wait is over."""

    TIME = "time"  # its instant has come
    KEY = "key"  # a key was pressed
    SPEECH = "speech"  # the caller has started to speak
    OTHER_LEG = "other leg"  # a call that this one dialed has ended


@dataclass(frozen=True)
class Wait:
    """What a running document waits for: an instant, and a key or speech before it if it takes those."""

    until: datetime | None
    keys: bool = False
    speech: bool = False


@dataclass(frozen=True)
class Heard:
    """Something that a phone's owner hears."""

    at: datetime
    kind: HeardKind
    text: str
    language: str = ""


@dataclass(frozen=True)
class Speech:
    """What a phone's owner says, from an instant on."""

    sound: Sound
    since: datetime

    @property
    def ends_at(self) -> datetime:
        return self.since + self.sound.length

    def until(self, now: datetime) -> Sound:
        """Return what has been said by now."""
        return self.sound.first(now - self.since)


@dataclass(frozen=True)
class Text:
    """A text that a phone has received."""

    at: datetime
    sender: str
    body: str
    sid: str


class Network(Protocol):
    """What phones ask of the carrier."""

    def dial(self, phone: Phone, number: str, caller_id: str) -> Leg: ...
    def answer(self, leg: Leg) -> None: ...
    def reject(self, leg: Leg) -> None: ...
    def hang_up(self, leg: Leg) -> None: ...
    def press(self, leg: Leg, key: str) -> None: ...
    def speak(self, leg: Leg, sound: Sound) -> None: ...
    def send_text(self, phone: Phone, to: str, body: str) -> None: ...


@dataclass(eq=False)
class Leg:
    """One phone's side of one call."""

    phone: Phone
    call: Call
    heard: list[Heard] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # pressed, and not read by a document yet
    speaking: Speech | None = None
    waiting: Wait | None = None
    bridged_with: Leg | None = None
    was_bridged: bool = False  # whether it was ever connected to its parent
    took: Leg | None = None  # the caller whom it was connected to from a queue
    far_end: Leg | None = None  # of a call between two numbers of the account: the other one's side
    hung_up: bool = False
    parent: Leg | None = None  # the leg whose <Dial> placed this call
    start_dialing: Callable[[], object] = lambda: None
    on_answer: Callable[[], object] = lambda: None
    after_documents: Callable[[], object] | None = None
    status_callback: str = ""
    status_events: set[str] = field(default_factory=set)
    reports_after: timedelta | None = REPORT_DELAY  # None: at once
    machine_callback: str = ""
    send_digits: str = ""  # keys that the carrier presses once this phone answers; "w" waits for half a second
    answered_by: AnsweredBy = AnsweredBy.HUMAN

    @property
    def incoming(self) -> bool:
        """Whether the phone was called, rather than calling one of our numbers."""
        return self.call.direction is not Direction.INBOUND

    @property
    def state(self) -> LegState:
        if self.call.ended_at is not None:
            return LegState.ENDED
        if self.call.answered_at is not None or not self.incoming:
            return LegState.IN_PROGRESS
        return LegState.DIALED if self.call.rang_at is None else LegState.RINGING

    @property
    def other_party(self) -> str:
        return self.call.from_ if self.incoming else self.call.to

    @property
    def bridged(self) -> bool:
        return self.bridged_with is not None

    def answer(self) -> None:
        self.phone.network.answer(self)

    def reject(self) -> None:
        self.phone.network.reject(self)

    def hang_up(self) -> None:
        self.phone.network.hang_up(self)

    def press(self, keys: str) -> None:
        for key in keys:
            self.phone.network.press(self, key)

    def speak(self, wav: bytes) -> None:
        """Speak what a WAV file says. Raise wave.Error or EOFError if it is not one."""
        self.phone.network.speak(self, sound_in(wav))


@dataclass(eq=False)
class Phone:
    network: Network
    number: str
    name: str = ""
    habit: Habit = Habit.RINGS
    rings_after: timedelta = timedelta(0)  # how long the network takes until the phone rings
    voicemail_after: timedelta = timedelta(seconds=20)
    voicemail_plays: str = ""  # keys whose tones the greeting happens to contain
    sms_habit: SmsHabit = SmsHabit.DELIVERED
    stir_verstat: str = ""  # what the network says of its caller ID: see VOUCHED_FOR
    caller_name: str = ""  # the name that the network shows for it
    legs: list[Leg] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    @property
    def ringing(self) -> Leg | None:
        """The incoming call that rings now, if any."""
        return next((leg for leg in self.legs if leg.state is LegState.RINGING), None)

    def dial(self, number: str, caller_id: str | None = None) -> Leg:
        return self.network.dial(self, number, self.number if caller_id is None else caller_id)

    def send_text(self, to: str, body: str) -> None:
        self.network.send_text(self, to, body)


class Phones:
    """Every phone of a network, by its number."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._phones: dict[str, Phone] = {}

    def with_number(self, number: str, name: str = "") -> Phone:
        """Return the phone with this number, the same one every time. A name renames it."""
        phone = self._phones.setdefault(number, Phone(self._network, number, name or number))
        if name:
            phone.name = name
        return phone
