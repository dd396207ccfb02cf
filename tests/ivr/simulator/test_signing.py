"""Webhooks are signed as Twilio's own validator expects."""

from __future__ import annotations

import pytest
from twilio.request_validator import RequestValidator

from ivr.simulator.signing import signature

FIELDS = {"To": "+15148458474", "From": "ANONYMOUS", "Body": "café", "Digits": ""}


@pytest.mark.parametrize(
    "url",
    ["https://desk.test/voice", "https://desk.test:8443/voice?line=direct&key=a%20b", "http://desk.test:8000/voice"],
)
def test_twilios_validator_accepts_the_signature(url: str) -> None:
    validator = RequestValidator("sesame")
    assert validator.validate(url, FIELDS, signature(url, FIELDS, "sesame"))
    assert not validator.validate(url, FIELDS, signature(url, FIELDS, "other"))
    assert not validator.validate(url, {**FIELDS, "Digits": "1"}, signature(url, FIELDS, "sesame"))


def test_https_is_signed_without_the_port_and_nothing_with_the_fragment() -> None:
    plain = signature("https://desk.test/voice", FIELDS, "sesame")
    assert signature("https://desk.test:8443/voice#part", FIELDS, "sesame") == plain
    assert signature("http://desk.test:8000/", FIELDS, "sesame") != signature("http://desk.test/", FIELDS, "sesame")
