"""Calls as the carrier connects them: placed, ringing, answered, running documents, connected, ended."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from ivr.simulator.account import Account
from ivr.simulator.audio import Sound
from ivr.simulator.events import EventQueue
from ivr.simulator.faults import Place
from ivr.simulator.ledger import Call, CallStatus, Direction
from ivr.simulator.phones import (
    REPORT_DELAY,
    AnsweredBy,
    Habit,
    Heard,
    HeardKind,
    Leg,
    LegState,
    Phone,
    Phones,
    Speech,
    Wait,
    WaitEnd,
)
from ivr.simulator.queues import Queues
from ivr.simulator.twiml.context import DocumentRequest, HungUp
from ivr.simulator.twiml.documents import Documents, DocumentsRun
from ivr.simulator.webhooks import Webhooks

REFUSED_AFTER = timedelta(seconds=2)
FALSE_BRIDGE_LASTS = timedelta(seconds=3)
MACHINE_DETECTED_AFTER = timedelta(seconds=4)
GREETING_TONES_AFTER = timedelta(seconds=4)
VOICEMAIL_HANGS_UP_AFTER = timedelta(seconds=35)


@dataclass(frozen=True)
class Refusal:
    """How a network refuses a call: Twilio's status and the SIP response code."""

    status: CallStatus
    sip_code: int


REFUSALS = {  # habits that end a call before it rings
    Habit.BUSY: Refusal(CallStatus.BUSY, 486),
    Habit.NO_SUCH_NUMBER: Refusal(CallStatus.FAILED, 404),
    Habit.SWITCHED_OFF: Refusal(CallStatus.NO_ANSWER, 480),
    Habit.UNREACHABLE: Refusal(CallStatus.FAILED, 503),
}
SIP_CODES = {
    CallStatus.COMPLETED: 200,
    CallStatus.BUSY: 486,
    CallStatus.NO_ANSWER: 487,
    CallStatus.CANCELED: 487,
    CallStatus.FAILED: 503,
}
DECLINED = 603


