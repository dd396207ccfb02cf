"""Checks a document of a call against the types that Twilio publishes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

TABLE = json.loads(Path(__file__).with_name("voice.json").read_text(encoding="utf-8"))
ELEMENTS, WORDS = TABLE["elements"], TABLE["words"]
XML = "{http://www.w3.org/XML/1998/namespace}"


def faults(element: Element) -> Iterator[str]:
    """Yield what the types do not allow in an element, as sentences."""
    tag = element.tag
    for name, value in element.attrib.items():
        type_ = ELEMENTS[tag]["attributes"].get(name.replace(XML, "xml:"))
        if type_ is None:
            yield f"<{tag}> has no attribute {name}."
        elif not _fits(value, type_):
            yield f"{name}={value!r} in <{tag}> is no {type_}."
    for child in element:
        if child.tag in ELEMENTS[tag]["children"]:
            yield from faults(child)
        else:
            yield f"<{tag}> cannot contain <{child.tag}>."


def _fits(value: str, type_: str) -> bool:
    match type_:
        case "string":
            return True
        case "number":
            return re.fullmatch(r"[0-9]+", value) is not None
        case "boolean":
            return value in ("true", "false")
    words = WORDS[type_.removesuffix("[]")]
    return bool(value) and all(word in words for word in (value.split() if type_.endswith("[]") else [value]))
