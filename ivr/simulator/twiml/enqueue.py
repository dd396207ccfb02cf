"""<Enqueue>: the call waits in a queue, hearing documents of its own, until somebody dials the queue or it leaves.

twilio.com/docs/voice/twiml/enqueue
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import timedelta
from xml.etree.ElementTree import Element

from ivr.simulator.phones import Wait, WaitEnd
from ivr.simulator.queues import CallQueue, QueuedCall
from ivr.simulator.twiml.context import Context, DocumentRequest, HungUp, SpeechRun, VerbRun
from ivr.simulator.twiml.reader import read
from ivr.simulator.twiml.rules import BadTwiml

ALLOWED = {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"}
NOT_IN_A_WAIT = 14202
SHORTEST_ROUND = timedelta(seconds=1)  # of a document that takes no time
RunVerb = Callable[[Context, Element], VerbRun]


class LeftQueue(Exception):
    """The document takes the call out of the queue."""


def enqueue(context: Context, verb: Element, run_verb: RunVerb) -> VerbRun:
    """Wait in a queue. The action is requested after the conversation, or at once if there was none."""
    queue = context.switch.queues.create("".join(verb.itertext()).strip())
    if queue.is_full:
        return _next_request(context, verb, {"QueueResult": "queue-full", "QueueSid": queue.sid})
    call = queue.join(context.leg, context.now)
    for other in queue.dialing:
        context.switch.wake(other)
    try:
        result = yield from _wait(context, verb, queue, call, run_verb)
    except HungUp:
        _report(context, verb, _fields(context, queue, call, "bridged" if call.is_taken else "hangup"))
        raise
    finally:
        queue.leave(call, context.now)
    return _next_request(context, verb, _fields(context, queue, call, result))


def _wait(
    context: Context, verb: Element, queue: CallQueue, call: QueuedCall, run_verb: RunVerb
) -> Generator[Wait, WaitEnd, str]:
    documents = _documents(context, verb, queue, call, run_verb)
    try:
        wait = next(documents)
        while not call.is_taken:
            reason = yield wait
            if not call.is_taken:
                wait = documents.send(reason)
    except LeftQueue:
        return "leave"
    documents.close()
    while context.leg.bridged_with is not None:
        yield Wait(None)
    return "bridged"


def _documents(context: Context, verb: Element, queue: CallQueue, call: QueuedCall, run_verb: RunVerb) -> SpeechRun:
    """Run the documents that the caller hears, again and again."""
    url = verb.get("waitUrl")
    if url is None:  # Twilio plays music
        yield Wait(None)
        return
    while True:
        began_at = context.now
        request: DocumentRequest | None = DocumentRequest(context.absolute(url), queue.fields(call, began_at))
        while request is not None:
            request = yield from _run_document(context, request, run_verb)
        if context.now == began_at:
            yield Wait(began_at + SHORTEST_ROUND)


def _run_document(context: Context, request: DocumentRequest, run_verb: RunVerb) -> VerbRun:
    response = context.webhooks.fetch_document(context.leg.call, request.url, request.fields)
    if response is None:
        raise BadTwiml(11200, f"{request.url} did not answer with TwiML")
    verbs = read(response.body, response.content_type)
    for verb in verbs:
        if verb.tag not in ALLOWED:
            raise BadTwiml(NOT_IN_A_WAIT, f"<{verb.tag}> is not allowed while a call waits in a queue")
    for verb in verbs:
        if verb.tag == "Leave":
            raise LeftQueue
        following = yield from run_verb(replace(context, url=request.url), verb)
        if following is not None:
            return following
    return None


def _fields(context: Context, queue: CallQueue, call: QueuedCall, result: str) -> dict[str, str]:
    seconds = round((context.now - call.since).total_seconds())
    return {"QueueResult": result, "QueueSid": queue.sid, "QueueTime": str(seconds)}


def _next_request(context: Context, verb: Element, fields: dict[str, str]) -> DocumentRequest | None:
    action = verb.get("action")
    return DocumentRequest(context.absolute(action), fields) if action is not None else None


def _report(context: Context, verb: Element, fields: dict[str, str]) -> None:
    """Request the action when nobody is left to hear the answer."""
    action = verb.get("action")
    if action is not None:
        context.webhooks.report_action(context.leg.call, context.absolute(action), fields)
