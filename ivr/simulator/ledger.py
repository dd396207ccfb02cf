"""Everything that the carrier accepted and did: the only witness that the tests believe."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.simulator.audio import Sound


@dataclass
class Message:
    sid: str
    to: str
    from_: str
    body: str
    direction: str  # inbound, outbound-api, outbound-reply
    status: str
    created_at: datetime
    status_callback: str = ""
    error_code: int | None = None


@dataclass
class Call:
    sid: str
    to: str
    from_: str
    direction: str  # inbound, outbound-api, outbound-dial
    status: str
    created_at: datetime
    parent_sid: str = ""
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def seconds(self) -> int:
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(1, round((self.ended_at - self.answered_at) / timedelta(seconds=1)))


@dataclass
class Recording:
    sid: str
    call_sid: str
    created_at: datetime
    status: str  # completed, absent
    sound: Sound
    source: str = "RecordVerb"

    @property
    def seconds(self) -> int:
        return round(self.sound.length / timedelta(seconds=1))

    @property
    def audio(self) -> bytes:
        return self.sound.wav()


@dataclass(frozen=True)
class Webhook:
    """One request that the carrier made of the application, and what it got."""

    at: datetime
    kind: str
    url: str
    fields: dict[str, str]
    status: int | None  # None: no answer at all
    body: str


@dataclass
class Ledger:
    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # what Twilio's debugger would show
