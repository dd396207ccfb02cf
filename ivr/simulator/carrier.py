"""The simulated carrier: phones, calls and texts as events on a clock, signed webhooks, and a ledger of it all.

Nothing happens by itself: `run_due` performs, in their order, the events that are due at the clock's instant.
"""

from __future__ import annotations

import heapq
import inspect
import itertools
import threading
import wave
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Protocol

import requests
from flask import Flask

from ivr.simulator import rest
from ivr.simulator.audio import Sound, sound_in
from ivr.simulator.calls import Conversation, HungUp, Request, Wait, conversation
from ivr.simulator.faults import Faults
from ivr.simulator.ledger import Call, Ledger, Message, Recording, Webhook
from ivr.simulator.phones import Habit, Heard, Leg, Phone, SmsHabit, Text
from ivr.simulator.signing import signature
from ivr.simulator.twiml import BadTwiml, read, words_of

WEBHOOK_TIMEOUT = 15.0
A_MOMENT = timedelta(milliseconds=300)
OVERTAKEN = timedelta(seconds=3)  # long enough for the next webhook to come first
RECORDING_IS_READY_AFTER = timedelta(seconds=1)
FINAL_MESSAGES = {
    SmsHabit.DELIVERED: ("delivered", None),
    SmsHabit.UNDELIVERED: ("undelivered", 30003),
    SmsHabit.LANDLINE: ("undelivered", 30006),
    SmsHabit.UNREGISTERED: ("undelivered", 30034),
}
ENDED = ("completed", "busy", "no-answer", "canceled", "failed")


class Clock(Protocol):
    def now(self) -> datetime: ...


class ClockControls(Protocol):
    """A clock that can be jumped and made faster, for the browser phone."""

    @property
    def speed(self) -> float: ...
    def now(self) -> datetime: ...
    def run_at(self, speed: float) -> None: ...
    def pass_time(self, span: timedelta) -> None: ...


@dataclass(frozen=True)
class OwnNumber:
    """A number of the account, as it is set up in Twilio's console."""

    number: str
    voice_url: str
    status_callback: str = ""
    sms_url: str = ""
    voice_fallback_url: str = ""


