"""What Twilio demands of values beyond their published types, with the codes of its debugger (docs/api/errors)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from ivr.simulator.values import (
    Check,
    at_most,
    is_absolute_url,
    is_method,
    is_phone_number,
    is_url,
    keys,
    one_of,
    whole_number,
)

SCHEMA_WARNING = 12200
INVALID_URL = 11100
LONGEST_RING = 600  # seconds
MOST_NUMBERS = 10  # of one <Dial>
LONGEST_CALL = 24 * 60 * 60
LONGEST_RECORDING = 4 * 60 * 60
LONGEST_TRANSCRIBED = 120
LONGEST_SPOKEN = 4096  # characters
LONGEST_TEXT = 1600
LARGEST_QUEUE = 5000
LONGEST_QUEUE_NAME = 64  # characters
DIGITS = "0123456789*#"
DIGITS_AND_PAUSES = f"{DIGITS}wW"


class BadTwiml(Exception):
    """A document that Twilio would refuse, with the error code of its debugger."""

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(f"{code} {message}")


@dataclass(frozen=True)
class Rule:
    """The code for an attribute's value that is not valid, and what is allowed beside its published type."""

    code: int
    allows: Check | None = None


ANY_URL = Rule(INVALID_URL, is_url)
ANY_METHOD = Rule(SCHEMA_WARNING, is_method)
POSITIVE = whole_number(1)

RULES: dict[str, dict[str, Rule]] = {
    "Say": {"voice": Rule(13511), "language": Rule(13512), "loop": Rule(13510)},
    "Play": {"loop": Rule(13410), "digits": Rule(13430, keys(DIGITS_AND_PAUSES))},
    "Pause": {"length": Rule(13910, POSITIVE)},
    "Gather": {
        "action": ANY_URL,
        "actionOnEmptyResult": Rule(13338),
        "bargeIn": Rule(13332),
        "finishOnKey": Rule(13310, keys(DIGITS)),
        "hints": Rule(13330, at_most(10_000)),
        "input": Rule(13326),
        "language": Rule(13331),
        "maxSpeechTime": Rule(13328, POSITIVE),
        "method": Rule(13312, is_method),
        "numDigits": Rule(13314, POSITIVE),
        "partialResultCallback": ANY_URL,
        "partialResultCallbackMethod": Rule(13329, is_method),
        "profanityFilter": Rule(13333),
        "speechTimeout": Rule(13327, lambda text: text == "auto" or POSITIVE(text)),
        "timeout": Rule(13313, POSITIVE),
    },
    "Record": {
        "action": ANY_URL,
        "finishOnKey": Rule(13613, keys(DIGITS)),
        "maxLength": Rule(13612, whole_number(1, LONGEST_RECORDING)),
        "method": Rule(13610, is_method),
        "playBeep": Rule(13616),
        "recordingStatusCallback": Rule(13256, is_url),
        "recordingStatusCallbackEvent": Rule(13621),
        "recordingStatusCallbackMethod": ANY_METHOD,
        "timeout": Rule(13611),
        "transcribe": Rule(13614),
        "transcribeCallback": Rule(13257, is_url),
        "trim": Rule(13699),
    },
    "Dial": {
        "action": ANY_URL,
        "callerId": Rule(13214, is_phone_number),
        "hangupOnStar": Rule(13213),
        "method": Rule(13210, is_method),
        "record": Rule(13217),
        "recordingStatusCallback": Rule(13256, is_url),
        "recordingStatusCallbackEvent": Rule(13621),
        "recordingStatusCallbackMethod": ANY_METHOD,
        "recordingTrack": Rule(13622),
        "referMethod": ANY_METHOD,
        "referUrl": ANY_URL,
        "sequential": Rule(13218),
        "timeLimit": Rule(13216, whole_number(1, LONGEST_CALL)),
        "timeout": Rule(13212, whole_number(1, LONGEST_RING)),
        "trim": Rule(13699),
    },
    "Number": {
        "amdStatusCallback": ANY_URL,
        "amdStatusCallbackMethod": ANY_METHOD,
        "machineDetection": Rule(SCHEMA_WARNING, one_of(("Enable", "DetectMessageEnd"))),
        "machineDetectionSilenceTimeout": Rule(SCHEMA_WARNING, whole_number(2000, 10000)),
        "machineDetectionSpeechEndThreshold": Rule(SCHEMA_WARNING, whole_number(500, 5000)),
        "machineDetectionSpeechThreshold": Rule(SCHEMA_WARNING, whole_number(1000, 6000)),
        "machineDetectionTimeout": Rule(SCHEMA_WARNING, whole_number(3, 59)),
        "method": Rule(13221, is_method),
        "sendDigits": Rule(13222, keys(DIGITS_AND_PAUSES)),
        "statusCallback": ANY_URL,
        "statusCallbackMethod": ANY_METHOD,
        "url": ANY_URL,
    },
    "Enqueue": {
        "action": Rule(14203, is_url),
        "maxQueueSize": Rule(SCHEMA_WARNING, whole_number(1, LARGEST_QUEUE)),
        "method": ANY_METHOD,
        "waitUrl": Rule(14202, is_url),
        "waitUrlMethod": Rule(14206, is_method),
    },
    "Queue": {"method": ANY_METHOD, "url": Rule(14211, is_url)},
    "Redirect": {"method": Rule(13710, is_method)},
    "Reject": {"reason": Rule(13810)},
    "Message": {
        "action": ANY_URL,
        "from": Rule(14102, is_phone_number),
        "method": Rule(14104, is_method),
        "statusCallback": Rule(14105, is_url),
        "to": Rule(14101, is_phone_number),
    },
}
# The codes for a <Say> or <Play> that stands in a <Gather>.
IN_GATHER = {13511: 13321, 13510: 13322}

