"""<Gather>: a key interrupts what is spoken; without any key the next verb runs.

twilio.com/docs/voice/twiml/gather
"""

from __future__ import annotations

from datetime import timedelta
from xml.etree.ElementTree import Element

from ivr.simulator.phones import Wait, WaitEnd
from ivr.simulator.twiml.context import Context, DocumentRequest, SpeechRun, VerbRun
from ivr.simulator.twiml.speech import speech


def gather(context: Context, verb: Element) -> VerbRun:
    timeout = timedelta(seconds=float(verb.get("timeout", "5")))
    typed = _Digits(verb.get("finishOnKey", "#"), int(verb.get("numDigits", "0")))
    context.leg.keys.clear()
    yield from _prompt(context, verb)
    while not typed.complete(context.leg.keys):
        if (yield Wait(context.now + timeout, keys=True)) is not WaitEnd.KEY:
            break
    return _next_request(context, verb, typed.digits)


def _prompt(context: Context, verb: Element) -> SpeechRun:
    """Run the verbs in the <Gather> until a key is pressed."""
    for child in verb:
        for wait in speech(context, child):
            if (yield Wait(wait.until, keys=True)) is WaitEnd.KEY:
                return


class _Digits:
    """The digits that were typed so far."""

    def __init__(self, finish: str, wanted: int) -> None:
        self._finish, self._wanted = finish, wanted
        self.digits = ""

    def complete(self, keys: list[str]) -> bool:
        """Take over the keys that were pressed. Return whether they complete the digits."""
        while keys:
            key = keys.pop(0)
            if key == self._finish:
                return True
            self.digits += key
            if self._wanted and len(self.digits) >= self._wanted:
                return True
        return False


def _next_request(context: Context, verb: Element, digits: str) -> DocumentRequest | None:
    if not digits and verb.get("actionOnEmptyResult", "false") != "true":
        return None
    url = context.absolute(verb.get("action", context.url))
    return DocumentRequest(url, {"Digits": digits, "msg": "Gather End"})
