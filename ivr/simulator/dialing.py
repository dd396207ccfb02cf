"""<Dial> and <Number>: rings somebody else, lets them hear a whisper, and connects the two.

twilio.com/docs/voice/twiml/dial, twilio.com/docs/voice/twiml/number
"""

from __future__ import annotations

from datetime import timedelta

from ivr.simulator.calls import LiveCall
from ivr.simulator.program import (
    ApplicationError,
    CallOver,
    Elapsed,
    Key,
    News,
    Program,
    Replaced,
    Request,
    Signal,
    Wait,
)
from ivr.simulator.twiml import Verb

MOST_NUMBERS = 10
LONGEST = 14400  # seconds that two may talk


def dial(call: LiveCall, verb: Verb) -> Program[Request | None]:
    """Ring every number; the first to pick up is the one, hears its whisper, and is connected.

    The caller's hang-up ends it all and requests nothing; otherwise `action` is requested, or the next verb performed.
    """
    parties = _ring_all(call, verb)
    call.hears("ring")
    bridged = False
    try:
        chosen = yield from _first_ready(parties, verb)
        if chosen is not None:
            bridged = True
            yield from _talk(call, chosen, verb)
    except (CallOver, Replaced):
        for party in parties:
            party.end_soon()
        call.disconnect()
        raise
    if not verb.get("action"):
        return None
    return _action(call, verb, _told(parties), bridged)


def _ring_all(call: LiveCall, verb: Verb) -> list[LiveCall]:
    if call.parent is not None:
        raise ApplicationError(13000, "<Dial> cannot be used before the two are connected.")
    nouns = list(verb.children) or [Verb("Number", {}, verb.text, ())]
    if len(nouns) > MOST_NUMBERS:
        raise ApplicationError(13225, f"<Dial> rings {len(nouns)} numbers; {MOST_NUMBERS} is the most.")
    caller_id = verb.get("callerId") or _shown(call)
    allowed = {*call.board.numbers, call.record.from_, call.record.to}
    if caller_id not in allowed:
        raise ApplicationError(13214, f"callerId {caller_id!r} is neither ours nor that of a party of this call.")
    for noun in nouns:
        if not noun.text.removeprefix("+").isdigit():
            raise ApplicationError(13224, f"{noun.text!r} is no number to dial.")
    patience = timedelta(seconds=verb.whole("timeout", 30))
    return [call.board.place_dialled(call, noun, caller_id, patience) for noun in nouns]


def _shown(call: LiveCall) -> str:
    return call.record.from_ if call.record.direction == "inbound" else call.record.to


def _first_ready(parties: list[LiveCall], verb: Verb) -> Program[LiveCall | None]:
    """Wait until one party can be connected, or none is left."""
    pending = {party.record.sid: party for party in parties}
    while pending:
        signal: Signal = yield Wait()
        match signal:
            case News("answered", sid):
                for other in pending.values():
                    if other.record.sid != sid:
                        other.end_soon()
            case News("ready", sid) if sid in pending:
                return pending[sid]
            case News("ended", sid):
                pending.pop(sid, None)
            case Key("*") if verb.says("hangupOnStar"):
                for other in pending.values():
                    other.end_soon()
    return None


def _talk(call: LiveCall, party: LiveCall, verb: Verb) -> Program[None]:
    """The two are connected until either hangs up, * ends it, or the time is up."""
    call.answer()
    call.connect(party)
    if party.leg.greeting:
        call.hears("voice", party.leg.greeting)
    until = call.board.agenda.now + timedelta(seconds=verb.whole("timeLimit", LONGEST))
    while True:
        signal: Signal = yield Wait(until)
        match signal:
            case News("ended", sid) if sid == party.record.sid:
                return
            case Elapsed():
                party.end_soon()
            case Key("*") if verb.says("hangupOnStar"):
                party.end_soon()


def _told(parties: list[LiveCall]) -> LiveCall:
    """The party whose end is reported: one that answered, or else the last that did not."""
    return next((party for party in parties if party.is_answered), parties[-1])


def _action(call: LiveCall, verb: Verb, party: LiveCall, bridged: bool) -> Request:
    # Somebody who picked up and declined in the whisper has answered at the carrier: `completed`. Only DialBridged
    # tells that the two never spoke.
    params = {
        "DialCallSid": party.record.sid,
        "DialCallStatus": party.record.status,
        "DialBridged": str(bridged).lower(),
    }
    if party.is_answered:
        params["DialCallDuration"] = str(int(party.record.duration.total_seconds()))
    return Request(call.absolute(verb.get("action")), method=verb.get("method", "POST"), params=params)
