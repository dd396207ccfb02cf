"""Signed requests to the application: what they say, when they are sent, and the faults that they meet."""

from __future__ import annotations

import itertools
from datetime import UTC, timedelta
from email.utils import format_datetime

import requests

from ivr.simulator.account import Account
from ivr.simulator.audio import NotPlayed, length_of
from ivr.simulator.events import EventQueue
from ivr.simulator.faults import Fault, FaultKind, Place
from ivr.simulator.ledger import Call, CallStatus, Direction, Message, Recording, Transcription, Webhook, WebhookKind
from ivr.simulator.phones import REPORT_DELAY, Leg
from ivr.simulator.signing import signature

TIMEOUT = 15.0
RECORDING_DELAY = timedelta(seconds=1)
TRANSCRIPTION_DELAY = timedelta(seconds=20)
SHORTEST_TRANSCRIBED, LONGEST_TRANSCRIBED = timedelta(seconds=2), timedelta(seconds=120)
OVERTAKEN_AFTER = timedelta(seconds=3)  # long enough for the next webhook to come first
API_VERSION = "2010-04-01"
EVENTS = {CallStatus.IN_PROGRESS: "answered"}  # where statusCallbackEvent has another word than CallStatus


class NotFetched(Exception):
    """The application did not answer with what was asked for."""


