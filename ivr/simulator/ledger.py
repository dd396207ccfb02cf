"""The record of everything that the carrier accepted and did. Tests check it rather than the application's own word."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.simulator.audio import Sound


class Direction(StrEnum):
    """Who started a call or a text, in Twilio's words."""

    INBOUND = "inbound"  # somebody called or texted one of our numbers
    OUTBOUND_API = "outbound-api"  # the application asked for it over the REST API
    OUTBOUND_DIAL = "outbound-dial"  # a call placed by a <Dial>
    OUTBOUND_REPLY = "outbound-reply"  # a text sent by a <Message>


class CallStatus(StrEnum):
    """How far a call has come, in Twilio's words."""

    QUEUED = "queued"  # accepted, not dialed yet
    INITIATED = "initiated"  # dialed
    RINGING = "ringing"  # the phone rings
    IN_PROGRESS = "in-progress"  # answered
    COMPLETED = "completed"  # ended after it was answered
    BUSY = "busy"  # busy or rejected
    NO_ANSWER = "no-answer"  # nobody answered in time
    CANCELED = "canceled"  # given up by the calling side before it was answered
    FAILED = "failed"  # the number could not be reached

    @property
    def is_final(self) -> bool:
        return self in FINAL_CALL_STATUSES


FINAL_CALL_STATUSES = frozenset({
    CallStatus.COMPLETED, CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.CANCELED, CallStatus.FAILED,
})  # fmt: skip


class MessageStatus(StrEnum):
    """How far a text has come, in Twilio's words."""

    QUEUED = "queued"  # accepted
    SENT = "sent"  # handed to the recipient's network
    DELIVERED = "delivered"  # the recipient's phone has it
    UNDELIVERED = "undelivered"  # the recipient's network gave it back
    RECEIVED = "received"  # an inbound text


class RecordingStatus(StrEnum):
    """Whether a recording has any audio, in Twilio's words."""

    COMPLETED = "completed"  # there is audio
    ABSENT = "absent"  # too short or too silent to keep
    FAILED = "failed"  # lost by the carrier; only reports say so, the API calls it absent


class WebhookKind(StrEnum):
    """What a request to the application is about."""

    VOICE = "voice"  # asks for the next document of a call
    ACTION = "action"  # reports the end of a verb after the caller has hung up; its document is ignored
    STATUS = "status"  # reports a call's status, or who answered it
    RECORDING = "recording"  # reports a recording
    TRANSCRIPTION = "transcription"  # reports what was heard in a recording
    SMS = "sms"  # an inbound text
    MESSAGE_STATUS = "message-status"  # reports an outbound text's status


@dataclass
class Message:
    sid: str
    to: str
    from_: str
    body: str
    direction: Direction
    status: MessageStatus
    created_at: datetime
    status_callback: str = ""
    error_code: int | None = None
    arrived_at: datetime | None = None  # at the recipient's network, which may give it back


@dataclass
class Call:
    sid: str
    to: str
    from_: str
    direction: Direction
    status: CallStatus
    created_at: datetime
    parent_sid: str = ""
    started_at: datetime | None = None
    rang_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    sip_code: int | None = None  # with which the called network ended the call
    stir_verstat: str = ""  # how the network vouches for the caller ID of an inbound call
    caller_name: str = ""

    @property
    def seconds(self) -> int:
        """The duration that Twilio reports: from the answer to the end, at least one second."""
        if self.answered_at is None or self.ended_at is None:
            return 0
        return max(1, round((self.ended_at - self.answered_at) / timedelta(seconds=1)))


@dataclass
class Recording:
    sid: str
    call_sid: str
    created_at: datetime
    status: RecordingStatus
    sound: Sound
    source: str = "RecordVerb"
    error_code: int | None = None
    deleted_at: datetime | None = None  # the audio is gone; what is known about it stays for 40 days

    @property
    def seconds(self) -> int:
        return round(self.sound.length / timedelta(seconds=1))

    @property
    def audio(self) -> bytes:
        return self.sound.wav()


@dataclass
class Transcription:
    """The words of a recording, as the carrier heard them."""

    sid: str
    recording_sid: str
    created_at: datetime
    text: str


@dataclass(frozen=True)
class Webhook:
    """One request to the application, and the response."""

    at: datetime
    kind: WebhookKind
    url: str
    fields: dict[str, str]
    status: int | None  # None: no response at all
    body: str
    content_type: str


@dataclass
class Ledger:
    messages: list[Message] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    transcriptions: list[Transcription] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # what Twilio's debugger would show
