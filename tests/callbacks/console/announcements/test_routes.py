"""Who sees what of the announcements."""

from __future__ import annotations

import pytest

from tests.callbacks.console.console import Console


def test_the_screen_says_that_the_text_is_public(sue: Console) -> None:
    assert "The text is public." in sue.reads("/announcements")


@pytest.mark.parametrize("who", ["rita@example.com", "amy@example.com"])
def test_others_read_it_without_the_forms_and_without_the_subscribers(console: Console, who: str) -> None:
    console.logs_in("sue@example.com")
    console.posts("/announcements/start", {"english": "Mail is delayed.", "french": "Le courriel est retardé."})
    console.posts("/announcements/subscribe", {"address": "514 555-0123"})
    assert "+15145550123" in console.reads("/announcements")
    console.client = console.web.test_client()
    console.logs_in(who)
    page = console.client.get("/announcements").text
    assert "Mail is delayed." in page
    assert "+15145550123" not in page
    assert 'action="/announcements' not in page


def test_an_unknown_act_is_not_found(sue: Console) -> None:
    assert sue.posts("/announcements/burn", {}).status_code == 404