class Webhooks:
    """The requests that the carrier makes of the application."""

    def __init__(self, account: Account, events: EventQueue, http: requests.Session) -> None:
        self._account, self._events, self._http = account, events, http
        self.bins: dict[str, str] = {}  # documents that the carrier itself serves (TwiML Bins), by their address
        self._sequences: dict[str, itertools.count[int]] = {}

    # Documents and sounds

    def fetch_document(self, call: Call, url: str, fields: dict[str, str]) -> Webhook | None:
        """Ask the application what to do with a call. Return its answer, or None if there is none."""
        response = self._post(WebhookKind.VOICE, url, {**self._about(call), **fields})
        return response if response is not None and _succeeded(response) else None

    def fetch_reply(self, url: str, message: Message) -> Webhook | None:
        """Pass an inbound text to the application. Return its answer, or None if it has nothing to send."""
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "SmsStatus": message.status,
            "AccountSid": self._account.sid,
            "From": message.from_,
            "To": message.to,
            "Body": message.body,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": API_VERSION,
        }
        response = self._post(WebhookKind.SMS, url, fields)
        return response if response is not None and response.status == 200 and response.body else None

    def fetch_length(self, url: str) -> timedelta:
        """Return how long the file plays that a <Play> names. Raise NotFetched if there is none."""
        try:
            response = self._http.get(url, timeout=TIMEOUT)
            if response.status_code != 200:
                raise NotFetched(f"{url} answered {response.status_code}")
            return length_of(response.content, response.headers.get("Content-Type", ""))
        except (requests.RequestException, NotPlayed) as error:
            raise NotFetched(f"{url} could not be played: {error or type(error).__name__}") from None

    # Reports

    def report_action(self, call: Call, url: str, fields: dict[str, str]) -> None:
        """Report the end of a verb when nobody is left to hear the response."""
        about = {**self._about(call), **fields}
        self._events.soon(lambda: self._post(WebhookKind.ACTION, url, about))

    def report_status(self, leg: Leg, delay: timedelta | None = REPORT_DELAY) -> None:
        """Report a call's status, if whoever set up the call has asked for it. Without a delay, report it now."""
        call = leg.call
        url = leg.status_callback if leg.incoming else self._ended_call_url(call)
        if not url or (leg.incoming and _event(call.status) not in leg.status_events):
            return
        fields = {**self._about(call), **self._progress(call)}
        self._report(WebhookKind.STATUS, url, fields, delay)

    def report_who_answered(self, leg: Leg) -> None:
        fields = {**self._about(leg.call), "AnsweredBy": leg.answered_by, "MachineDetectionDuration": "4000"}
        self._post(WebhookKind.STATUS, leg.machine_callback, fields)

    def report_recording(self, url: str, recording: Recording) -> None:
        fields = {
            "AccountSid": self._account.sid,
            "CallSid": recording.call_sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": self._account.recording_url(recording.sid),
            "RecordingStatus": recording.status,
            "RecordingDuration": str(recording.seconds),
            "RecordingChannels": "1",
            "RecordingSource": recording.source,
        }
        if recording.error_code is not None:
            fields["ErrorCode"] = str(recording.error_code)
        self._report(WebhookKind.RECORDING, url, fields, RECORDING_DELAY)

    def report_transcription(self, url: str, recording: Recording) -> None:
        """Transcribe a recording, if it is still there then, and report it. Twilio takes English of 2 to 120 s."""

        def transcribe() -> None:
            if recording.deleted_at is not None:
                self._complain_of(13618, f"{recording.sid} was deleted before it was transcribed")
                return
            is_fit = SHORTEST_TRANSCRIBED < recording.sound.length < LONGEST_TRANSCRIBED
            sid, words = self._account.new_sid("TR"), self._account.heard if is_fit else ""
            if is_fit:
                made = Transcription(sid, recording.sid, self._events.now, words)
                self._account.ledger.transcriptions.append(made)
            fields = {
                "AccountSid": self._account.sid,
                "CallSid": recording.call_sid,
                "RecordingSid": recording.sid,
                "RecordingUrl": self._account.recording_url(recording.sid),
                "TranscriptionSid": sid,
                "TranscriptionText": words,
                "TranscriptionStatus": "completed" if is_fit else "failed",
                "TranscriptionType": "fast",
                "ApiVersion": API_VERSION,
            }
            self._post(WebhookKind.TRANSCRIPTION, url, fields)

        self._events.later(TRANSCRIPTION_DELAY, transcribe)

    def report_message(self, message: Message, delay: timedelta | None = REPORT_DELAY) -> None:
        """Report a text's status, if its sender has asked for it. Without a delay, report it now."""
        if not message.status_callback:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "AccountSid": self._account.sid,
            "From": message.from_,
            "To": message.to,
            "MessageStatus": message.status,
            "SmsStatus": message.status,
            "ApiVersion": API_VERSION,
        }
        if message.error_code is not None:
            fields["ErrorCode"] = str(message.error_code)
        self._report(WebhookKind.MESSAGE_STATUS, message.status_callback, fields, delay)

    def _report(self, kind: WebhookKind, url: str, fields: dict[str, str], delay: timedelta | None) -> None:
        if delay is None:
            self._post(kind, url, fields)
        else:
            self._events.later(delay, lambda: self._post(kind, url, fields))

    def _ended_call_url(self, call: Call) -> str:
        return self._account.ended_call_url(call) if call.status.is_final else ""

    # Fields

    def _about(self, call: Call) -> dict[str, str]:
        fields = {
            "CallSid": call.sid,
            "AccountSid": self._account.sid,
            "From": call.from_,
            "To": call.to,
            "Caller": call.from_,
            "Called": call.to,
            "CallStatus": _status_for_documents(call),
            "Direction": call.direction,
            "ApiVersion": API_VERSION,
            "FromCountry": "CA",
            "ToCountry": "CA",
        }
        sometimes = {
            "ParentCallSid": call.parent_sid,
            "StirVerstat": call.stir_verstat,
            "CallerName": call.caller_name,
        }
        return fields | {name: value for name, value in sometimes.items() if value}

    def _progress(self, call: Call) -> dict[str, str]:
        fields = {
            "CallStatus": call.status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(next(self._sequences.setdefault(call.sid, itertools.count()))),
            "Timestamp": format_datetime(self._events.now.astimezone(UTC)),
        }
        if call.status.is_final:
            minutes = -(-call.seconds // 60)
            fields |= {"CallDuration": str(call.seconds), "Duration": str(minutes)}
            if call.direction is not Direction.INBOUND:
                fields["SipResponseCode"] = str(call.sip_code)
        return fields

    # Delivery

    def _post(self, kind: WebhookKind, url: str, fields: dict[str, str]) -> Webhook | None:
        """Send a request unless a fault prevents it. Return the response, if there is one at once."""
        fault = self._account.faults.take(Place(kind), " ".join([url, *fields.values()]))
        if fault is not None and fault.kind is FaultKind.LOST:
            return None
        if fault is not None and (delay := _delay(fault)) is not None:
            self._events.later(delay, lambda: self.deliver(kind, url, fields))
            return None
        if fault is not None and fault.kind is FaultKind.DUPLICATED:
            self.deliver(kind, url, fields)
        return self.deliver(kind, url, fields)

    def deliver(self, kind: WebhookKind, url: str, fields: dict[str, str]) -> Webhook:
        """Send a signed request now, whatever faults are set. Record it and return it."""
        if url in self.bins:
            return self._recorded(Webhook(self._events.now, kind, url, fields, 200, self.bins[url], "text/xml"))
        headers = {
            "X-Twilio-Signature": signature(url, fields, self._account.auth_token),
            "I-Twilio-Idempotency-Token": self._account.new_sid("IT"),
            "User-Agent": "TwilioProxy/1.1",
        }
        status, body, content_type = None, "", ""
        try:
            response = self._http.post(url, data=fields, headers=headers, timeout=TIMEOUT)
            status, body = response.status_code, response.text
            content_type = response.headers.get("Content-Type", "")
        except requests.RequestException as error:
            self._complain(f"{url} could not be reached: {type(error).__name__}")
        if status is not None and status >= 400:
            self._complain(f"{url} answered {status}")
        return self._recorded(Webhook(self._events.now, kind, url, fields, status, body, content_type))

    def _recorded(self, webhook: Webhook) -> Webhook:
        self._account.ledger.webhooks.append(webhook)
        return webhook

    def _complain(self, problem: str) -> None:
        self._complain_of(11200, problem)

    def _complain_of(self, code: int, problem: str) -> None:
        self._account.ledger.errors.append(f"{code} {problem}")


def _delay(fault: Fault) -> timedelta | None:
    match fault.kind:
        case FaultKind.LATE:
            return fault.delay
        case FaultKind.REORDERED:
            return OVERTAKEN_AFTER
    return None


def _succeeded(response: Webhook) -> bool:
    return response.status is not None and response.status < 400


def _status_for_documents(call: Call) -> CallStatus:
    """A request for a document knows no status between ringing and in-progress."""
    if call.status.is_final:
        return call.status
    return CallStatus.IN_PROGRESS if call.answered_at else CallStatus.RINGING


def _event(status: CallStatus) -> str:
    """Return the word for a status in statusCallbackEvent."""
    return CallStatus.COMPLETED if status.is_final else EVENTS.get(status, status)
