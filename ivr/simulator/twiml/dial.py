"""<Dial>: calls another phone, which first hears a document of its own if there is one; then both are connected.

twilio.com/docs/voice/twiml/dial
"""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

from ivr.simulator.ledger import CallStatus
from ivr.simulator.phones import Leg, Wait
from ivr.simulator.twiml.context import Context, DocumentRequest, HungUp, SpeechRun, VerbRun
from ivr.simulator.twiml.rules import BadTwiml


def dial(context: Context, verb: Element) -> VerbRun:
    """Call a phone, or take the first caller of a queue."""
    queue = verb.find("Queue")
    if queue is None:
        return (yield from _dial_phone(context, verb))
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


def _dial_phone(context: Context, verb: Element) -> VerbRun:
    noun = verb.find("Number")
    number = ((noun.text if noun is not None else verb.text) or "").strip()
    screen_url = context.absolute(noun.attrib["url"]) if noun is not None and "url" in noun.attrib else ""
    timeout = timedelta(seconds=float(verb.get("timeout", "30")))
    other = context.switch.dial(context.leg, number, _caller_id(context, verb), timeout, screen_url)
    if other is None:
        yield Wait(context.now + timeout)
        return _next_request(context, verb, {"DialCallStatus": CallStatus.FAILED, "DialBridged": "false"})
    if noun is not None:
        _set_reports(context, other, noun)
    yield from _wait_for_end(context, other)
    return _next_request(context, verb, _result(other))


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


def _wait_for_end(context: Context, other: Leg) -> SpeechRun:
    try:
        while other.call.ended_at is None:
            yield Wait(None)
    except HungUp:
        context.switch.end(other, CallStatus.COMPLETED if other.call.answered_at else CallStatus.CANCELED)
        raise


def _next_request(context: Context, verb: Element, result: dict[str, str]) -> DocumentRequest | None:
    action = verb.get("action")
    return DocumentRequest(context.absolute(action), result) if action is not None else None


def _result(other: Leg) -> dict[str, str]:
    fields = {
        "DialCallStatus": str(other.call.status),
        "DialCallSid": other.call.sid,
        "DialBridged": str(other.was_bridged).lower(),
    }
    return fields | ({"DialCallDuration": str(other.call.seconds)} if other.call.answered_at else {})
