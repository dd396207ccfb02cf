"""Reads a TwiML document into verbs, in document order, and refuses whole what Twilio would not understand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

from ivr.simulator.grammar import BODY, MESSAGING, NUMBER, SSML, VOICE, Rule
from ivr.simulator.program import Answer, ApplicationError

LARGEST = 64 * 1024  # 11750
XML_TYPES = ("text/xml", "application/xml", "text/html")


@dataclass(frozen=True)
class Verb:
    """One verb or noun, as it stands in the document."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple[Verb, ...]

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def says(self, name: str, default: bool = False) -> bool:
        return self.attributes.get(name, str(default).lower()) == "true"

    def whole(self, name: str, default: int) -> int:
        return int(self.attributes.get(name, default))


def read_voice(answer: Answer, url: str) -> tuple[Verb, ...]:
    """Read what a voice webhook answered. Raises ApplicationError with Twilio's code."""
    return _read(answer, url, VOICE)


def read_messaging(answer: Answer, url: str) -> tuple[Verb, ...]:
    """Read what a messaging webhook answered; nothing at all is an answer too. Raises ApplicationError."""
    return () if answer.status in range(200, 300) and not answer.body.strip() else _read(answer, url, MESSAGING)


def _read(answer: Answer, url: str, grammar: Mapping[str, Rule]) -> tuple[Verb, ...]:
    if answer.status not in range(200, 300):
        said = f"HTTP {answer.status}" if answer.status else answer.fault
        raise ApplicationError(11200, f"The application gave no document: {said}.", url)
    if len(answer.body) > LARGEST:
        raise ApplicationError(11750, f"The document has {len(answer.body)} bytes; Twilio takes {LARGEST}.", url)
    kind = answer.content_type.partition(";")[0].strip().lower()
    if kind not in XML_TYPES:
        raise ApplicationError(12300, f"The content type is {kind or 'missing'}; answer with text/xml.", url)
    try:
        root = fromstring(answer.body)  # noqa: S314 - it comes from the application under test
    except ParseError as fault:
        raise ApplicationError(12100, f"The document is not well-formed XML: {fault}.", url) from fault
    if root.tag != "Response":
        raise ApplicationError(12102, f"The document's root is <{root.tag}>; it has to be <Response>.", url)
    if (root.text or "").strip() or any((child.tail or "").strip() for child in root):
        raise ApplicationError(12200, "There is text directly inside <Response>; put it into a verb.", url)
    return tuple(_verb(child, grammar, url) for child in root)


def _verb(element: Element, grammar: Mapping[str, Rule], url: str) -> Verb:
    rule = grammar.get(element.tag)
    if rule is None:
        raise ApplicationError(12200, f"<{element.tag}> is unknown here; known are {', '.join(grammar)}.", url)
    _check_attributes(element, rule, url)
    nouns = {**grammar, "Number": NUMBER, "Body": BODY}
    inner = {name: nouns[name] for name in rule.children if name not in SSML}
    spoken = all(name in SSML for name in rule.children)
    _check_children(element, rule, url)
    children = () if spoken else tuple(_verb(child, inner, url) for child in element)
    text = " ".join("".join(element.itertext() if spoken else _own_text(element)).split())
    if text and not rule.takes_text:
        raise ApplicationError(12200, f"<{element.tag}> takes no text, but says {text[:40]!r}.", url)
    return Verb(element.tag, dict(element.attrib), text, children)


def _own_text(element: Element) -> list[str]:
    return [element.text or "", *(child.tail or "" for child in element)]


def _check_attributes(element: Element, rule: Rule, url: str) -> None:
    for name, value in element.attrib.items():
        form = rule.attributes.get(name)
        if form is None:
            known = ", ".join(rule.attributes) or "none"
            raise ApplicationError(12200, f"<{element.tag}> has no attribute {name!r}; known are {known}.", url)
        if not re.fullmatch(form, value):
            raise ApplicationError(12200, f"{value!r} is no value for {name!r} of <{element.tag}>.", url)


def _check_children(element: Element, rule: Rule, url: str) -> None:
    spoken = all(name in SSML for name in rule.children)
    for child in element.iter() if spoken else element:
        if child is not element and child.tag not in rule.children:
            inside = ", ".join(f"<{name}>" for name in rule.children) or "nothing"
            raise ApplicationError(12200, f"<{child.tag}> inside <{element.tag}>: only {inside} may be.", url)
