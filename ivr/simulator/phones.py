"""Virtual phones: people dial, hear, press, speak, hang up and read on them; what nobody does, a habit does.

A gesture takes effect when the carrier next performs what is due (`run_due`), in the order of the gestures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.simulator.habits import Habit, SmsHabit
from ivr.simulator.sound import Sound, Speech

Later = Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class Heard:
    """Something that was heard: say, play, beep, ring, silence, tone or voice."""

    at: datetime
    kind: str
    text: str = ""
    language: str = ""
    voice: str = ""


@dataclass(frozen=True)
class Text:
    """A text that arrived."""

    at: datetime
    sender: str
    body: str
    sid: str


class Line(Protocol):
    """The carrier's end of a phone's call: where the gestures go."""

    def picked_up(self) -> None: ...
    def refused(self, status: str) -> None: ...
    def hung_up(self) -> None: ...
    def pressed(self, key: str) -> None: ...
    def spoke(self, sound: Sound) -> None: ...


class Leg:
    """A phone's side of one call."""

    def __init__(self, phone: Phone, other_party: str, incoming: bool, later: Later) -> None:
        self.phone, self.incoming = phone, incoming
        self.other_party = other_party
        self.state = "ringing"  # in-progress, ended
        self.connected_to: Leg | None = None
        self.speeches: list[Speech] = []
        self.line: Line | None = None
        self.sid = ""
        self.greeting = ""  # of the voicemail that answered
        self._heard: list[Heard] = []
        self._later = later

    @property
    def heard(self) -> list[Heard]:
        return list(self._heard)

    @property
    def bridged(self) -> bool:
        return self.connected_to is not None

    def answer(self) -> None:
        self._gesture(lambda line: line.picked_up())

    def reject(self) -> None:
        self._gesture(lambda line: line.refused("busy"))

    def hang_up(self) -> None:
        self._gesture(lambda line: line.hung_up())

    def press(self, keys: str) -> None:
        """Press keys one after the other."""
        if not keys or set(keys) - set("0123456789*#"):
            raise ValueError(f"{keys!r} are no keys of a phone: 0 to 9, * and #.")
        for key in keys:
            self._gesture(lambda line, key=key: line.pressed(key))  # type: ignore[misc]

    def speak(self, wav: bytes) -> None:
        """Say what a WAV says; it takes as long as it takes. Who is still speaking goes on with it afterwards."""
        sound = Sound.from_wav(wav)
        self._gesture(lambda line: line.spoke(sound))

    def hears(self, heard: Heard) -> None:
        self._heard.append(heard)

    def begin_to_speak(self, sound: Sound, now: datetime) -> Speech:
        speech = Speech(sound, max(now, self.quiet_at or now))
        self.speeches.append(speech)
        return speech

    @property
    def quiet_at(self) -> datetime | None:
        """When the last thing said ends, or ended."""
        return self.speeches[-1].ends_at if self.speeches else None

    def _gesture(self, act: Callable[[Line], None]) -> None:
        def perform() -> None:
            if self.line is not None and self.state != "ended":
                act(self.line)

        self._later(perform)


class Phone:
    """A phone with a number."""

    def __init__(
        self, number: str, name: str, place: Callable[[Phone, str, str], Leg], text: Callable[[Phone, str, str], None]
    ) -> None:
        self.number, self.name = number, name
        self.habit: Habit = Habit.RINGS
        self.sms_habit: SmsHabit = SmsHabit.DELIVERED
        self.texts: list[Text] = []
        self.sent: list[Text] = []
        self.legs: list[Leg] = []
        self._place, self._text = place, text

    @property
    def ringing(self) -> Leg | None:
        """The incoming call that rings now."""
        return next((leg for leg in list(self.legs) if leg.incoming and leg.state == "ringing"), None)

    def dial(self, to: str, caller_id: str | None = None) -> Leg:
        """Call one of the carrier's own numbers. `caller_id` is what the other side is shown instead of our number."""
        return self._place(self, to, self.number if caller_id is None else caller_id)

    def send_text(self, to: str, body: str) -> None:
        """Text one of the carrier's own numbers."""
        self._text(self, to, body)
