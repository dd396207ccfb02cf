"""A night between phones: who dials, hears, presses, speaks, reads, answers. Time passes only when the story says so.

The stories of `rehearse` and the scenario tests speak this language. What they do not mention must not happen: when
the night is over, any text that nobody read, any call that nobody noticed and any complaint of the carrier fails it.
"""

from __future__ import annotations

import io
import re
import struct
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callbacks.desk.desk_file import Desk
from callbacks.text.formats import readable_number
from callbacks.worker.loop import Worker
from ivr.simulator import Leg, Phone, SimulatedTwilio
from sla.clock import MovingClock

PATIENCE = timedelta(seconds=90)  # so long somebody listens for what they expect to hear
TEXT_ARRIVES_WITHIN = timedelta(seconds=15)
SWEEP_EVERY = timedelta(seconds=30)  # where nothing is known to happen: what is looked at by the clock alone
# A visitor of the demo may move the clock by weeks: a stretch takes seconds, and a watchdog waits for its end.
STRETCH = timedelta(hours=6)
SWEEP_EVERY_WHEN_FAR_BEHIND = timedelta(minutes=15)


class NotAsTold(AssertionError):
    """The night went otherwise than the story says."""


@dataclass(frozen=True)
class Line:
    """One line of what happened, for people to read."""

    at: datetime
    who: str
    what: str


@dataclass
class Night:
    """The house, the carrier and the clock, and everybody's phones."""

    worker: Worker
    desk: Desk
    carrier: SimulatedTwilio
    clock: MovingClock
    voicemail: bytes | None = None  # what callers say, where a story does not care
    lines: list[Line] = field(default_factory=list)
    _people: dict[str, Person] = field(default_factory=dict)

    def caller(self, number: str) -> Person:
        """A customer's phone."""
        return self._person(f"Customer {readable_number(number)}", number)

    def phone_of(self, name: str) -> Person:
        """A technician's phone, by the technician's name or its first word."""
        return next(person for who, person in self._people.items() if who == name or who.split()[0] == name)

    def gives_a_phone_to(self, name: str, number: str) -> Person:
        return self._person(name, number)

    def _person(self, name: str, number: str) -> Person:
        if name not in self._people:
            self._people[name] = Person(self, name, self.carrier.phone(number, name))
        return self._people[name]

    def minutes_pass(self, minutes: float) -> None:
        self.pass_time(timedelta(minutes=minutes))

    def seconds_pass(self, seconds: float) -> None:
        self.pass_time(timedelta(seconds=seconds))

    def pass_time(self, span: timedelta) -> None:
        self.move_to(self.clock.now() + span)

    def move_to(self, instant: datetime, sweep_every: timedelta = SWEEP_EVERY) -> None:
        """Let everything happen until an instant, in its order: a sweep whenever one has something to do."""
        while (now := self.clock.now()) < instant:
            self.clock.move_to(min(instant, self._next_event(now, sweep_every)))
            self.settle()

    def catch_up(self, instant: datetime) -> None:
        """Go a stretch towards an instant that may be weeks away, sweeping less often where nothing is to happen."""
        behind = instant - self.clock.now()
        if behind <= STRETCH:
            self.move_to(instant)
        else:
            self.move_to(self.clock.now() + STRETCH, SWEEP_EVERY_WHEN_FAR_BEHIND)

    def settle(self) -> None:
        """Let everything happen that is due now."""
        self.carrier.run_due()
        self.worker.sweep()
        self.worker.wait_for_slow_jobs()
        self.carrier.run_due()

    def _next_event(self, now: datetime, sweep_every: timedelta) -> datetime:
        soon = now + timedelta(seconds=1)
        expected = [self.carrier.next_event_at, self.worker.next_due_at(), now + sweep_every]
        return max(soon, min(at for at in expected if at is not None))

    def wait_until(self, happens: Callable[[], bool], within: timedelta = PATIENCE) -> bool:
        """Let time pass until something happens; say whether it did."""
        until = self.clock.now() + within
        self.settle()
        while not happens():
            if self.clock.now() >= until:
                return False
            self.move_to(self.clock.now() + timedelta(seconds=1))
        return True

    def note(self, who: str, what: str) -> None:
        self.lines.append(Line(self.clock.now(), who, what))

    def forget(self) -> None:
        """Whatever came until now has been noticed: a story may be about something else."""
        for person in self._people.values():
            person.forget()

    def is_over(self) -> None:
        """Fails when anything happened that the story does not mention."""
        strays = [stray for person in self._people.values() for stray in person.strays()]
        strays += [f"The carrier complained: {complaint}" for complaint in self.carrier.ledger.errors]
        if strays:
            raise NotAsTold("What nobody expected:\n" + "\n".join(strays))

    def told(self, zone: ZoneInfo) -> list[str]:
        """Give every line that was heard, read or done, in order."""
        heard = [line for person in self._people.values() for line in person.heard()]
        lines = sorted([*self.lines, *heard], key=lambda line: line.at)
        return [f"{line.at.astimezone(zone):%H:%M:%S}  {line.who:<24}{line.what}" for line in lines]


