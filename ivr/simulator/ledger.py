"""Everything the carrier accepted and did, as its console and its debugger would show it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

FINAL_CALL = ("completed", "busy", "failed", "no-answer", "canceled")


@dataclass
class Message:
    """A text, in either direction."""

    sid: str
    to: str
    from_: str
    body: str
    status: str
    at: datetime
    direction: str
    status_callback: str = ""
    service_sid: str | None = None
    sent_at: datetime | None = None
    updated_at: datetime | None = None
    error_code: int | None = None


@dataclass
class Call:
    """A call: one phone and the carrier. A dialled party has a call of its own, the child of the caller's."""

    sid: str
    to: str
    from_: str
    direction: str
    status: str
    at: datetime
    parent_sid: str | None = None
    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    answered_by: str | None = None

    @property
    def is_over(self) -> bool:
        return self.status in FINAL_CALL

    @property
    def duration(self) -> timedelta:
        if self.answered_at is None or self.ended_at is None:
            return timedelta(0)
        return self.ended_at - self.answered_at


@dataclass
class Recording:
    """What a <Record> caught. `duration` is that of the audio, after trimming."""

    sid: str
    call_sid: str
    status: str
    at: datetime
    source: str = "RecordVerb"
    duration: timedelta = timedelta(0)
    channels: int = 1
    audio: bytes = b""
    error_code: int | None = None


@dataclass(frozen=True)
class Webhook:
    """One request that the carrier made, and the answer. Status 0: there was none."""

    at: datetime
    kind: str
    url: str
    method: str
    params: Mapping[str, str]
    status: int
    body: str


@dataclass(frozen=True)
class Complaint:
    """What Twilio would show in its debugger (twilio.com/docs/api/errors)."""

    at: datetime
    code: int
    message: str
    url: str = ""
    call_sid: str = ""

    def __str__(self) -> str:
        where = f" at {self.url}" if self.url else ""
        return f"{self.code}{where}: {self.message}"


@dataclass
class Ledger:
    """The whole book. The lists only ever grow."""

    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    errors: list[Complaint] = field(default_factory=list)

    def call(self, sid: str) -> Call | None:
        return next((call for call in self.calls if call.sid == sid), None)

    def message(self, sid: str) -> Message | None:
        return next((message for message in self.messages if message.sid == sid), None)

    def recording(self, sid: str) -> Recording | None:
        return next((recording for recording in self.recordings if recording.sid == sid), None)


class Sids:
    """Names in Twilio's form; the same carrier gives the same names in the same order."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._given = 0

    def next(self, prefix: str) -> str:
        self._given += 1
        return prefix + hashlib.sha256(f"{self._seed} {self._given}".encode()).hexdigest()[:32]