# What Amazon's voices accept as such: a phone number has seven or ten digits.
INTERPRETED = {
    "digits": r"[0-9]+",
    "telephone": r"(\(?[0-9]{3}\)?[ .-]?)?[0-9]{3}[ .-]?[0-9]{4}(x[0-9]+)?",
}
WITHOUT_MARKUP = {"man", "woman", "alice"}

# The languages of the voices whose name does not contain one, as far as this desk may use them.
POLLY_VOICES = {
    "en-US": {
        *("Danielle", "Ivy", "Joanna", "Joey", "Justin", "Kendra", "Kimberly", "Matthew", "Ruth", "Salli", "Stephen")
    },
    "en-GB": {"Amy", "Arthur", "Brian", "Emma"},
    "fr-CA": {"Chantal", "Gabrielle", "Liam"},
    "fr-FR": {"Celine", "Lea", "Mathieu", "Remi"},
}


def check_whole(verb: Element) -> None:
    """Check what depends on more than one value, and the text of an element. Raise BadTwiml."""
    text = "".join(verb.itertext()).strip()
    match verb.tag:
        case "Say":
            _check_spoken(verb, text)
        case "say-as":
            _check_interpreted(verb, text)
        case "sub":
            _demand(bool(text) and bool(verb.get("alias", "").strip()), SCHEMA_WARNING, "<sub> says nothing")
        case "Play" if "digits" not in verb.attrib or text:
            _demand(is_url(text), INVALID_URL, f"<Play> has no valid URL: {text!r}")
        case "Redirect":
            _demand(is_url(text), INVALID_URL, f"<Redirect> has no valid URL: {text!r}")
        case "Gather":
            _demand(len(verb.get("finishOnKey", "")) <= 1, 13311, "finishOnKey is more than one key")
        case "Record":
            _check_transcription(verb)
        case "Dial":
            _check_dialed(verb, (verb.text or "").strip())
        case "Number":
            _demand(is_phone_number(text), 13223, f"{text!r} is not a phone number in E.164 form")
        case "Enqueue" if "workflowSid" not in verb.attrib:
            _check_queue(verb, text)
        case "Queue":
            _check_queue(verb, text)
        case "Media":
            _demand(is_absolute_url(text), INVALID_URL, f"<Media> has no valid URL: {text!r}")
        case "Message" | "Body":
            _check_message(verb, text)
    if verb.tag in WITHOUT_TEXT:
        _demand(not _own_text(verb), SCHEMA_WARNING, f"<{verb.tag}> contains text: {_own_text(verb)!r}")


