"""A request is genuine when it is signed with one of our tokens, over the URL that the carrier was given."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from ivr.twilio.signature import is_genuine, signed_url
from tests.ivr.twilio.signing import sign

PUBLIC = "https://desk.example.com"


def fields(values: dict[str, list[str]]) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, several in values.items() for value in several])


FIELDS = fields({"CallSid": ["CA1"], "From": ["+15145550199"], "Body": ["été à 100 %"], "Empty": [""]})


@pytest.mark.parametrize(
    ("path", "query", "posted"),
    [
        ("/voice/incoming", "", FIELDS),
        ("/voice/menu", "tries=2&lang=fr", FIELDS),
        ("/voice/menu", "b=%C3%A9&a=%27&a=2", FIELDS),
        ("/voice/status", "", fields({"CallSid": ["CA1"], "Many": ["b", "a"]})),
        ("/voice/status", "", fields({})),
    ],
)
def test_a_signed_request_is_genuine(path: str, query: str, posted: MultiDict[str, str]) -> None:
    url = signed_url(PUBLIC, path, query)
    assert is_genuine(url, posted, sign(url, posted), ["sesame"])


def test_the_port_may_be_dropped_over_https_as_twilio_does_for_calls() -> None:
    url = signed_url("https://desk.example.com:8443", "/voice/incoming", "")
    assert is_genuine(url, FIELDS, sign("https://desk.example.com/voice/incoming", FIELDS), ["sesame"])
    assert is_genuine(url, FIELDS, sign(url, FIELDS), ["sesame"])


def test_while_tokens_are_rotated_both_sign() -> None:
    url = signed_url(PUBLIC, "/voice/incoming", "")
    for token in ("old", "new"):
        assert is_genuine(url, FIELDS, sign(url, FIELDS, token), ["old", "new"])
    assert not is_genuine(url, FIELDS, sign(url, FIELDS, "older"), ["old", "new"])


GENUINE = sign(f"{PUBLIC}/voice/incoming", FIELDS)


@pytest.mark.parametrize(
    ("url", "posted", "signature", "tokens"),
    [
        (f"{PUBLIC}/voice/incoming", FIELDS, "", ["sesame"]),
        (f"{PUBLIC}/voice/incoming", FIELDS, "nonsense", ["sesame"]),
        (f"{PUBLIC}/voice/incoming", FIELDS, GENUINE, []),
        (f"{PUBLIC}/voice/incoming", FIELDS, sign(f"{PUBLIC}/voice/incoming", FIELDS, ""), [""]),
        (f"{PUBLIC}/voice/incoming", FIELDS, GENUINE, ["other"]),
        (f"{PUBLIC}/voice/incoming?x=1", FIELDS, GENUINE, ["sesame"]),
        (f"{PUBLIC}/voice/status", FIELDS, GENUINE, ["sesame"]),
        ("http://desk.example.com/voice/incoming", FIELDS, GENUINE, ["sesame"]),
        (f"{PUBLIC}/voice/incoming", fields({"CallSid": ["CA1"], "Digits": ["1"]}), GENUINE, ["sesame"]),
        (f"{PUBLIC}/voice/incoming", fields({"CallSid": ["CA1"]}), GENUINE, ["sesame"]),
        (f"{PUBLIC}/voice/incoming", FIELDS, "é" * 28, ["sesame"]),
    ],
)
def test_anything_else_is_refused(url: str, posted: MultiDict[str, str], signature: str, tokens: list[str]) -> None:
    assert not is_genuine(url, posted, signature, tokens)
