"""<Dial>: calls another phone, which first hears a document of its own if there is one; then both are connected.

Several phones ring together. Once one of them is picked up, the others stop, even if it then lets the call go: "the
first call to pick up is connected to the current call and the rest are hung up".

twilio.com/docs/voice/twiml/dial
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from xml.etree.ElementTree import Element

from ivr.simulator.ledger import CallStatus
from ivr.simulator.phones import Leg, Wait
from ivr.simulator.twiml.context import Context, DocumentRequest, HungUp, SpeechRun, VerbRun
from ivr.simulator.twiml.rules import BadTwiml


def dial(context: Context, verb: Element) -> VerbRun:
    """Call phones, or take the first caller of a queue."""
    queue = verb.find("Queue")
    if queue is None:
        return (yield from _dial_phones(context, verb))
    return (yield from _dial_queue(context, verb, (queue.text or "").strip()))


def _dial_queue(context: Context, verb: Element, name: str) -> VerbRun:
    """Connect the first caller in a queue, or the next one who joins it (twilio.com/docs/voice/twiml/queue)."""
    queue, leg = context.switch.queues.find(name), context.leg
    if queue is None:
        return _next_request(context, verb, {"DialCallStatus": CallStatus.FAILED, "DialBridged": "false"})
    until = context.now + timedelta(seconds=float(verb.get("timeout", "30")))
    queue.dialing.append(leg)
    try:
        while not queue.waiting and context.now < until:
            yield Wait(until)
    finally:
        queue.dialing.remove(leg)
    if not queue.waiting:
        return _next_request(context, verb, {"DialCallStatus": CallStatus.NO_ANSWER, "DialBridged": "false"})
    caller, began_at = queue.take_first(), context.now
    context.switch.join(leg, caller)
    while leg.bridged_with is not None:
        yield Wait(None)
    seconds = str(round((context.now - began_at).total_seconds()))
    fields = {"DialCallStatus": CallStatus.COMPLETED, "DialCallSid": caller.call.sid, "DialBridged": "true"}
    return _next_request(context, verb, {**fields, "DialCallDuration": seconds})


def _dial_phones(context: Context, verb: Element) -> VerbRun:
    timeout = timedelta(seconds=float(verb.get("timeout", "30")))
    caller_id = _caller_id(context, verb)
    called = [_call(context, noun, caller_id, timeout) for noun in verb.findall("Number") or [verb]]
    others = [leg for leg in called if leg is not None]
    if not others:
        yield Wait(context.now + timeout)
        return _next_request(context, verb, {"DialCallStatus": CallStatus.FAILED, "DialBridged": "false"})
    for leg in others:
        leg.on_answer = partial(_picked_up, context, leg, others, leg.on_answer)
    yield from _wait_for_end(context, others)
    return _next_request(context, verb, _result(others))


def _call(context: Context, noun: Element, caller_id: str, timeout: timedelta) -> Leg | None:
    """Call the phone of a <Number>, or of a <Dial> without one. Return None if it is never dialed."""
    screen_url = context.absolute(noun.attrib["url"]) if noun.tag == "Number" and "url" in noun.attrib else ""
    leg = context.switch.dial(context.leg, (noun.text or "").strip(), caller_id, timeout, screen_url)
    if leg is not None and noun.tag == "Number":
        _set_reports(context, leg, noun)
    return leg


def _picked_up(context: Context, leg: Leg, others: Sequence[Leg], go_on: Callable[[], object]) -> None:
    """Stop the other phones, and go on with the one that was picked up."""
    for other in others:
        if other is not leg and other.call.ended_at is None:
            context.switch.end(other, CallStatus.CANCELED)
    go_on()


def _caller_id(context: Context, verb: Element) -> str:
    call = context.leg.call
    caller_id = verb.get("callerId") or (call.to if context.leg.incoming else call.from_)
    if caller_id not in context.account.numbers and caller_id not in (call.from_, call.to):
        raise BadTwiml(13214, f"callerId {caller_id!r} is neither a number of the account nor a party of the call")
    return caller_id


def _set_reports(context: Context, other: Leg, noun: Element) -> None:
    """Set the keys that the other call gets, and the reports on it (twilio.com/docs/voice/twiml/number)."""
    other.send_digits = noun.get("sendDigits", "")
    if "statusCallback" in noun.attrib:
        other.status_callback = context.absolute(noun.attrib["statusCallback"])
        other.status_events = set(noun.get("statusCallbackEvent", "completed").split())
    if noun.get("machineDetection") and "amdStatusCallback" in noun.attrib:
        other.machine_callback = context.absolute(noun.attrib["amdStatusCallback"])


def _wait_for_end(context: Context, others: Sequence[Leg]) -> SpeechRun:
    try:
        while any(other.call.ended_at is None for other in others):
            yield Wait(None)
    except HungUp:
        for other in others:
            context.switch.end(other, CallStatus.COMPLETED if other.call.answered_at else CallStatus.CANCELED)
        raise


def _next_request(context: Context, verb: Element, result: dict[str, str]) -> DocumentRequest | None:
    action = verb.get("action")
    return DocumentRequest(context.absolute(action), result) if action is not None else None


def _result(others: Sequence[Leg]) -> dict[str, str]:
    """Return the fields about the phone that was picked up, else about the first one."""
    other = next((leg for leg in others if leg.call.answered_at), others[0])
    fields = {
        "DialCallStatus": str(other.call.status),
        "DialCallSid": other.call.sid,
        "DialBridged": str(other.was_bridged).lower(),
    }
    return fields | ({"DialCallDuration": str(other.call.seconds)} if other.call.answered_at else {})
