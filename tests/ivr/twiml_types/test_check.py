"""The check against Twilio's published types, and the simulated carrier's own types beside them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.ivr.twiml_types import check

SIMULATED = tomllib.loads(Path("ivr/simulator/twiml/schema.toml").read_text(encoding="utf-8"))


def faults(document: str) -> list[str]:
    return list(check.faults(fromstring(document)))


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ("<Response><Speak>Hello</Speak></Response>", "<Response> cannot contain <Speak>."),
        ("<Response><Gather><Record/></Gather></Response>", "<Gather> cannot contain <Record>."),
        ('<Response><Gather numDigit="1"/></Response>', "<Gather> has no attribute numDigit."),
        ('<Response><Gather numDigits="one"/></Response>', "numDigits='one' in <Gather> is no number."),
        ('<Response><Gather actionOnEmptyResult="yes"/></Response>', "in <Gather> is no boolean."),
        ('<Response><Say voice="Polly.Nobody">Hello</Say></Response>', "in <Say> is no SayVoice."),
        ('<Response><Gather input="dtmf keys"/></Response>', "in <Gather> is no GatherInput[]."),
        ('<Response><Say><say-as interpret-as="song">1</say-as></Say></Response>', "is no SsmlSayAsInterpretAs."),
    ],
)
def test_what_the_types_do_not_have_is_a_fault(document: str, fault: str) -> None:
    (found,) = faults(document)
    assert found.endswith(fault)


def test_what_they_have_is_none() -> None:
    spoken = '<Say voice="Polly.Gabrielle-Neural" language="fr-CA">Le <say-as interpret-as="digits">9</say-as>.</Say>'
    gather = f'<Gather input="dtmf speech" numDigits="1" actionOnEmptyResult="true">{spoken}</Gather>'
    assert faults(f'<Response>{gather}<Redirect method="POST">/voice/menu</Redirect><Hangup/></Response>') == []


@pytest.mark.parametrize("tag", SIMULATED["voice"])
def test_the_simulated_carrier_takes_nothing_that_the_types_do_not_have(tag: str) -> None:
    simulated, published = dict(SIMULATED["voice"][tag]), check.ELEMENTS[tag]
    assert set(simulated.pop("children").split()) <= set(published["children"])
    assert simulated.items() <= published["attributes"].items()
    for type_ in {name.removesuffix("[]") for name in simulated.values()} & set(SIMULATED["values"]):
        assert set(SIMULATED["values"][type_].split()) == set(check.WORDS[type_])
