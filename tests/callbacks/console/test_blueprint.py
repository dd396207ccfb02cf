"""What holds for every screen: errors in words, cache headers, the navigation of each role, and times in desk time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from callbacks.console.blueprint import instant_as_field, instant_as_html
from tests.callbacks.console.console import BEGAN, Console

AT_THE_DESK = datetime(2026, 11, 29, 3, 12, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("email", "path", "status", "words"),
    [
        ("sue@example.com", "/callbacks/ZZ-000", 404, "There is nothing at this address."),
        ("rita@example.com", "/audit", 403, "Only supervisors and administrators can do this."),
        ("amy@example.com", "/calls", 403, "Technicians see open callbacks and their own."),
        ("sue@example.com", "/?x=%00", 400, "contains a character that cannot be stored"),
    ],
)
def test_an_error_is_a_screen_with_a_reason_and_a_way_back(
    console: Console, email: str, path: str, status: int, words: str
) -> None:
    console.logs_in(email)
    answer = console.client.get(path)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert '<a href="/">Back to the callbacks</a>' in answer.text


def test_screens_are_never_cached_and_static_files_are(sue: Console) -> None:
    assert sue.client.get("/").headers["Cache-Control"] == "no-store"
    with sue.client.get("/static/console.css") as styles:
        assert styles.headers["Cache-Control"] != "no-store"


@pytest.mark.parametrize(
    ("email", "hidden"),
    [
        ("sue@example.com", set()),
        ("rita@example.com", set()),
        ("amy@example.com", {"Calls", "Mails", "Reports"}),
    ],
)
def test_the_navigation_offers_what_a_role_may_open(console: Console, email: str, hidden: set[str]) -> None:
    console.logs_in(email)
    nav = console.client.get("/").text.split("</header>")[0]
    found = set(re.findall(r"<a href=[^>]+>([^<]+)</a></li>", nav))
    everything = {
        "Now",
        "Callbacks",
        "Calls",
        "Mails",
        "Queue",
        "Customers",
        "Rota",
        "Reports",
        "What if",
        "People",
        "Announcements",
        "Setup",
        "Account",
    }
    assert found == everything - hidden


def test_an_instant_is_shown_in_desk_time_and_keeps_its_zone_for_scripts(console: Console) -> None:
    with console.web.app_context():
        assert instant_as_html(AT_THE_DESK) == '<time datetime="2026-11-29T03:12:07+00:00">Sat 28 Nov 22:12</time>'
        assert ">Sat 28 Nov 22:12:07<" in instant_as_html(AT_THE_DESK, seconds=True)
        assert instant_as_html(None) == ""
        assert instant_as_field(AT_THE_DESK) == "2026-11-28T22:12:07"


def test_the_year_is_shown_when_it_is_another(console: Console) -> None:
    with console.web.app_context():
        assert ">Sun 29 Nov 2015 00:00<" in instant_as_html(BEGAN.replace(year=2015, hour=5, minute=0))