WITHOUT_TEXT = {"Response", "Pause", "Gather", "Record", "Leave", "Reject", "Hangup", "break"}


def _own_text(verb: Element) -> str:
    return "".join([verb.text or "", *(child.tail or "" for child in verb)]).strip()


def _check_spoken(say: Element, text: str) -> None:
    _demand(bool(text), 13520, "<Say> says nothing")
    length = len(text) + sum(_length_of_markup(element) for element in say.iter() if element is not say)
    _demand(length <= LONGEST_SPOKEN, 13521, f"<Say> has more than {LONGEST_SPOKEN} characters")
    voice, language = say.get("voice", ""), say.get("language", "")
    _demand(not len(say) or voice not in WITHOUT_MARKUP, 13520, f"the voice {voice!r} takes no markup")
    spoken = _language_of(voice)
    _demand(not language or spoken in ("", language), 13512, f"{voice} does not speak {language}")


def _length_of_markup(element: Element) -> int:
    attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
    return len(f"<{element.tag}{attributes}></{element.tag}>")


def _check_interpreted(part: Element, text: str) -> None:
    """Check that the text of a <say-as> is of the kind that it says it is."""
    kind = part.get("interpret-as", "")
    _demand(bool(kind) and bool(text), SCHEMA_WARNING, "<say-as> has no interpret-as, or says nothing")
    pattern = INTERPRETED.get(kind)
    _demand(pattern is None or bool(re.fullmatch(pattern, text)), SCHEMA_WARNING, f"{text!r} is not a {kind}")
    _demand("format" not in part.attrib or kind == "date", SCHEMA_WARNING, "only a date has a format")


def _language_of(voice: str) -> str:
    """Return the language of a voice, or "" if it is not known."""
    provider, _, name = voice.partition(".")
    if provider == "Google":
        found = re.match(r"[a-z]{2,3}-[A-Z]{2}", name)
        return found[0] if found else ""
    return next((language for language, names in POLLY_VOICES.items() if name.split("-")[0] in names), "")


def _check_transcription(record: Element) -> None:
    longest = int(record.get("maxLength", "0"))
    is_too_long = record.get("transcribe") == "true" and longest > LONGEST_TRANSCRIBED
    _demand(not is_too_long, 13615, f"only {LONGEST_TRANSCRIBED} seconds can be transcribed, not {longest}")


def _check_dialed(dial: Element, text: str) -> None:
    if len(dial):
        _demand(not text, 13215, "<Dial> has both a number and a noun")
        numbers = dial.findall("Number")
        is_alike = len(numbers) == len(dial) or len(dial) == 1
        _demand(is_alike, SCHEMA_WARNING, "the simulator dials only numbers together")
        _demand(len(numbers) <= MOST_NUMBERS, SCHEMA_WARNING, f"<Dial> has more than {MOST_NUMBERS} numbers")
    else:
        _demand(is_phone_number(text), 13223, f"{text!r} is not a phone number in E.164 form")


def _check_queue(element: Element, name: str) -> None:
    is_named = 0 < len(name) <= LONGEST_QUEUE_NAME
    _demand(is_named, SCHEMA_WARNING, f"<{element.tag}> names no queue of up to {LONGEST_QUEUE_NAME} characters")


def _check_message(message: Element, text: str) -> None:
    has_media = message.find("Media") is not None
    _demand(bool(text) or has_media, 14103, "the text is empty")
    _demand(len(text) <= LONGEST_TEXT, 14103, f"the text has more than {LONGEST_TEXT} characters")


def _demand(is_met: bool, code: int, problem: str) -> None:
    if not is_met:
        raise BadTwiml(code, problem)
