"""Reads TwiML as strictly as Twilio's debugger: an unknown verb, noun, attribute or value is an error.

twilio.com/docs/voice/twiml
"""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError, fromstring

from ivr.simulator.twiml.rules import IN_GATHER, RULES, SCHEMA_WARNING, BadTwiml, Rule, check_whole
from ivr.simulator.twiml.schema import MESSAGING, VOICE, Grammar
from ivr.simulator.values import anything

LARGEST_DOCUMENT = 64 * 1024
CONTENT_TYPES = {"text/xml", "application/xml", "text/html"}
XML = "{http://www.w3.org/XML/1998/namespace}"
# The codes for an element in the wrong place.
NESTED_IN = {"Gather": 13320, "Dial": 13215}
NOT_FOR_A_TEXT = 14110


def read(body: str, content_type: str = "text/xml") -> list[Element]:
    """Return the verbs of a call's document, in order. Raise BadTwiml if it is not valid."""
    response = _parse(body, content_type)
    _check(response, VOICE)
    return list(response)


def read_reply(body: str, content_type: str = "text/xml") -> list[Element]:
    """Return the verbs of the answer to a text. Raise BadTwiml if it is not valid."""
    response = _parse(body, content_type)
    for verb in response:
        if verb.tag in VOICE["Response"].children - MESSAGING["Response"].children:
            raise BadTwiml(NOT_FOR_A_TEXT, f"<{verb.tag}> cannot answer a text")
    _check(response, MESSAGING)
    return list(response)


def _parse(body: str, content_type: str) -> Element:
    if content_type.partition(";")[0].strip().lower() not in CONTENT_TYPES:
        raise BadTwiml(12300, f"the Content-Type {content_type!r} is not one of XML")
    if len(body.encode()) > LARGEST_DOCUMENT:
        raise BadTwiml(11750, "the document is larger than 64 kB")
    try:
        response = fromstring(body)  # noqa: S314 - the application under test wrote it
    except (ParseError, ValueError) as error:
        raise BadTwiml(12100, f"the document cannot be parsed: {error}") from None
    if response.tag != "Response":
        raise BadTwiml(12102, f"the document starts with <{response.tag}> instead of <Response>")
    return response


def _check(element: Element, grammar: Grammar, parent: str = "") -> None:
    """Check an element and all that it contains."""
    for name, value in element.attrib.items():
        _check_attribute(element.tag, name.replace(XML, "xml:"), value, grammar, parent)
    check_whole(element)
    for child in element:
        if child.tag not in grammar[element.tag].children:
            code = NESTED_IN.get(element.tag, SCHEMA_WARNING)
            raise BadTwiml(code, f"<{child.tag}> is not allowed in <{element.tag}>")
        _check(child, grammar, element.tag)


def _check_attribute(tag: str, name: str, value: str, grammar: Grammar, parent: str) -> None:
    allowed = grammar[tag].attributes.get(name)
    if allowed is None:
        raise BadTwiml(SCHEMA_WARNING, f"<{tag}> has no attribute {name!r}")
    rule = RULES.get(tag, {}).get(name, Rule(SCHEMA_WARNING))
    if not (allowed(value) and (rule.allows or anything)(value)):
        code = IN_GATHER.get(rule.code, rule.code) if parent == "Gather" else rule.code
        raise BadTwiml(code, f"{name}={value!r} is not valid in <{tag}>")


def words_of(element: Element) -> str:
    """Return what is spoken: all the text in an element, without its SSML tags."""
    return " ".join("".join(element.itertext()).split())
