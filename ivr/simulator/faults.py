"""Faults on request: requests refused, responses lost, webhooks lost, duplicated or late, phones that do not work."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Place(StrEnum):
    """Where a fault happens. The places of webhooks have the values of `WebhookKind`."""

    SENDING = "sending"  # REST requests that create a text or a call
    MESSAGES = "messages"  # REST requests that create a text
    CALLS = "calls"  # REST requests that create a call
    LISTS = "lists"  # REST requests for a list
    DELETIONS = "deletions"  # REST requests that delete a recording
    RECORD = "record"  # a <Record> ends
    MEDIA = "media"  # downloads of a recording's audio
    VOICE = "voice"  # requests for the next document of a call
    ACTION = "action"  # reports of a verb's end after the caller has hung up
    STATUS = "status"  # reports of a call's status
    RECORDING = "recording"  # reports of a recording
    TRANSCRIPTION = "transcription"  # reports of what was heard in a recording
    SMS = "sms"  # inbound texts
    MESSAGE_STATUS = "message-status"  # reports of an outbound text's status
    PHONE_RINGS = "phone rings"  # a phone is called
    BRIDGE = "bridge"  # two calls are connected
    TEXT_ARRIVES = "text arrives"  # a text reaches a phone


class FaultKind(StrEnum):
    """What goes wrong."""

    # SENDING, MESSAGES, CALLS, DELETIONS
    TOO_MANY_REQUESTS = "429"  # refused, nothing is done
    ACCOUNT_SUSPENDED = "account"  # refused, nothing is done
    SERVER_ERROR = "500"  # refused, nothing is done; also for LISTS
    SERVER_ERROR_BUT_DONE = "500 but done"  # done, although the response is an error
    RESPONSE_LOST = "answer lost"  # done, but the connection breaks before the response
    CONNECTION_REFUSED = "refused connection"  # nothing is done, there is no response
    REPORT_FIRST = "report first"  # done, and reported before the response comes back

    # LISTS
    BEHIND = "behind"  # what is younger than `Fault.delay` is not listed yet

    # webhooks
    LOST = "lost"  # never sent
    DUPLICATED = "doubled"  # sent twice
    LATE = "late"  # sent after `Fault.delay`
    REORDERED = "reordered"  # sent after the next one

    # RECORD
    FAILED = "failed"  # there is no audio, and an error
    ABSENT = "absent"  # the caller is heard, and the recording has no audio

    # MEDIA
    NOT_FOUND = "404"  # the audio is not there
    REDIRECTED = "redirected"  # the audio is in a storage outside, which refuses a request with a login
    CUT_SHORT = "cut short"  # only the first half of the audio

    # PHONE_RINGS: the values of `Habit`
    BUSY = "busy"
    NO_SUCH_NUMBER = "no such number"
    SWITCHED_OFF = "switched off"
    UNREACHABLE = "unreachable"
    NEVER_DIALED = "never dialed"
    VOICEMAIL = "voicemail"

    # BRIDGE
    FALSE_BRIDGE = "false bridge"  # the called phone is answered, nobody hears the other, and the network ends it

    # TEXT_ARRIVES: the values of `SmsHabit`
    UNDELIVERED = "undelivered"
    SILENT = "silent"
    LANDLINE = "landline"
    UNREGISTERED = "unregistered"


UNTIL_SWITCHED_OFF = math.inf


@dataclass
class Fault:
    """One kind of fault at one place, a number of times."""

    place: Place
    kind: FaultKind
    times: float = 1
    delay: timedelta = timedelta(seconds=10)  # for FaultKind.LATE and FaultKind.BEHIND
    match: str = ""  # only requests whose URL or fields contain this


@dataclass
class Faults:
    """Every fault that was set; those with no times left have happened."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, place: Place, about: str) -> Fault | None:
        """Return the first fault that meets this request, and count it down."""
        for fault in self.waiting:
            if _covers(fault.place, place) and fault.match in about and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def take_kind(self, place: Place, about: str) -> FaultKind | None:
        """Do the same as `take`, and return only what goes wrong."""
        fault = self.take(place, about)
        return fault.kind if fault is not None else None


def _covers(fault: Place, request: Place) -> bool:
    return fault is request or (fault is Place.SENDING and request in (Place.MESSAGES, Place.CALLS))
