"""The URLs that TwiML names."""

from __future__ import annotations

from ivr.twilio.call_urls import CallUrls, VoicePath

URLS = CallUrls("https://desk.test")


def test_a_url_is_absolute() -> None:
    assert URLS.to(VoicePath.RECORDING) == "https://desk.test/voice/recording"


def test_the_query_is_escaped() -> None:
    url = URLS.to(VoicePath.SCREEN, caller="+15145550199", line="a & b")
    assert url == "https://desk.test/voice/screen?caller=%2B15145550199&line=a+%26+b"
