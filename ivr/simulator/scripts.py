"""What a call is from beginning to end: somebody who calls us, somebody we call, somebody a <Dial> calls."""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.calls import LiveCall, StatusCallback
from ivr.simulator.habits import Habit
from ivr.simulator.ledger import Call
from ivr.simulator.phones import Leg, Phone
from ivr.simulator.program import (
    Answer,
    ApplicationError,
    CallOver,
    Elapsed,
    PickedUp,
    Program,
    Refused,
    Replaced,
    Request,
    Signal,
    Wait,
)
from ivr.simulator.switchboard import OwnNumber, Switchboard
from ivr.simulator.twiml import Verb, read_voice
from ivr.simulator.verbs import VERBS, answers
from ivr.simulator.waiting import ask, hold

APOLOGY = "We are sorry. An application error has occurred. Goodbye."
APOLOGY_LASTS = timedelta(seconds=4)
EVENTS = ("initiated", "ringing", "answered", "completed")


# Beginnings


def place_inbound(board: Switchboard, phone: Phone, to: str, caller_id: str) -> Leg:
    """Somebody dials one of our numbers. The document is asked for at once, while it rings."""
    number = board.numbers.get(to)
    if number is None:
        known = ", ".join(board.numbers) or "none yet"
        raise ValueError(f"{to} is not one of the carrier's own numbers ({known}). Set it up with own_number().")
    with board.lock:
        now = board.agenda.clock.now()
        record = Call(board.sids.next("CA"), to, caller_id, "inbound", "ringing", now, started_at=now)
        leg = Leg(phone, to, incoming=False, later=board.gesture)
        board.ledger.calls.append(record)
        phone.legs.append(leg)
        callback = StatusCallback(number.status_callback) if number.status_callback else None
        call = LiveCall(board, record, leg, status_callback=callback, fallback_url=number.voice_fallback_url)
        board.gesture(lambda: call.begin(_inbound(call, number)))
    return leg


def place_by_api(
    board: Switchboard,
    to: str,
    from_: str,
    document: Request,
    *,
    status_callback: StatusCallback | None = None,
    fallback_url: str = "",
    patience: timedelta = timedelta(seconds=60),
    detect_machine: bool = False,
) -> Call:
    """The REST API has somebody called."""
    call = _outgoing(board, to, from_, "outbound-api", status_callback=status_callback, fallback_url=fallback_url)
    board.gesture(lambda: call.begin(_by_api(call, document, patience, detect_machine)))
    return call.record


def place_dialled(parent: LiveCall, noun: Verb, caller_id: str, patience: timedelta) -> LiveCall:
    """A <Dial> has somebody called."""
    callback = None
    if noun.get("statusCallback"):
        events = tuple(noun.get("statusCallbackEvent", "completed").replace(",", " ").split())
        callback = StatusCallback(
            parent.absolute(noun.get("statusCallback")), events, noun.get("statusCallbackMethod", "POST")
        )
    whisper = None
    if noun.get("url"):
        whisper = Request(parent.absolute(noun.get("url")), "voice", method=noun.get("method", "POST"))
    call = _outgoing(parent.board, noun.text, caller_id, "outbound-dial", status_callback=callback, parent=parent)
    parent.board.agenda.after(timedelta(0), lambda: call.begin(_dialled(call, whisper, patience)))
    return call


def _outgoing(
    board: Switchboard,
    to: str,
    from_: str,
    direction: str,
    *,
    status_callback: StatusCallback | None,
    fallback_url: str = "",
    parent: LiveCall | None = None,
) -> LiveCall:
    with board.lock:
        now = board.agenda.now if parent is not None else board.agenda.clock.now()
        parent_sid = parent.record.sid if parent is not None else None
        record = Call(board.sids.next("CA"), to, from_, direction, "queued", now, parent_sid)
        leg = Leg(board.phone(to), from_, incoming=True, later=board.gesture)
        board.ledger.calls.append(record)
        return LiveCall(board, record, leg, status_callback=status_callback, fallback_url=fallback_url, parent=parent)


# Courses


