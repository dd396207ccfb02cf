"""The published types of TwiML."""

from __future__ import annotations

from ivr.simulator.twiml.rules import RULES
from ivr.simulator.twiml.schema import MESSAGING, VOICE


def test_every_child_of_an_element_has_a_type_itself() -> None:
    for grammar in (VOICE, MESSAGING):
        assert {child for element in grammar.values() for child in element.children} <= set(grammar)


def test_every_rule_is_about_an_attribute_that_exists() -> None:
    ruled = {(tag, name) for tag, rules in RULES.items() for name in rules}
    assert ruled <= {
        (tag, name) for grammar in (VOICE, MESSAGING) for tag in grammar for name in grammar[tag].attributes
    }


def test_the_voices_of_the_desk_are_published() -> None:
    is_voice, is_language = VOICE["Say"].attributes["voice"], VOICE["Say"].attributes["language"]
    assert is_voice("Polly.Joanna-Neural")
    assert is_voice("Polly.Gabrielle-Neural")
    assert is_language("fr-CA")
    assert not is_voice("Polly.Joana")