@dataclass
class Person:
    """Somebody with a phone in the hand."""

    night: Night
    name: str
    phone: Phone
    _read: int = 0
    _calls: list[OnTheLine] = field(default_factory=list)

    # Calls

    def dials(self, line: str, caller_id: str | None = None) -> OnTheLine:
        number = self.night.desk.lines[line].number
        self.night.note(self.name, f"dials the {line} line, {readable_number(number)}")
        leg = self.phone.dial(number) if caller_id is None else self.phone.dial(number, caller_id=caller_id)
        self.night.settle()
        return self._on(leg)

    def is_rung(self, within: timedelta = timedelta(seconds=30)) -> OnTheLine:
        """The phone rings, now or soon."""
        self.night.wait_until(lambda: self._ringing() is not None, within)
        leg = self._ringing()
        if leg is None:
            raise NotAsTold(f"{self.name}'s phone does not ring.")
        self.night.note(self.name, "'s phone rings")
        return self._on(leg)

    def _ringing(self) -> Leg | None:
        leg = self.phone.ringing
        return leg if leg is not None and leg not in [call.leg for call in self._calls] else None

    def _on(self, leg: Leg) -> OnTheLine:
        call = OnTheLine(self.night, self, leg)
        self._calls.append(call)
        return call

    # Texts

    def reads(self, *words: str, within: timedelta = TEXT_ARRIVES_WITHIN) -> str:
        """The next text says all these words; give the text."""
        if not self.night.wait_until(lambda: len(self.phone.texts) > self._read, within):
            raise NotAsTold(f"{self.name} gets no text. Expected: {' ... '.join(words)}")
        text = self.phone.texts[self._read]
        self._read += 1
        self.night.note(self.name, f'reads: "{text.body}"')
        missing = [word for word in words if word.casefold() not in text.body.casefold()]
        if missing:
            raise NotAsTold(f"{self.name} reads {text.body!r}, without {', '.join(map(repr, missing))}.")
        return text.body

    def reads_nothing(self) -> None:
        self.night.settle()
        if len(self.phone.texts) > self._read:
            raise NotAsTold(f"{self.name} reads {self.phone.texts[self._read].body!r}, and should read nothing.")

    @property
    def code(self) -> str:
        """The code in the last page that came to this phone."""
        for text in reversed(self.phone.texts):
            found = re.search(r"(?:Reply|Répondez|PASS|DONE|FAIT) ([0-9]{4})", text.body)
            if found:
                return found[1]
        raise NotAsTold(f"{self.name} has no text with a code.")

    def texts(self, words: str) -> Person:
        """Text the desk; `{code}` stands for the code of the last page."""
        body = words.replace("{code}", self.code) if "{code}" in words else words
        self.night.note(self.name, f'texts: "{body}"')
        sender = self.phone.texts[-1].sender if self.phone.texts else next(iter(self.night.desk.lines.values())).number
        self.phone.send_text(sender, body)
        self.night.settle()
        return self

    # Afterwards

    def forget(self) -> None:
        self._read = len(self.phone.texts)
        noticed = [call.leg for call in self._calls]
        self._calls += [OnTheLine(self.night, self, leg) for leg in self.phone.legs if leg not in noticed]

    def strays(self) -> list[str]:
        unread = [f"{self.name} got a text nobody expected: {t.body!r}" for t in self.phone.texts[self._read :]]
        noticed = [call.leg for call in self._calls]
        unnoticed = [f"{self.name} was rung by {leg.other_party}" for leg in self.phone.legs if leg not in noticed]
        return unread + unnoticed

    def heard(self) -> list[Line]:
        lines = []
        for leg in self.phone.legs:
            for heard in leg.heard:
                words = f'hears: "{heard.text}"' if heard.kind in ("say", "voice") else f"hears: ({heard.kind})"
                lines.append(Line(heard.at, self.name, words))
        return lines


