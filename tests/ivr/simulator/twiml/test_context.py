"""A verb finds URLs relative to its document, and is heard on its leg."""

from __future__ import annotations

import pytest

from ivr.simulator.phones import HeardKind
from ivr.simulator.twiml.context import Context
from tests.ivr.simulator.simulation import STARTS_AT, Simulation


@pytest.fixture
def context(simulation: Simulation) -> Context:
    carrier, leg = simulation.carrier, simulation.dial("<Pause/>")
    return Context(
        leg, "https://app.test/voice/menu?line=1", carrier.account, carrier.events, carrier.webhooks, carrier.calls
    )


@pytest.mark.parametrize(
    ("url", "absolute"),
    [
        ("/done", "https://app.test/done"),
        ("done?x=1", "https://app.test/voice/done?x=1"),
        ("https://other.test/a", "https://other.test/a"),
    ],
)
def test_urls_are_relative_to_the_document(context: Context, url: str, absolute: str) -> None:
    assert context.absolute(url) == absolute


def test_what_is_heard_has_its_instant(context: Context) -> None:
    context.hear(HeardKind.SAY, "hello", "en-CA")
    (heard,) = context.leg.heard
    assert (heard.at, heard.kind, heard.text, heard.language) == (STARTS_AT, HeardKind.SAY, "hello", "en-CA")
