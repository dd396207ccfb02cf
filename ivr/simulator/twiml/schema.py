"""Twilio's published types of TwiML: which elements and attributes there are, and what is allowed in them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.simulator.values import Check, anything, is_boolean, one_of, some_of, whole_number

Tables = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class ElementType:
    """What an element may contain."""

    attributes: Mapping[str, Check]
    children: frozenset[str]


Grammar = Mapping[str, ElementType]


def _grammar(elements: Tables, values: Mapping[str, str]) -> Grammar:
    return {tag: _element(fields, values) for tag, fields in elements.items()}


def _element(fields: Mapping[str, str], values: Mapping[str, str]) -> ElementType:
    attributes = {name: _check(type_, values) for name, type_ in fields.items() if name != "children"}
    return ElementType(attributes, frozenset(fields["children"].split()))


def _check(type_: str, values: Mapping[str, str]) -> Check:
    match type_:
        case "string":
            return anything
        case "number":
            return whole_number(0)
        case "boolean":
            return is_boolean
    words = frozenset(values[type_.removesuffix("[]")].split())
    return some_of(words) if type_.endswith("[]") else one_of(words)


_schema = tomllib.loads(Path(__file__).with_name("schema.toml").read_text(encoding="utf-8"))
VOICE: Grammar = _grammar(_schema["voice"], _schema["values"])
MESSAGING: Grammar = _grammar(_schema["messaging"], _schema["values"])