@dataclass
class OnTheLine:
    """Somebody's side of one call."""

    night: Night
    person: Person
    leg: Leg
    _listened: int = 0

    def answers(self) -> OnTheLine:
        self._note("answers")
        self.leg.answer()
        self.night.settle()
        return self

    def rejects(self) -> OnTheLine:
        self._note("rejects the call")
        self.leg.reject()
        self.night.settle()
        return self

    def lets_it_ring(self) -> None:
        """Until the other side gives up."""
        if not self.night.wait_until(lambda: self.leg.state == "ended"):
            raise NotAsTold(f"{self.person.name}'s phone rings and rings.")
        self._note("let it ring")

    def hears(self, words: str) -> OnTheLine:
        """Listen until these words are heard, from where one listened last."""
        self.night.wait_until(lambda: self._find(words) is not None)
        found = self._find(words)
        if found is None:
            heard = " / ".join(heard.text or heard.kind for heard in self.leg.heard[self._listened :])
            raise NotAsTold(f"{self.person.name} does not hear {words!r} but: {heard or 'silence'}")
        self._listened = found
        return self

    def hears_the_beep(self) -> OnTheLine:
        if not self.night.wait_until(lambda: any(h.kind == "beep" for h in self.leg.heard[self._listened :])):
            raise NotAsTold(f"{self.person.name} hears no beep.")
        self._listened = len(self.leg.heard)
        return self

    def presses(self, keys: str) -> OnTheLine:
        self._note(f"presses {keys}")
        self.leg.press(keys)
        self.night.settle()
        return self

    def says(self, what: bytes | float) -> OnTheLine:
        """Speak: a WAV, or so many seconds of sound."""
        audio = what if isinstance(what, bytes) else self.night.voicemail or hum(what)
        self._note(f"speaks for {_seconds(audio):.0f} seconds")
        self.leg.speak(audio)
        self.night.settle()
        self.night.seconds_pass(_seconds(audio))
        return self

    def starts_to_say(self, seconds: float, audio: bytes | None = None) -> OnTheLine:
        """Speak, and be interrupted after so many seconds."""
        self._note("begins to speak")
        self.leg.speak(audio or self.night.voicemail or hum(60))
        self.night.settle()
        self.night.seconds_pass(seconds)
        return self

    def waits(self, seconds: float) -> OnTheLine:
        self.night.seconds_pass(seconds)
        return self

    def hangs_up(self) -> None:
        self._note("hangs up")
        self.leg.hang_up()
        self.night.settle()
        self.night.seconds_pass(2)

    def is_hung_up_on(self) -> None:
        if not self.night.wait_until(lambda: self.leg.state == "ended"):
            raise NotAsTold(f"The call of {self.person.name} goes on.")

    def is_connected_to(self, other: OnTheLine) -> OnTheLine:
        if not self.night.wait_until(lambda: self.leg.bridged and other.leg.bridged):
            raise NotAsTold(f"{self.person.name} is not connected to {other.person.name}.")
        self._note(f"is connected to {other.person.name}")
        return self

    def _find(self, words: str) -> int | None:
        for index, heard in enumerate(self.leg.heard[self._listened :], start=self._listened):
            if words.casefold() in (heard.text or "").casefold():
                return index
        return None

    def _note(self, what: str) -> None:
        self.night.note(self.person.name, what)


def hum(seconds: float) -> bytes:
    """A WAV of so many seconds that is not silence: 8 kHz, mono, 16 bit, as a phone has it."""
    wave_length = struct.pack("<20h", *[6000] * 10, *[-6000] * 10)
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(wave_length * round(seconds * 400))
    return out.getvalue()


def _seconds(audio: bytes) -> float:
    with wave.open(io.BytesIO(audio)) as file:
        return float(file.getnframes() / file.getframerate())
