"""What a verb works with: the leg that hears it, the document that it stands in, and what it asks of the carrier."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urljoin

from ivr.simulator.account import Account
from ivr.simulator.audio import Sound, voice_of
from ivr.simulator.events import EventQueue
from ivr.simulator.ledger import CallStatus
from ivr.simulator.phones import Heard, HeardKind, Leg, Wait, WaitEnd
from ivr.simulator.queues import Queues
from ivr.simulator.webhooks import Webhooks


class HungUp(Exception):
    """The phone's owner has hung up."""


class CallEnded(Exception):
    """The document ends the call."""


class Switch(Protocol):
    """What a running document does with calls."""

    queues: Queues

    def dial(self, parent: Leg, number: str, caller_id: str, timeout: timedelta, screen_url: str) -> Leg | None: ...
    def join(self, leg: Leg, caller: Leg) -> None: ...
    def wake(self, leg: Leg) -> None: ...
    def pick_up(self, leg: Leg) -> None: ...
    def end(self, leg: Leg, status: CallStatus) -> None: ...
    def speak(self, leg: Leg, sound: Sound) -> None: ...


@dataclass(frozen=True)
class DocumentRequest:
    """Where the next document comes from."""

    url: str
    fields: dict[str, str]
    document: str = ""  # the TwiML itself, where a request brought it


# A verb yields what it waits for, is resumed with why the wait is over, and returns the request for the document
# that follows, if any. When the phone hangs up, HungUp is raised where the verb waits.
VerbRun = Generator[Wait, WaitEnd, DocumentRequest | None]
SpeechRun = Generator[Wait, WaitEnd, None]


@dataclass(frozen=True)
class Context:
    """One document of one call."""

    leg: Leg
    url: str
    account: Account
    events: EventQueue
    webhooks: Webhooks
    switch: Switch

    @property
    def now(self) -> datetime:
        return self.events.now

    def absolute(self, url: str) -> str:
        """Return a URL in the document as an absolute one."""
        return urljoin(self.url, url)

    def hear(self, kind: HeardKind, text: str = "", language: str = "") -> None:
        self.leg.heard.append(Heard(self.now, kind, text, language))

    def speak_to_far_end(self, length: timedelta) -> None:
        """Have the other number of the account hear a document for a while, in a call between two of its numbers."""
        far_end = self.leg.far_end
        if far_end is not None and self.leg.incoming:
            self.switch.speak(far_end, voice_of(length))
