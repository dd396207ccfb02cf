"""Runs the documents of a call, verb by verb in their order, as Twilio does."""

from __future__ import annotations

from collections.abc import Generator
from xml.etree.ElementTree import Element

from ivr.simulator.account import Account
from ivr.simulator.events import EventQueue
from ivr.simulator.ledger import CallStatus
from ivr.simulator.phones import Leg, Wait, WaitEnd
from ivr.simulator.twiml.context import CallEnded, Context, DocumentRequest, Switch, VerbRun
from ivr.simulator.twiml.dial import dial
from ivr.simulator.twiml.enqueue import enqueue
from ivr.simulator.twiml.gather import gather
from ivr.simulator.twiml.reader import read
from ivr.simulator.twiml.record import record
from ivr.simulator.twiml.rules import SCHEMA_WARNING, BadTwiml
from ivr.simulator.twiml.speech import say, speech
from ivr.simulator.webhooks import Webhooks

APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye."

# Returns whether the last document ended the call, rather than only running out.
DocumentsRun = Generator[Wait, WaitEnd, bool]


class Documents:
    """Runs the documents of calls, one after the other."""

    def __init__(self, account: Account, events: EventQueue, webhooks: Webhooks, switch: Switch) -> None:
        self._account, self._events, self._webhooks, self._switch = account, events, webhooks, switch

    def run(self, leg: Leg, first: DocumentRequest) -> DocumentsRun:
        """Run a call's documents.

        A document that cannot be fetched or run is followed by the number's fallback URL, once.
        """
        request: DocumentRequest | None = first
        fallback = self._account.fallback_url(leg.call)
        while request is not None:
            context = self._context(leg, request.url)
            try:
                request = yield from self._run_one(context, request)
            except CallEnded:
                return True
            except BadTwiml as error:
                self._account.ledger.errors.append(str(error))
                if not fallback:
                    self._switch.pick_up(leg)
                    yield from say(context, APPLICATION_ERROR)
                    return True
                request = DocumentRequest(fallback, {"ErrorCode": str(error.code), "ErrorUrl": context.url})
                fallback = ""
        return False

    def _context(self, leg: Leg, url: str) -> Context:
        return Context(leg, url, self._account, self._events, self._webhooks, self._switch)

    def _run_one(self, context: Context, request: DocumentRequest) -> VerbRun:
        for verb in self._verbs(context, request):
            if verb.tag != "Reject":
                self._switch.pick_up(context.leg)
            following = yield from _run_verb(context, verb)
            if following is not None:
                return following
        return None

    def _verbs(self, context: Context, request: DocumentRequest) -> list[Element]:
        if request.document:
            return read(request.document)
        response = self._webhooks.fetch_document(context.leg.call, request.url, request.fields)
        if response is None:
            raise BadTwiml(11200, f"{request.url} did not answer with TwiML")
        return read(response.body, response.content_type)


def _run_verb(context: Context, verb: Element) -> VerbRun:
    match verb.tag:
        case "Gather":
            return (yield from gather(context, verb))
        case "Record":
            return (yield from record(context, verb))
        case "Dial" if context.leg.parent is not None:
            raise BadTwiml(13201, "a call that was dialed cannot dial")
        case "Dial":
            return (yield from dial(context, verb))
        case "Enqueue":
            return (yield from enqueue(context, verb, _run_verb))
        case "Leave":
            raise BadTwiml(SCHEMA_WARNING, "a call that is in no queue cannot leave one")
        case "Redirect":
            return DocumentRequest(context.absolute((verb.text or "").strip()), {})
        case "Reject":
            context.switch.end(context.leg, CallStatus.BUSY if verb.get("reason") == "busy" else CallStatus.NO_ANSWER)
            raise CallEnded
        case "Hangup":
            raise CallEnded
    yield from speech(context, verb)
    return None
