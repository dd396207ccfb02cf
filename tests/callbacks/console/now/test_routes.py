"""The first screen: what is open, what happens next, who is on call, and whether the system works."""

from __future__ import annotations

from tests.callbacks.console.console import Console


def test_the_time_left_counts_down_from_the_desks_own_clock(sue: Console) -> None:
    content = sue.client.get("/").text
    due = sue.callback.due_at.isoformat()
    assert f'data-due="{due}"' in content
    assert f'data-now="{sue.clock.now().isoformat()}"' in content


def test_somebody_who_is_not_logged_in_is_sent_to_the_login_screen(console: Console) -> None:
    answer = console.client.get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login")


def test_a_closed_callback_moves_to_the_recently_closed_ones(sue: Console) -> None:
    before = sue.client.get("/").text
    assert "Recently closed" not in before
    sue.posts(f"/callbacks/{sue.reference}/cancel", {"why": "they called Ben"})
    page = sue.client.get("/").text
    assert "Nobody is waiting to be called back." in page
    assert sue.reference in page.split("Recently closed")[1]
