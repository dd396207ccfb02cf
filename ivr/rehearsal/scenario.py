"""The steps that stories are made of: people dial, hear, press keys, speak and read. Time passes only in these steps.

The stories of `rehearse` and the scenario tests use them. A story fails at its end when anything happened that it does
not mention: an unread text, an unexpected call, or an error that the carrier reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from callbacks.cli.context import Service
from callbacks.text.formats import readable_number
from ivr.rehearsal.audio import seconds_of, tone
from ivr.simulator import VOUCHED_FOR, Leg, Phone, SimulatedTwilio
from sla.clock import MovingClock

LISTENS_FOR = timedelta(seconds=90)  # how long a person listens for the words they expect
TEXT_ARRIVES_WITHIN = timedelta(seconds=15)
SWEEP_EVERY = timedelta(seconds=30)  # while no event is scheduled
# A visitor of the demo may move the clock by weeks. One stretch takes seconds, less than the watchdog's limit.
STRETCH = timedelta(hours=6)
SWEEP_EVERY_WHEN_FAR_BEHIND = timedelta(minutes=15)


class StoryFailed(AssertionError):
    """Something did not happen as the story expects."""


@dataclass(frozen=True)
class TranscriptLine:
    """What one person did, heard or read."""

    at: datetime
    who: str
    what: str


@dataclass
class Scenario:
    """The service, the simulated carrier, the clock, and the people with their phones."""

    service: Service
    carrier: SimulatedTwilio
    clock: MovingClock
    voicemail: bytes | None = None  # a WAV that callers play where a story gives no audio of its own
    lines: list[TranscriptLine] = field(default_factory=list)
    _people: dict[str, Person] = field(default_factory=dict)

    def caller(self, number: str) -> Person:
        """Return the customer with this number."""
        person = self._person(f"Customer {readable_number(number)}", number)
        person.phone.stir_verstat = person.phone.stir_verstat or VOUCHED_FOR
        return person

    def phone_of(self, name: str) -> Person:
        """Return the person of this name or first name."""
        return next(person for who, person in self._people.items() if who == name or who.split()[0] == name)

    def add_person(self, name: str, number: str) -> Person:
        """Give a phone to a person who is not a customer, and return them."""
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
        """Run every event until an instant, in order, with a sweep whenever the worker has something to do."""
        while (now := self.clock.now()) < instant:
            self.clock.move_to(min(instant, self._next_event(now, sweep_every)))
            self.settle()

    def catch_up(self, instant: datetime) -> None:
        """Move one stretch towards an instant that may be weeks away, and sweep less often when it is far."""
        behind = instant - self.clock.now()
        if behind <= STRETCH:
            self.move_to(instant)
        else:
            self.move_to(self.clock.now() + STRETCH, SWEEP_EVERY_WHEN_FAR_BEHIND)

    def settle(self) -> None:
        """Run everything that is due now."""
        self.carrier.run_due()
        self.service.worker.sweep()
        self.service.worker.wait_for_slow_jobs()
        self.carrier.run_due()

    def _next_event(self, now: datetime, sweep_every: timedelta) -> datetime:
        soon = now + timedelta(seconds=1)
        expected = [self.carrier.next_event_at, self.service.worker.next_due_at(), now + sweep_every]
        return max(soon, min(at for at in expected if at is not None))

    def wait_until(self, condition: Callable[[], bool], within: timedelta = LISTENS_FOR) -> bool:
        """Let time pass until a condition holds. Return whether it did."""
        until = self.clock.now() + within
        self.settle()
        while not condition():
            if self.clock.now() >= until:
                return False
            self.move_to(self.clock.now() + timedelta(seconds=1))
        return True

    def note(self, who: str, what: str) -> None:
        """Add a line to the transcript."""
        self.lines.append(TranscriptLine(self.clock.now(), who, what))

    def ignore_so_far(self) -> None:
        """Treat all texts and calls so far as expected: the story is about what comes next."""
        for person in self._people.values():
            person.ignore_so_far()

    def ends(self) -> None:
        """Raise StoryFailed when anything happened that the story does not mention."""
        unexpected = [each for person in self._people.values() for each in person.unexpected()]
        unexpected += [f"The carrier reported an error: {error}" for error in self.carrier.ledger.errors]
        if unexpected:
            raise StoryFailed("This was not expected:\n" + "\n".join(unexpected))

    def transcript(self, zone: ZoneInfo) -> list[str]:
        """Return what people heard, read or did, in order, one line each."""
        heard = [line for person in self._people.values() for line in person.heard()]
        lines = sorted([*self.lines, *heard], key=lambda line: line.at)
        return [f"{line.at.astimezone(zone):%H:%M:%S}  {line.who:<23} {line.what}" for line in lines]


@dataclass
class Person:
    """A person with a phone."""

    scenario: Scenario
    name: str
    phone: Phone
    _read: int = 0
    _calls: list[PhoneCall] = field(default_factory=list)

    # Calls

    def dials(self, line: str, caller_id: str | None = None) -> PhoneCall:
        number = self.scenario.service.desk.lines[line].number
        self.scenario.note(self.name, f"dials the {line} line, {readable_number(number)}")
        leg = self.phone.dial(number) if caller_id is None else self.phone.dial(number, caller_id=caller_id)
        self.scenario.settle()
        return self._on(leg)

    def is_rung(self, within: timedelta = timedelta(seconds=30)) -> PhoneCall:
        """Wait for the phone to ring, and return the call. Raise StoryFailed."""
        self.scenario.wait_until(lambda: self._ringing() is not None, within)
        leg = self._ringing()
        if leg is None:
            raise StoryFailed(f"{self.name}'s phone does not ring.")
        self.scenario.note(self.name, "'s phone rings")
        return self._on(leg)

    def is_dialed(self, within: timedelta = timedelta(seconds=30)) -> PhoneCall:
        """Wait for a call to this phone, which may never ring, and return it. Raise StoryFailed."""
        self.scenario.wait_until(lambda: bool(self._unnoticed()), within)
        legs = self._unnoticed()
        if not legs:
            raise StoryFailed(f"Nobody calls {self.name}.")
        self.scenario.note(self.name, "'s phone is called")
        return self._on(legs[0])

    def _unnoticed(self) -> list[Leg]:
        noticed = [call.leg for call in self._calls]
        return [leg for leg in self.phone.legs if leg not in noticed]

    def _ringing(self) -> Leg | None:
        leg = self.phone.ringing
        return leg if leg is not None and leg not in [call.leg for call in self._calls] else None

    def _on(self, leg: Leg) -> PhoneCall:
        call = PhoneCall(self.scenario, self, leg)
        self._calls.append(call)
        return call

    # Texts

    def reads(self, *words: str, within: timedelta = TEXT_ARRIVES_WITHIN) -> str:
        """Read the next text, which must have all these words, and return it. Raise StoryFailed."""
        if not self.scenario.wait_until(lambda: len(self.phone.texts) > self._read, within):
            raise StoryFailed(f"{self.name} gets no text. Expected: {' ... '.join(words)}")
        text = self.phone.texts[self._read]
        self._read += 1
        self.scenario.note(self.name, f'reads: "{text.body}"')
        missing = [word for word in words if word.casefold() not in text.body.casefold()]
        if missing:
            raise StoryFailed(f"{self.name} reads {text.body!r}, without {', '.join(map(repr, missing))}.")
        return text.body

    def reads_nothing(self) -> None:
        self.scenario.settle()
        if len(self.phone.texts) > self._read:
            raise StoryFailed(f"{self.name} reads {self.phone.texts[self._read].body!r}, and should read nothing.")

    @property
    def code(self) -> str:
        """Return the code of the last page on this phone. Raise StoryFailed."""
        for text in reversed(self.phone.texts):
            found = re.search(r"(?:Reply|Répondez|PASS|DONE|FAIT|ALLOW|AUTORISE|NOTE|MORE|SUIVI) ([0-9]{6})", text.body)
            if found:
                return found[1]
        raise StoryFailed(f"{self.name} has no text with a code.")

    def texts(self, words: str) -> Person:
        """Text the desk. `{code}` stands for the code of the last page."""
        body = words.replace("{code}", self.code) if "{code}" in words else words
        self.scenario.note(self.name, f'texts: "{body}"')
        lines = list(self.scenario.service.desk.lines.values())
        self.phone.send_text(self.phone.texts[-1].sender if self.phone.texts else lines[0].number, body)
        self.scenario.settle()
        return self

    def resolves(self, word: str = "done") -> Person:
        """Report by text that the customer was reached and served; say so again where no attempt is on record.

        A technician who neither owns the callback nor has tried takes it first.
        """
        answer = self.texts(f"{word} {{code}}").reads()
        if "Take it first" in answer or "Prenez-le d'abord" in answer:
            self.texts("{code}").reads()
            answer = self.texts(f"{word} {{code}}").reads()
        if "Did you reach them?" in answer or "joint?" in answer:
            answer = self.texts(f"{word} {{code}}").reads()
        if "is resolved" not in answer and "est réglé" not in answer:
            raise StoryFailed(f"{self.name} reads {answer!r}, and has not resolved it.")
        return self

    # Afterwards

    def ignore_so_far(self) -> None:
        self._read = len(self.phone.texts)
        self._calls += [PhoneCall(self.scenario, self, leg) for leg in self._unnoticed()]

    def unexpected(self) -> list[str]:
        """Return the texts and calls that the story does not mention."""
        unread = [f"{self.name} got a text that was not expected: {t.body!r}" for t in self.phone.texts[self._read :]]
        unnoticed = [
            f"{self.name} got a call from {leg.other_party} that was not expected" for leg in self._unnoticed()
        ]
        return unread + unnoticed

    def heard(self) -> list[TranscriptLine]:
        """Return everything heard on the phone."""
        lines = []
        for leg in self.phone.legs:
            for heard in leg.heard:
                words = f'hears: "{heard.text}"' if heard.kind in ("say", "voice") else f"hears: ({heard.kind})"
                lines.append(TranscriptLine(heard.at, self.name, words))
        return lines


@dataclass
class PhoneCall:
    """One person's side of a call."""

    scenario: Scenario
    person: Person
    leg: Leg
    _listened: int = 0

    def answers(self) -> PhoneCall:
        self._note("answers")
        self.leg.answer()
        self.scenario.settle()
        return self

    def rejects(self) -> PhoneCall:
        self._note("rejects the call")
        self.leg.reject()
        self.scenario.settle()
        return self

    def lets_it_ring(self) -> None:
        """Wait until the other side gives up. Raise StoryFailed."""
        if not self.scenario.wait_until(lambda: self.leg.state == "ended"):
            raise StoryFailed(f"{self.person.name}'s phone does not stop ringing.")
        self._note("let it ring")

    def hears(self, words: str) -> PhoneCall:
        """Listen for these words, from where this person listened last. Raise StoryFailed."""
        self.scenario.wait_until(lambda: self._find(words) is not None)
        found = self._find(words)
        if found is None:
            heard = " / ".join(heard.text or heard.kind for heard in self.leg.heard[self._listened :])
            raise StoryFailed(f"{self.person.name} does not hear {words!r}, but: {heard or 'silence'}")
        self._listened = found
        return self

    def hears_the_beep(self) -> PhoneCall:
        if not self.scenario.wait_until(lambda: any(h.kind == "beep" for h in self.leg.heard[self._listened :])):
            raise StoryFailed(f"{self.person.name} hears no beep.")
        self._listened = len(self.leg.heard)
        return self

    def presses(self, keys: str) -> PhoneCall:
        self._note(f"presses {keys}")
        self.leg.press(keys)
        self.scenario.settle()
        return self

    def says(self, what: bytes | float) -> PhoneCall:
        """Play a WAV, or a tone of this many seconds."""
        audio = what if isinstance(what, bytes) else self.scenario.voicemail or tone(what)
        self._note(f"speaks for {seconds_of(audio):.0f} seconds")
        self.leg.speak(audio)
        self.scenario.settle()
        self.scenario.seconds_pass(seconds_of(audio))
        return self

    def starts_to_say(self, seconds: float, audio: bytes | None = None) -> PhoneCall:
        """Start to speak, and return after a number of seconds, before the end of the audio."""
        self._note("begins to speak")
        self.leg.speak(audio or self.scenario.voicemail or tone(60))
        self.scenario.settle()
        self.scenario.seconds_pass(seconds)
        return self

    def waits(self, seconds: float) -> PhoneCall:
        self.scenario.seconds_pass(seconds)
        return self

    def hangs_up(self) -> None:
        self._note("hangs up")
        self.leg.hang_up()
        self.scenario.settle()
        self.scenario.seconds_pass(2)

    def is_hung_up_on(self) -> None:
        if not self.scenario.wait_until(lambda: self.leg.state == "ended"):
            raise StoryFailed(f"The call of {self.person.name} goes on.")

    def is_connected_to(self, other: PhoneCall) -> PhoneCall:
        if not self.scenario.wait_until(lambda: self.leg.bridged and other.leg.bridged):
            raise StoryFailed(f"{self.person.name} is not connected to {other.person.name}.")
        self._note(f"is connected to {other.person.name}")
        return self

    def _find(self, words: str) -> int | None:
        for index, heard in enumerate(self.leg.heard[self._listened :], start=self._listened):
            if words.casefold() in (heard.text or "").casefold():
                return index
        return None

    def _note(self, what: str) -> None:
        self.scenario.note(self.person.name, what)
