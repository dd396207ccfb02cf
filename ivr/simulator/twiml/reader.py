"""Reads TwiML as strictly as Twilio's debugger: an unknown verb, noun or attribute is an error.

twilio.com/docs/voice/twiml
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, fromstring

LARGEST_DOCUMENT = 64 * 1024

# The attributes of each verb (twilio.com/docs/voice/twiml, and /docs/messaging/twiml for Message).
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
ALLOWED_IN_GATHER = {"Say", "Play", "Pause"}


class BadTwiml(Exception):
    """A document that Twilio would refuse, with the error code of its debugger."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(f"{code} {message}")


def read(body: str) -> list[Element]:
    """Return the verbs of a document, in order. Raise BadTwiml if it is not valid."""
    if len(body.encode()) > LARGEST_DOCUMENT:
        raise BadTwiml(11750, "the document is larger than 64 kB")
    try:
        response = fromstring(body)  # noqa: S314 - the application under test wrote it
    except ParseError as error:
        raise BadTwiml(12100, f"the document cannot be parsed: {error}") from None
    if response.tag != "Response":
        raise BadTwiml(12100, f"the document starts with <{response.tag}> instead of <Response>")
    for verb in response:
        _check(verb)
    return list(response)


def _check(verb: Element) -> None:
    if verb.tag not in VERBS:
        raise BadTwiml(12200, f"unknown verb <{verb.tag}>")
    _check_attributes(verb, VERBS[verb.tag])
    for child in verb:
        _check_child(verb.tag, child)


def _check_child(verb: str, child: Element) -> None:
    nouns = NOUNS.get(verb, {})
    if child.tag in nouns:
        _check_attributes(child, nouns[child.tag])
    elif verb == "Gather" and child.tag in ALLOWED_IN_GATHER:
        _check(child)
    else:
        raise BadTwiml(12200, f"<{child.tag}> is not allowed in <{verb}>")


def _check_attributes(element: Element, known: set[str]) -> None:
    for name in element.attrib:
        if name.rpartition("}")[2] not in known:
            raise BadTwiml(12200, f"<{element.tag}> has no attribute {name!r}")


def words_of(element: Element) -> str:
    """Return what is spoken: all the text in an element, without its SSML tags."""
    return " ".join("".join(element.itertext()).split())
