"""Virtual phones: whoever holds one dials, hears, presses, speaks, hangs up; untouched, a phone has its habits.

A gesture changes nothing by itself: it becomes an event at this instant, and happens when the carrier runs what is due.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Literal

from ivr.simulator.audio import Sound, sound_in
from ivr.simulator.ledger import Call

if TYPE_CHECKING:
    from ivr.simulator.calls import Wait
    from ivr.simulator.carrier import SimulatedTwilio


Gesture = Callable[[], object]


class Habit(Enum):
    """What a phone does with a call when nobody touches it."""

    RINGS = "rings"
    REJECTS = "rejects"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    VOICEMAIL = "voicemail"


class SmsHabit(Enum):
    """What becomes of a text to a phone."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"  # 30003: off or out of reach
    SILENT = "silent"  # sent, and never heard of again
    STOPPED = "stopped"  # 21610 at once
    LANDLINE = "landline"  # 30006
    UNREGISTERED = "unregistered"  # 30034: the sender's fault, not this phone's


@dataclass(frozen=True)
class Heard:
    """Something that a phone's owner hears."""

    at: datetime
    kind: Literal["say", "play", "beep", "voice"]
    text: str
    language: str = ""


@dataclass(frozen=True)
class Text:
    at: datetime
    sender: str
    body: str
    sid: str


@dataclass(eq=False)
class Leg:
    """One phone's side of one call."""

    carrier: SimulatedTwilio
    phone: Phone
    call: Call
    heard: list[Heard] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)  # pressed and not yet taken
    speaking: Sound | None = None
    speaks_since: datetime | None = None
    waiting: Wait | None = None
    bridged_with: Leg | None = None
    hung_up: bool = False
    parent: Leg | None = None  # whose <Dial> rang this phone
    on_answer: Gesture = lambda: None
    after_documents: Gesture | None = None
    status_callback: str = ""
    status_events: set[str] = field(default_factory=set)
    machine_callback: str = ""
    answered_by: Literal["human", "machine_start"] = "human"

    @property
    def state(self) -> Literal["ringing", "in-progress", "ended"]:
        if self.call.ended_at is not None:
            return "ended"
        return "ringing" if self.call.answered_at is None and self.call.direction != "inbound" else "in-progress"

    @property
    def other_party(self) -> str:
        return self.call.to if self.call.direction == "inbound" else self.call.from_

    @property
    def bridged(self) -> bool:
        return self.bridged_with is not None

    def answer(self) -> None:
        self.carrier.soon(lambda: self.carrier.answered(self))

    def reject(self) -> None:
        self.carrier.soon(lambda: self.carrier.refused(self, "busy"))

    def hang_up(self) -> None:
        self.carrier.soon(lambda: self.carrier.hangs_up(self))

    def press(self, keys: str) -> None:
        for key in keys:
            self.carrier.soon(lambda key=key: self.carrier.presses(self, key))  # type: ignore[misc]

    def speak(self, wav: bytes) -> None:
        sound = sound_in(wav)
        self.carrier.soon(lambda: self.carrier.speaks(self, sound))


@dataclass(eq=False)
class Phone:
    carrier: SimulatedTwilio
    number: str
    name: str = ""
    habit: Habit = Habit.RINGS
    voicemail_after: timedelta = timedelta(seconds=20)
    voicemail_plays: str = ""  # keys that the greeting happens to sound like
    sms_habit: SmsHabit = SmsHabit.DELIVERED
    legs: list[Leg] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    @property
    def ringing(self) -> Leg | None:
        """An incoming call that rings now."""
        return next((leg for leg in self.legs if leg.state == "ringing"), None)

    def dial(self, number: str, caller_id: str | None = None) -> Leg:
        return self.carrier.dialled(self, number, self.number if caller_id is None else caller_id)

    def send_text(self, to: str, body: str) -> None:
        self.carrier.soon(lambda: self.carrier.text_comes_in(self, to, body))