def _inbound(call: LiveCall, number: OwnNumber) -> Program[None]:
    call.hears("ring")
    if not number.voice_url:
        call.complain(ApplicationError(13000, f"{number.number} has no voice URL."))
        raise CallOver("failed")
    yield from run(call, Request(number.voice_url, "voice"))


def _by_api(call: LiveCall, document: Request, patience: timedelta, detect_machine: bool) -> Program[None]:
    yield from hold(call, call.board.delays.dialling)
    yield from _ring(call, patience)
    if detect_machine:
        yield from hold(call, call.board.delays.machine_detection)
        call.record.answered_by = "machine_start" if call.leg.greeting else "human"
    yield from run(call, document)


def _dialled(call: LiveCall, whisper: Request | None, patience: timedelta) -> Program[None]:
    yield from _ring(call, patience)
    call.tell_parent("answered")
    if whisper is not None:
        yield from run(call, whisper)
    call.tell_parent("ready")
    try:
        while True:
            yield Wait()
    except Replaced as news:
        yield from run(call, news.request)


def _ring(call: LiveCall, patience: timedelta) -> Program[None]:
    """Ring the phone until it is answered. Nobody's document is asked for before that."""
    call.record.started_at = call.board.agenda.now
    call.report("initiated")
    habit, phone = call.leg.phone.habit, call.leg.phone
    if not habit.rings:
        yield from hold(call, habit.after or timedelta(0))
        raise CallOver(habit.status)
    yield from hold(call, call.board.delays.ringing)
    call.record.status = "ringing"
    phone.legs.append(call.leg)
    call.report("ringing")
    _take_up_habit(call, habit)
    until = call.board.agenda.now + patience
    while True:
        signal: Signal = yield Wait(until)
        match signal:
            case PickedUp():
                call.answer()
                return
            case Refused(status):
                raise CallOver(status)
            case Elapsed():
                raise CallOver("no-answer")


def _take_up_habit(call: LiveCall, habit: Habit) -> None:
    """Let the phone do by itself what it does when nobody touches it."""
    agenda = call.board.agenda

    def act() -> None:
        if call.leg.state != "ringing":
            return
        if habit.status:
            call.refused(habit.status)
            return
        call.leg.greeting = habit.greeting
        call.picked_up()
        for key in habit.keys:
            agenda.after(habit.greeting_lasts, lambda key=key: _press(call, key))  # type: ignore[misc]
        agenda.after(habit.greeting_lasts + habit.listens, call.hung_up)

    if habit.after is not None:
        agenda.after(habit.after, act)


def _press(call: LiveCall, key: str) -> None:
    if call.leg.state == "in-progress":
        call.pressed(key)


# Documents


def run(call: LiveCall, first: Request) -> Program[None]:
    """Perform one document after the other, until one has come to its end."""
    request: Request | None = first
    while request is not None:
        try:
            verbs = yield from _document(call, request)
            request = yield from _perform(call, verbs)
        except ApplicationError as fault:
            call.complain(fault)
            request = _fallback(call, fault)
            if request is None:
                yield from _apologize(call)
        except Replaced as news:
            request = news.request


def _document(call: LiveCall, request: Request) -> Program[tuple[Verb, ...]]:
    if request.twiml is not None:
        call.document_url = ""
        return read_voice(Answer(200, request.twiml.encode(), "text/xml"), "")
    answer = yield from ask(call, request)
    call.document_url = request.url
    return read_voice(answer, request.url)


def _perform(call: LiveCall, verbs: tuple[Verb, ...]) -> Program[Request | None]:
    if not verbs:
        call.answer()
    for verb in verbs:
        if answers(verb):
            call.answer()
        request = yield from VERBS[verb.name](call, verb)
        if request is not None:
            return request
    return None


def _fallback(call: LiveCall, fault: ApplicationError) -> Request | None:
    """The fallback URL gets one chance (twilio.com/docs/usage/security/availability-reliability)."""
    url, call.fallback_url = call.fallback_url, ""
    params = {"ErrorCode": str(fault.code), "ErrorUrl": fault.url or call.document_url}
    return Request(url, "voice", params=params) if url else None


def _apologize(call: LiveCall) -> Program[None]:
    call.answer()
    call.hears("say", APOLOGY)
    yield from hold(call, APOLOGY_LASTS)
    raise CallOver
