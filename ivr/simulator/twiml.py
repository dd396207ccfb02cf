"""Reads TwiML as strictly as Twilio's debugger does: an unknown verb, noun or attribute is an error.

twilio.com/docs/voice/twiml
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, fromstring

LARGEST_DOCUMENT = 64 * 1024

# The attributes that a verb may have (twilio.com/docs/voice/twiml, and /docs/messaging/twiml for Message).
VERBS: dict[str, set[str]] = {
    "Say": {"voice", "language", "loop"},
    "Play": {"loop", "digits"},
    "Pause": {"length"},
    "Gather": {
        *("input", "action", "method", "timeout", "numDigits", "finishOnKey", "actionOnEmptyResult", "language"),
    },
    "Record": {
        *("action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim", "recordingStatusCallback"),
        *("recordingStatusCallbackMethod", "recordingStatusCallbackEvent", "transcribe", "transcribeCallback"),
    },
    "Dial": {"action", "method", "timeout", "callerId", "answerOnBridge", "hangupOnStar", "timeLimit", "ringTone"},
    "Redirect": {"method"},
    "Reject": {"reason"},
    "Hangup": set(),
    "Message": {"to", "from", "action", "method", "statusCallback"},
}
SSML = {"break", "emphasis", "lang", "p", "prosody", "s", "say-as", "sub", "w", "phoneme"}
NUMBER = {
    *("url", "method", "sendDigits", "statusCallback", "statusCallbackEvent", "statusCallbackMethod"),
    *("machineDetection", "machineDetectionTimeout", "amdStatusCallback", "amdStatusCallbackMethod"),
}
NOUNS: dict[str, dict[str, set[str]]] = {
    "Dial": {"Number": NUMBER},
    "Message": {"Body": set(), "Media": set()},
    "Say": {tag: {"level", "strength", "time", "rate", "pitch", "interpret-as", "lang"} for tag in SSML},
}
IN_A_GATHER = {"Say", "Play", "Pause"}


class BadTwiml(Exception):
    """What Twilio would note in its debugger, with its code."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(f"{code} {message}")


def read(body: str) -> list[Element]:
    """Give the verbs of a document, in order. Raises BadTwiml."""
    if len(body.encode()) > LARGEST_DOCUMENT:
        raise BadTwiml(11750, "the document is larger than 64 kB")
    try:
        response = fromstring(body)  # noqa: S314 - the application under test wrote it
    except ParseError as fault:
        raise BadTwiml(12100, f"the document cannot be parsed: {fault}") from None
    if response.tag != "Response":
        raise BadTwiml(12100, f"the document begins with <{response.tag}>, not with <Response>")
    for verb in response:
        _check(verb)
    return list(response)


def _check(verb: Element) -> None:
    if verb.tag not in VERBS:
        raise BadTwiml(12200, f"there is no verb <{verb.tag}>")
    _check_attributes(verb, VERBS[verb.tag])
    for child in verb:
        if verb.tag == "Gather":
            if child.tag not in IN_A_GATHER:
                raise BadTwiml(12200, f"<{child.tag}> cannot stand in a <Gather>")
            _check(child)
            continue
        nouns = NOUNS.get(verb.tag, {})
        if child.tag not in nouns:
            raise BadTwiml(12200, f"<{child.tag}> cannot stand in a <{verb.tag}>")
        _check_attributes(child, nouns[child.tag])


def _check_attributes(element: Element, known: set[str]) -> None:
    for name in element.attrib:
        if name.rpartition("}")[2] not in known:
            raise BadTwiml(12200, f"<{element.tag}> has no attribute {name!r}")


def words_of(element: Element) -> str:
    """Give what is spoken: all text below, without the marks of SSML."""
    return " ".join("".join(element.itertext()).split())
