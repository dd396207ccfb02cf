"""What must hold for every document that a caller or a technician hears."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

from callbacks.desk.desk_file import Voices
from ivr.simulator.twiml.reader import read
from ivr.simulator.twiml.rules import BadTwiml
from ivr.twilio.voices import language_of
from tests.ivr.twiml_types import check

LARGEST = 64_000  # bytes
LONGEST_SAY = 4096
URLS = ("action", "url", "waitUrl", "statusCallback", "recordingStatusCallback", "transcribeCallback")
# Words that only one of the languages has.
ONLY = {
    "en": re.compile(r"\b(press|please|your|thank you|calling|message will be)\b", re.IGNORECASE),
    "fr": re.compile(r"\b(appuyez|veuillez|votre|vous|nous|merci)\b", re.IGNORECASE),
}
OFFERED = re.compile(
    r"(?:press|appuyez sur le) ([0-9*#])(?![0-9])|(?<![0-9])([0-9*#]) (?:to|for|if|pour|si)\b", re.IGNORECASE
)
NOT_A_CHOICE = re.compile("not one of the choices|ce choix n'est pas valide")
PROMISE = re.compile(
    "will call you|will be called|vous r?appellera|vous serez rappelé|tell a manager|(?:avisons|dirons à) un gestion",
    re.IGNORECASE,
)
REFERENCE = re.compile(r"\b([A-Z](?:, | )[A-Z](?:, | )(?:[0-9](?:, | )){2}[0-9])\b|\b[A-Z]{2}-\d{3}\b")
LINK = re.compile(r"(?<=/)[A-Za-z0-9_.-]{40,}(?=<)")  # signed, with an instant
SID = re.compile(r"\b(CA|RE|QU)[0-9a-f]{32}\b")


@dataclass(frozen=True)
class Document:
    """An answer of the desk to the carrier."""

    text: str

    @property
    def root(self) -> Element:
        return fromstring(self.text)

    @property
    def said(self) -> str:
        return " ".join("".join(say.itertext()) for say in self.root.iter("Say"))

    @property
    def same_as(self) -> str:
        """Return the text without what differs from call to call, to know a document that was heard before."""
        without_sids = SID.sub(r"\1", LINK.sub("LINK", self.text))
        return REFERENCE.sub("REFERENCE", without_sids)

    @property
    def promises(self) -> bool:
        return PROMISE.search(self.said) is not None

    @property
    def records(self) -> bool:
        return self.root.find("Record") is not None

    @property
    def offered_keys(self) -> set[str]:
        """Return the keys that the caller hears of in the question."""
        gather = self.root.find("Gather")
        if gather is None or gather.get("numDigits") != "1":
            return set()
        said = " ".join("".join(say.itertext()) for say in gather.iter("Say"))
        return {key for found in OFFERED.findall(said) for key in found if key}


def faults(text: str, content_type: str, public_url: str, voices: Voices) -> Iterator[str]:
    """Yield what is wrong with a document, as sentences."""
    if len(text.encode()) > LARGEST:
        yield f"It has {len(text.encode())} bytes."
    try:
        root = fromstring(text)
    except ParseError as error:
        yield f"It is not well-formed: {error}."
        return
    yield from check.faults(root)
    try:
        read(text, content_type)
    except BadTwiml as refused:
        yield f"The simulated carrier refuses it: {refused}."
    for say in root.iter("Say"):
        yield from _faults_of_speech(say, voices)
    for element in root.iter():
        for name in URLS:
            if name in element.attrib and not element.attrib[name].startswith(f"{public_url}/"):
                yield f"{name} of <{element.tag}> is not ours: {element.attrib[name]}."
    yield from _silent_questions(root)


def _faults_of_speech(say: Element, voices: Voices) -> Iterator[str]:
    words, voice = " ".join("".join(say.itertext()).split()), say.get("voice", "")
    if not words.strip(" .,:;"):
        yield "A <Say> says nothing."
    if len(words) > LONGEST_SAY:
        yield f"A <Say> has {len(words)} characters."
    if re.search(r"[{}]|\bNone\b|<|>", words):
        yield f"Something is not filled in: {words}"
    spoken = next((language for language in ("en", "fr") if voices.for_(language) == voice), None)
    if spoken is None or say.get("language") != language_of(voice):
        yield f"The voice {voice!r} does not fit: {words}"
    elif ONLY["fr" if spoken == "en" else "en"].search(words) and not ONLY[spoken].search(words):
        yield f"{voice} says in the other language: {words}"


def _silent_questions(root: Element) -> Iterator[str]:
    """A question without words leaves the caller alone with the silence."""
    heard = False
    for verb in root:
        heard = heard or any(part.tag in ("Say", "Play") for part in verb.iter())
        if verb.tag == "Gather" and not heard and verb.find("Pause") is None:
            yield "A <Gather> asks nothing."