class SimulatedTwilio:
    """Twilio, as far as a phone desk can tell."""

    def __init__(self, clock: Clock, account_sid: str, auth_token: str, http: requests.Session | None = None) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.api_keys: dict[str, str] = {}
        self.ledger, self.faults = Ledger(), Faults()
        self.numbers: dict[str, OwnNumber] = {}
        self.were_bridged: set[Leg] = set()
        self.phone_book: Callable[[], list[tuple[str, str]]] = list
        self.clock_controls: ClockControls | None = None
        self.zone = "UTC"  # in which the browser phone shows the time
        self.beside = ""  # address of a page of the same site that the browser phone shows beside the phones
        self.line_names: dict[str, str] = {}
        self._clock, self._http = clock, http or requests.Session()
        self._phones: dict[str, Phone] = {}
        self._legs: dict[str, Leg] = {}
        self._scripts: dict[Leg, Conversation] = {}
        self._events: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order, self._sids = itertools.count(), itertools.count(1)
        self._adding, self._running = threading.Lock(), threading.Lock()
        self._sequence: dict[str, itertools.count[int]] = {}
        self.wsgi: Flask = rest.application(self)

    # The account

    def own_number(
        self, number: str, *, voice_url: str, status_callback: str = "", sms_url: str = "", voice_fallback_url: str = ""
    ) -> None:
        self.numbers[number] = OwnNumber(number, voice_url, status_callback, sms_url, voice_fallback_url)

    def phone(self, number: str, name: str = "") -> Phone:
        """The phone with this number, the same one every time."""
        phone = self._phones.setdefault(number, Phone(self, number, name or number))
        if name:
            phone.name = name
        return phone

    def new_sid(self, prefix: str) -> str:
        return f"{prefix}{next(self._sids):032x}"

    def recording_url(self, sid: str) -> str:
        return f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Recordings/{sid}"

    def fallback_of(self, call: Call) -> str:
        """Where a call goes on when the application fails; empty when nowhere."""
        own = self.numbers.get(call.to) if call.direction == "inbound" else None
        return own.voice_fallback_url if own else ""

    # Time

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def next_event_at(self) -> datetime | None:
        with self._adding:
            return self._events[0][0] if self._events else None

    def soon(self, event: Callable[[], object]) -> None:
        self.later(timedelta(0), event)

    def later(self, delay: timedelta, event: Callable[[], object]) -> None:
        with self._adding:
            heapq.heappush(self._events, (self.now + delay, next(self._order), event))

    def run_due(self) -> None:
        """Perform everything that is due at this instant, in its order."""
        with self._running:
            while (event := self._next_due()) is not None:
                event()

    def _next_due(self) -> Callable[[], object] | None:
        with self._adding:
            if self._events and self._events[0][0] <= self.now:
                return heapq.heappop(self._events)[2]
        return None

    # Calls

    def dialled(self, phone: Phone, number: str, caller_id: str) -> Leg:
        """Somebody dials one of our numbers."""
        call = Call(self.new_sid("CA"), number, caller_id, "inbound", "ringing", self.now, started_at=self.now)
        leg = self._leg(phone, call)
        own = self.numbers.get(number)
        if own is None:
            call.status, call.ended_at = "failed", self.now
        else:
            self.soon(lambda: self._live(leg, Request(own.voice_url, {})))
        return leg

    def ring(
        self,
        number: str,
        from_: str,
        direction: str,
        timeout: timedelta,
        *,
        parent: Leg | None = None,
        screen: str = "",
        url: str = "",
    ) -> Leg:
        """Ring a phone, for a <Dial> or for a request to the API."""
        phone = self.phone(number)
        parent_sid = parent.call.sid if parent else ""
        call = Call(self.new_sid("CA"), number, from_, direction, "queued", self.now, parent_sid)
        leg = self._leg(phone, call)
        leg.on_answer = lambda: self._callee(leg, parent, screen, url)
        leg.parent = parent
        self.soon(lambda: self._starts_to_ring(leg, timeout))
        return leg

    def _leg(self, phone: Phone, call: Call) -> Leg:
        leg = Leg(self, phone, call)
        phone.legs.append(leg)
        self.ledger.calls.append(call)
        self._legs[call.sid] = leg
        return leg

    def _starts_to_ring(self, leg: Leg, timeout: timedelta) -> None:
        if leg.call.ended_at is not None:
            return
        self._status(leg, "initiated")
        leg.call.started_at = self.now
        match self._habit_now(leg.phone):
            case Habit.BUSY | Habit.REJECTS:
                self.later(timedelta(seconds=2), lambda: self.refused(leg, "busy"))
            case Habit.UNREACHABLE:
                self.later(timedelta(seconds=2), lambda: self.refused(leg, "failed"))
            case Habit.VOICEMAIL:
                self.later(leg.phone.voicemail_after, lambda: self._machine_answers(leg))
        self._status(leg, "ringing")
        self.later(timeout, lambda: self.refused(leg, "no-answer"))

    def _habit_now(self, phone: Phone) -> Habit:
        fault = self.faults.next("phone rings", phone.number)
        return Habit(fault.what) if fault is not None else phone.habit

    def answered(self, leg: Leg) -> None:
        if leg.state != "ringing":
            return
        self.picks_up(leg)
        self._status(leg, "in-progress")
        if leg.machine_callback:
            self.later(timedelta(seconds=4), lambda: self._who_answered(leg))
        leg.on_answer()

    def refused(self, leg: Leg, status: str) -> None:
        if leg.state == "ringing":
            self.end(leg, status)

    def hangs_up(self, leg: Leg) -> None:
        if leg.state == "ended":
            return
        if leg.state == "ringing" and leg.call.direction != "inbound":
            self.end(leg, "busy")
            return
        leg.hung_up = True
        leg.call.status = "completed"
        self._raise_in(leg)
        self.end(leg, "completed" if leg.call.answered_at else "no-answer")

    def picks_up(self, leg: Leg) -> None:
        if leg.call.answered_at is None:
            leg.call.answered_at, leg.call.status = self.now, "in-progress"

    def end(self, leg: Leg, status: str) -> None:
        """The call is over for this phone; whoever is connected to it goes on."""
        if leg.call.ended_at is not None:
            return
        leg.call.ended_at, leg.call.status = self.now, status
        script = self._scripts.pop(leg, None)
        if script is not None and inspect.getgeneratorstate(script) != inspect.GEN_RUNNING:
            script.close()
        other, leg.bridged_with = leg.bridged_with, None
        if other is not None:
            other.bridged_with = None
            if other.parent is leg:
                self.end(other, "completed")
        self._status(leg, status)
        if leg.parent is not None:
            self.soon(lambda: self._resume(leg.parent, "other side"))

    def _callee(self, leg: Leg, parent: Leg | None, screen: str, url: str) -> None:
        if parent is None:
            self._live(leg, Request(url, {}))
        elif screen:
            self._live(leg, Request(screen, {}), then=lambda: self._connect(leg, parent))
        else:
            self._connect(leg, parent)

    def _connect(self, leg: Leg, parent: Leg) -> None:
        if parent.state == "ended" or leg.state == "ended":
            self.end(leg, "completed")
            return
        leg.bridged_with, parent.bridged_with = parent, leg
        self.were_bridged.add(leg)
        self.picks_up(parent)

    def _live(self, leg: Leg, first: Request, then: Callable[[], object] | None = None) -> None:
        """Run a call's documents. Afterwards it ends, unless a document ran out that was only a screen."""
        leg.after_documents = then
        self._scripts[leg] = conversation(self, leg, first)
        self._step(leg, lambda script: next(script))

    def _resume(self, leg: Leg | None, reason: str, wait: Wait | None = None) -> None:
        if leg is None or leg.waiting is None or (wait is not None and leg.waiting is not wait):
            return
        self._step(leg, lambda script: script.send(reason))

    def _raise_in(self, leg: Leg) -> None:
        self._step(leg, lambda script: script.throw(HungUp()))

    def _step(self, leg: Leg, advance: Callable[[Conversation], Wait]) -> None:
        script = self._scripts.get(leg)
        if script is None:
            return
        leg.waiting = None
        try:
            wait = advance(script)
        except HungUp:
            return
        except StopIteration as ran_out:
            self._scripts.pop(leg, None)
            if leg.after_documents is not None and not ran_out.value and not leg.hung_up:
                leg.after_documents()
            else:
                self.end(leg, "completed")
            return
        leg.waiting = wait
        if wait.until is not None:
            self.later(max(wait.until - self.now, timedelta(0)), lambda: self._resume(leg, "time", wait))

    def presses(self, leg: Leg, key: str) -> None:
        if leg.state != "in-progress":
            return
        leg.keys.append(key)
        if leg.waiting is not None and leg.waiting.keys:
            self._resume(leg, "key")

    def speaks(self, leg: Leg, sound: Sound) -> None:
        if leg.bridged_with is not None:
            seconds = round(sound.length.total_seconds())
            leg.bridged_with.heard.append(Heard(self.now, "voice", f"{leg.phone.name} speaks for {seconds} seconds"))
            return
        leg.speaking, leg.speaks_since = sound, self.now
        if leg.waiting is not None and leg.waiting.speech:
            self._resume(leg, "speech")

    def _machine_answers(self, leg: Leg) -> None:
        """A private voicemail picks up like a person, says its greeting, and keeps the line for half a minute."""
        leg.answered_by = "machine_start"
        self.answered(leg)
        for number, key in enumerate(leg.phone.voicemail_plays):
            self.later(timedelta(seconds=4 + number), lambda key=key: self.presses(leg, key))  # type: ignore[misc]
        self.later(timedelta(seconds=35), lambda: self.hangs_up(leg))

    def _who_answered(self, leg: Leg) -> None:
        """Answering machine detection tells its guess after a few seconds of listening."""
        fields = {**self._about(leg.call), "AnsweredBy": leg.answered_by, "MachineDetectionDuration": "4000"}
        self._post("status", leg.machine_callback, fields)

    # Webhooks

    def ask(self, call: Call, url: str, fields: dict[str, str]) -> str | None:
        """Ask the application what to do with a call: its TwiML, or None when it gives none."""
        answer = self._post("voice", url, {**self._about(call), **fields})
        return answer.body if answer is not None and answer.status is not None and answer.status < 400 else None

    def ask_later(self, call: Call, request: Request) -> None:
        about = {**self._about(call), **request.fields}
        self.soon(lambda: self._post("action", request.url, about))

    def _about(self, call: Call) -> dict[str, str]:
        status = call.status if call.status in ENDED or call.answered_at else "ringing"
        return {
            "CallSid": call.sid,
            "AccountSid": self.account_sid,
            "From": call.from_,
            "To": call.to,
            "Caller": call.from_,
            "Called": call.to,
            "CallStatus": "in-progress"
            if call.answered_at and call.ended_at is None and status not in ENDED
            else status,
            "Direction": call.direction,
            "ApiVersion": "2010-04-01",
            "FromCountry": "CA",
            "ToCountry": "CA",
        } | ({"ParentCallSid": call.parent_sid} if call.parent_sid else {})

    def _status(self, leg: Leg, status: str) -> None:
        call = leg.call
        call.status = status if call.ended_at or status not in ENDED else call.status
        if status in ("initiated", "ringing") and call.answered_at is None:
            call.status = status
        own = self.numbers.get(call.to)
        url = leg.status_callback
        if call.direction == "inbound" and own is not None and status in ENDED:
            url = own.status_callback
        event = {"in-progress": "answered"}.get(status, "completed" if status in ENDED else status)
        if not url or (call.direction != "inbound" and event not in leg.status_events):
            return
        sequence = self._sequence.setdefault(call.sid, itertools.count())
        fields = {
            **self._about(call),
            "CallStatus": status,
            "CallbackSource": "call-progress-events",
            "SequenceNumber": str(next(sequence)),
            "Timestamp": format_datetime(self.now),
        }
        if status in ENDED:
            fields |= {"CallDuration": str(call.seconds), "Duration": str(-(-call.seconds // 60))}
        self.later(A_MOMENT, lambda: self._post("status", url, fields))

    def report_recording(self, url: str, recording: Recording) -> None:
        fields = {
            "AccountSid": self.account_sid,
            "CallSid": recording.call_sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": self.recording_url(recording.sid),
            "RecordingStatus": recording.status,
            "RecordingDuration": str(recording.seconds),
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
        }
        if recording.status == "absent":
            fields["ErrorCode"] = "16101"
        self.later(RECORDING_IS_READY_AFTER, lambda: self._post("recording", url, fields))

    def _post(self, kind: str, url: str, fields: dict[str, str]) -> Webhook | None:
        fault = self.faults.next(kind, url + str(fields))
        if fault is not None and fault.what == "lost":
            return None
        if fault is not None and fault.what in ("late", "reordered"):
            delay = fault.by if fault.what == "late" else OVERTAKEN
            self.later(delay, lambda: self._deliver(kind, url, fields))
            return None
        first = self._deliver(kind, url, fields)
        if fault is not None and fault.what == "doubled":
            return self._deliver(kind, url, fields)
        return first

    def _deliver(self, kind: str, url: str, fields: dict[str, str]) -> Webhook:
        headers = {
            "X-Twilio-Signature": signature(url, fields, self.auth_token),
            "I-Twilio-Idempotency-Token": f"{self.new_sid('IT')}",
            "User-Agent": "TwilioProxy/1.1",
        }
        status, body = None, ""
        try:
            answer = self._http.post(url, data=fields, headers=headers, timeout=WEBHOOK_TIMEOUT)
            status, body = answer.status_code, answer.text
        except requests.RequestException as fault:
            self.ledger.errors.append(f"11200 {url} could not be asked: {type(fault).__name__}")
        if status is not None and status >= 400:
            self.ledger.errors.append(f"11200 {url} answered {status}")
        webhook = Webhook(self.now, kind, url, fields, status, body)
        self.ledger.webhooks.append(webhook)
        return webhook

    def fetch_sound(self, url: str) -> Sound:
        """Fetch what a <Play> names."""
        try:
            answer = self._http.get(url, timeout=WEBHOOK_TIMEOUT)
            if answer.status_code != 200:
                raise BadTwiml(11200, f"{url} answered {answer.status_code}")
            return sound_in(answer.content)
        except (requests.RequestException, EOFError, wave.Error) as fault:
            raise BadTwiml(11200, f"{url} could not be played: {type(fault).__name__}") from None

    # Texts

    def send(self, message: Message) -> None:
        """A text on its way to a phone."""
        self.ledger.messages.append(message)
        self.later(A_MOMENT, lambda: self._message_status(message, "sent"))
        self.later(2 * A_MOMENT, lambda: self._arrives(message))

    def _arrives(self, message: Message) -> None:
        phone = self.phone(message.to)
        fault = self.faults.next("text arrives", phone.number)
        habit = SmsHabit(fault.what) if fault is not None else phone.sms_habit
        if habit is SmsHabit.DELIVERED:
            phone.texts.append(Text(self.now, message.from_, message.body, message.sid))
        final = FINAL_MESSAGES.get(habit)
        if final is not None:
            message.error_code = final[1]
            self._message_status(message, final[0])

    def _message_status(self, message: Message, status: str) -> None:
        message.status = status
        if not message.status_callback:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "AccountSid": self.account_sid,
            "From": message.from_,
            "To": message.to,
            "MessageStatus": status,
            "SmsStatus": status,
            "ApiVersion": "2010-04-01",
        }
        if message.error_code is not None:
            fields["ErrorCode"] = str(message.error_code)
        self.later(A_MOMENT, lambda: self._post("message-status", message.status_callback, fields))

    def text_comes_in(self, phone: Phone, to: str, body: str) -> None:
        own = self.numbers.get(to)
        message = Message(self.new_sid("SM"), to, phone.number, body, "inbound", "received", self.now)
        self.ledger.messages.append(message)
        match body.strip().casefold():
            case "stop" | "stopall" | "unsubscribe" | "end" | "quit" | "cancel" | "revoke" | "optout":
                phone.sms_habit = SmsHabit.STOPPED  # twilio.com/docs/messaging: the carrier blocks, and asks nobody
            case "start" | "unstop" | "yes":
                phone.sms_habit = SmsHabit.DELIVERED
        if own is None or not own.sms_url:
            return
        fields = {
            "MessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsMessageSid": message.sid,
            "SmsStatus": "received",
            "AccountSid": self.account_sid,
            "From": phone.number,
            "To": to,
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }
        answer = self._post("sms", own.sms_url, fields)
        if answer is not None and answer.status == 200 and answer.body:
            self._reply(phone, to, answer.body)

    def _reply(self, phone: Phone, own_number: str, body: str) -> None:
        try:
            verbs = read(body)
        except BadTwiml as fault:
            self.ledger.errors.append(str(fault))
            return
        for verb in verbs:
            if verb.tag == "Message":
                sid = self.new_sid("SM")
                reply = Message(sid, phone.number, own_number, words_of(verb), "outbound-reply", "queued", self.now)
                self.send(reply)

    # What the API does

    def leg_of(self, sid: str) -> Leg | None:
        return self._legs.get(sid)