class Calls:
    def __init__(self, account: Account, events: EventQueue, webhooks: Webhooks, phones: Phones) -> None:
        self._account, self._events, self._webhooks, self._phones = account, events, webhooks, phones
        self.queues = Queues(account)
        self._documents = Documents(account, events, webhooks, switch=self)
        self._legs: dict[str, Leg] = {}
        self._running: dict[Leg, DocumentsRun] = {}

    def leg(self, sid: str) -> Leg | None:
        """Return the leg of the call with this SID."""
        return self._legs.get(sid)

    # Placing calls

    def receive(self, phone: Phone, number: str, caller_id: str) -> Leg:
        """Take a call from a phone to one of our numbers."""
        leg = self._new_leg(phone, number, caller_id, Direction.INBOUND, CallStatus.RINGING)
        leg.call.started_at = self._events.now
        leg.call.stir_verstat, leg.call.caller_name = phone.stir_verstat, phone.caller_name
        own = self._account.numbers.get(number)
        if own is None:
            leg.call.status, leg.call.ended_at = CallStatus.FAILED, self._events.now
        else:
            self._events.soon(lambda: self._run_documents(leg, own.voice_url))
        return leg

    def place(self, number: str, from_: str, timeout: timedelta, url: str, document: str = "") -> Leg:
        """Call a phone for a request to the REST API. Its document runs when it is answered: this one, or the URL's."""
        leg = self._call(number, from_, Direction.OUTBOUND_API, timeout, self._habit(number))
        leg.on_answer = lambda: self._run_documents(leg, url, document=document)
        return leg

    def dial(self, parent: Leg, number: str, caller_id: str, timeout: timedelta, screen_url: str) -> Leg | None:
        """Call a phone for a <Dial>. Return None if it is never dialed.

        It is connected when it is answered, or after its own document if it has one.
        """
        habit = self._habit(number)
        if habit is Habit.NEVER_DIALED:
            return None
        leg = self._call(number, caller_id, Direction.OUTBOUND_DIAL, timeout, habit, parent)
        if screen_url:
            leg.on_answer = lambda: self._run_documents(leg, screen_url, then=lambda: self._connect(leg, parent))
        else:
            leg.on_answer = lambda: self._connect(leg, parent)
        return leg

    def _call(
        self,
        number: str,
        from_: str,
        direction: Direction,
        timeout: timedelta,
        habit: Habit,
        parent: Leg | None = None,
    ) -> Leg:
        leg = self._new_leg(self._phones.with_number(number), number, from_, direction, CallStatus.QUEUED, parent)
        if habit is not Habit.NEVER_DIALED:
            leg.start_dialing = partial(self._start_dialing, leg, timeout, habit)
            self._events.soon(leg.start_dialing)
        return leg

    def _new_leg(
        self,
        phone: Phone,
        to: str,
        from_: str,
        direction: Direction,
        status: CallStatus,
        parent: Leg | None = None,
    ) -> Leg:
        sid, parent_sid = self._account.new_sid("CA"), parent.call.sid if parent is not None else ""
        leg = Leg(phone, Call(sid, to, from_, direction, status, self._events.now, parent_sid), parent=parent)
        phone.legs.append(leg)
        self._account.ledger.calls.append(leg.call)
        self._legs[sid] = leg
        return leg

    # Dialing and ringing

    def _habit(self, number: str) -> Habit:
        fault = self._account.faults.take_kind(Place.PHONE_RINGS, number)
        return Habit(fault.value) if fault is not None else self._phones.with_number(number).habit

    def overtake(self, leg: Leg) -> None:
        """Dial, and report it before whoever placed the call has the response."""
        leg.reports_after = None
        leg.start_dialing()
        leg.reports_after = REPORT_DELAY

    def _start_dialing(self, leg: Leg, timeout: timedelta, habit: Habit) -> None:
        if leg.state is LegState.ENDED or leg.call.started_at is not None:
            return
        leg.call.started_at = self._events.now
        self._set_status(leg, CallStatus.INITIATED)
        self._events.later(timeout, lambda: self.refuse(leg, CallStatus.NO_ANSWER))
        refusal = REFUSALS.get(habit)
        if refusal is not None:
            self._events.later(REFUSED_AFTER, lambda: self.refuse(leg, refusal.status, refusal.sip_code))
        elif leg.phone.rings_after:
            self._events.later(leg.phone.rings_after, lambda: self._start_ringing(leg, habit))
        else:
            self._start_ringing(leg, habit)

    def _start_ringing(self, leg: Leg, habit: Habit) -> None:
        if leg.state is LegState.ENDED:
            return
        leg.call.rang_at = self._events.now
        self._set_status(leg, CallStatus.RINGING)
        if leg.call.to in self._account.numbers:
            self._reach_own_number(leg)
            return
        match habit:
            case Habit.REJECTS:
                self._events.later(REFUSED_AFTER, lambda: self.reject(leg))
            case Habit.VOICEMAIL:
                self._events.later(leg.phone.voicemail_after, lambda: self._answer_by_voicemail(leg))

    def _reach_own_number(self, leg: Leg) -> None:
        """Have a call to a number of the account come in there, as a call of its own that answers it."""
        far_end = self.receive(self._phones.with_number(leg.call.from_), leg.call.to, leg.call.from_)
        leg.far_end, far_end.far_end = far_end, leg
        self._events.soon(lambda: self.answer(leg))

    def answer(self, leg: Leg) -> None:
        if leg.state is not LegState.RINGING:
            return
        self.pick_up(leg)
        self._set_status(leg, CallStatus.IN_PROGRESS)
        if leg.machine_callback:
            self._events.later(MACHINE_DETECTED_AFTER, lambda: self._webhooks.report_who_answered(leg))
        if leg.send_digits:
            delay = leg.send_digits.count("w") * timedelta(seconds=0.5)
            keys = Heard(self._events.now + delay, HeardKind.PLAY, f"keys {leg.send_digits.strip('w')}")
            self._events.later(delay, lambda: leg.heard.append(keys))
        leg.on_answer()

    def _answer_by_voicemail(self, leg: Leg) -> None:
        """The owner's voicemail answers as a person does, plays its greeting, and hangs up after half a minute."""
        leg.answered_by = AnsweredBy.MACHINE
        self.answer(leg)
        for position, key in enumerate(leg.phone.voicemail_plays):
            delay = GREETING_TONES_AFTER + timedelta(seconds=position)
            self._events.later(delay, partial(self.press, leg, key))
        self._events.later(VOICEMAIL_HANGS_UP_AFTER, lambda: self.hang_up(leg))

    def reject(self, leg: Leg) -> None:
        """Decline a call that rings."""
        if leg.state is LegState.RINGING:
            self.refuse(leg, CallStatus.BUSY, DECLINED)

    def refuse(self, leg: Leg, status: CallStatus, sip_code: int | None = None) -> None:
        """End a call that is not answered yet."""
        if leg.state in (LegState.DIALED, LegState.RINGING):
            leg.call.sip_code = sip_code
            self.end(leg, status)

    def pick_up(self, leg: Leg) -> None:
        """Note that a call is answered, unless it was before."""
        if leg.call.answered_at is None:
            leg.call.answered_at, leg.call.status = self._events.now, CallStatus.IN_PROGRESS

    def _connect(self, leg: Leg, parent: Leg) -> None:
        if LegState.ENDED in (leg.state, parent.state):
            self.end(leg, CallStatus.COMPLETED)
            return
        if self._account.faults.take(Place.BRIDGE, leg.phone.number) is not None:
            self._events.later(FALSE_BRIDGE_LASTS, lambda: self.end(leg, CallStatus.COMPLETED))
            return
        leg.bridged_with, parent.bridged_with = parent, leg
        leg.was_bridged = True
        self.pick_up(parent)

    def join(self, leg: Leg, caller: Leg) -> None:
        """Connect a leg with a caller who has waited in a queue."""
        leg.bridged_with, caller.bridged_with, leg.took = caller, leg, caller
        self.wake(caller)

    def wake(self, leg: Leg) -> None:
        """Have a running document look at what has changed."""
        self._events.soon(partial(self._resume, leg, WaitEnd.OTHER_LEG))

    # During a call

    def press(self, leg: Leg, key: str) -> None:
        if leg.state is not LegState.IN_PROGRESS:
            return
        leg.keys.append(key)
        if leg.waiting is not None and leg.waiting.keys:
            self._resume(leg, WaitEnd.KEY)

    def speak(self, leg: Leg, sound: Sound) -> None:
        """Speak to the other party if there is one, else to the running document."""
        now = self._events.now
        if leg.bridged_with is not None:
            words = f"{leg.phone.name} speaks for {round(sound.length.total_seconds())} seconds"
            leg.bridged_with.heard.append(Heard(now, HeardKind.VOICE, words))
            return
        leg.speaking = Speech(sound, now)
        if leg.waiting is not None and leg.waiting.speech:
            self._resume(leg, WaitEnd.SPEECH)

    def hang_up(self, leg: Leg) -> None:
        match leg.state:
            case LegState.RINGING:
                self.reject(leg)
            case LegState.IN_PROGRESS:
                leg.hung_up = True
                leg.call.status = CallStatus.COMPLETED  # as the documents report it while they stop
                self._advance(leg, lambda documents: documents.throw(HungUp()))
                self.end(leg, CallStatus.COMPLETED if leg.call.answered_at else CallStatus.NO_ANSWER)

    # The end of a call

    def end(self, leg: Leg, status: CallStatus) -> None:
        """End a call for this phone. A call that it dialed ends with it; a call that dialed it goes on."""
        if leg.state is LegState.ENDED:
            return
        leg.call.ended_at, leg.call.status = self._events.now, status
        leg.call.sip_code = leg.call.sip_code or SIP_CODES[status]
        self._stop_documents(leg)
        self._disconnect(leg)
        self._set_status(leg, status)
        if leg.far_end is not None:
            self._events.soon(partial(self.hang_up, leg.far_end))
        if leg.parent is not None:
            self._events.soon(partial(self._resume, leg.parent, WaitEnd.OTHER_LEG))

    def _stop_documents(self, leg: Leg) -> None:
        documents = self._running.pop(leg, None)
        # A document that ends its own call is still running here, and stops by itself.
        if documents is not None and inspect.getgeneratorstate(documents) != inspect.GEN_RUNNING:
            documents.close()

    def _disconnect(self, leg: Leg) -> None:
        other, leg.bridged_with = leg.bridged_with, None
        if other is not None:
            other.bridged_with = None
            if other.parent is leg:
                self.end(other, CallStatus.COMPLETED)
            elif leg.parent is not other:  # they met in a queue
                self.wake(other)

    def _set_status(self, leg: Leg, status: CallStatus) -> None:
        leg.call.status = status
        self._webhooks.report_status(leg, leg.reports_after)

    # Documents

    def _run_documents(self, leg: Leg, url: str, then: Callable[[], object] | None = None, document: str = "") -> None:
        """Run a call's documents. Then the call ends, unless they only ran out and something else follows."""
        leg.after_documents = then
        self._running[leg] = self._documents.run(leg, DocumentRequest(url, {}, document))
        self._advance(leg, lambda documents: next(documents))

    def _resume(self, leg: Leg, reason: WaitEnd) -> None:
        if leg.waiting is not None:
            self._advance(leg, lambda documents: documents.send(reason))

    def _time_is_up(self, leg: Leg, wait: Wait) -> None:
        if leg.waiting is wait:
            self._resume(leg, WaitEnd.TIME)

    def _advance(self, leg: Leg, advance: Callable[[DocumentsRun], Wait]) -> None:
        """Run a call's documents up to their next wait."""
        documents = self._running.get(leg)
        if documents is None:
            return
        leg.waiting = None
        try:
            self._wait(leg, advance(documents))
        except HungUp:
            return
        except StopIteration as finished:
            self._running.pop(leg, None)
            self._after_documents(leg, call_is_over=finished.value)

    def _wait(self, leg: Leg, wait: Wait) -> None:
        leg.waiting = wait
        if wait.until is not None:
            delay = max(wait.until - self._events.now, timedelta(0))
            self._events.later(delay, lambda: self._time_is_up(leg, wait))

    def _after_documents(self, leg: Leg, call_is_over: bool) -> None:
        if leg.after_documents is not None and not call_is_over and not leg.hung_up:
            leg.after_documents()
        else:
            self.end(leg, CallStatus.COMPLETED)
