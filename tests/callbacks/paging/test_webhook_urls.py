"""The URLs that the carrier is given."""

from __future__ import annotations

import pytest

from callbacks.db.states import Channel
from callbacks.paging.webhook_urls import WebhookUrls

URLS = WebhookUrls("https://desk.test")


@pytest.mark.parametrize(
    ("channel", "is_about_callback", "path"),
    [
        (Channel.CALL, True, "/voice/page?page=7"),
        (Channel.CONNECTION, True, "/voice/connect?page=7"),
        (Channel.CALL, False, "/voice/page/notice?page=7"),
    ],
)
def test_a_call_is_answered_by_its_page(channel: Channel, is_about_callback: bool, path: str) -> None:
    assert URLS.answered_call(7, channel, is_about_callback=is_about_callback) == f"https://desk.test{path}"


def test_a_technician_who_is_rung_for_a_caller_needs_no_database() -> None:
    assert URLS.live_call(7, "CA1", "fr") == "https://desk.test/voice/screen?page=7&call=CA1&lang=fr"


def test_reports_name_the_attempt() -> None:
    assert URLS.call_status(9) == "https://desk.test/voice/page/status?attempt=9"
    assert URLS.text_status(9) == "https://desk.test/sms/status?attempt=9"
    assert URLS.customer_text_status(9) == "https://desk.test/sms/status?message=9"
