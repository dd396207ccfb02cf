"""Supervisors start, change and end announcements, and subscribe whoever asks for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callbacks.db.tables import Announcement, CustomerMessage, Subscription
from tests.callbacks.console.console import Console

TEXTS = {"english": "Mail is <b>delayed</b>.", "french": "Le courriel est retardé."}


def starts(console: Console, **more: str) -> str:
    return console.follows(console.posts("/announcements/start", {**TEXTS, **more}))


def announcement(console: Console) -> Announcement:
    return console.database.read(lambda session: session.scalars(select(Announcement)).one())


def test_an_announcement_lives_on_the_console_and_its_history_names_people(sue: Console) -> None:
    page = starts(sue, **{"line direct": "1", "product modusHosted": "1", "until": "2026-11-30T08:00", "notify": "1"})
    assert "Announcement 1 is in force." in page
    assert "Mail is &lt;b&gt;delayed&lt;/b&gt;." in page
    row = announcement(sue)
    assert (row.lines, row.products, row.notifies) == ("direct", "modusHosted", True)
    assert row.created_by == "sue@example.com"
    assert "on direct line, about modusHosted. Subscribers are told." in page
    assert page.count('name="product modusHosted" value="1" checked') == 1  # in the form that changes it
    changed = {"number": "1", "english": "Mail is back.", "french": "Le courriel est rétabli.", "until": ""}
    assert "Announcement 1 was changed." in sue.follows(sue.posts("/announcements/change", changed))
    row = announcement(sue)
    assert (row.english, row.lines, row.products, row.ends_at, row.notifies) == ("Mail is back.", "", "", None, False)
    ended = sue.follows(sue.posts("/announcements/end", {"number": "1"}))
    assert "Announcement 1 has ended." in ended
    assert "No announcement is in force." in ended
    assert "<strong>Resolved</strong> by sue@example.com" in ended


def test_a_later_beginning_is_planned(sue: Console) -> None:
    page = starts(sue, **{"from": "2026-11-30T08:00"})
    assert "Announcement 1 begins Mon 30 Nov 08:00." in page
    assert "<h2>Planned</h2>" in page


def test_the_audit_log_has_what_was_announced_and_which(sue: Console) -> None:
    starts(sue)
    sue.posts("/announcements/end", {"number": "1"})
    assert "Mail is <b>delayed</b>." in sue.audit_details("announcements: start")[0]
    assert sue.audit_details("announcements: end") == ["Announcement 1 has ended., 1"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({**TEXTS, "french": ""}, "in English and in French"),
        ({**TEXTS, "english": "x" * 301}, "has 301 letters"),
        ({**TEXTS, "until": "soon"}, "is not a valid time"),
        ({**TEXTS, "until": "2026-11-01T08:00"}, "ends before it begins"),
    ],
)
def test_a_refused_announcement_keeps_what_was_typed(sue: Console, fields: dict[str, str], words: str) -> None:
    page = sue.follows(sue.posts("/announcements/start", {**fields, "line direct": "1", "product modusHosted": "1"}))
    assert words in page
    assert fields["french"] in page
    assert 'name="line direct" value="1" checked' in page
    assert 'name="product modusHosted" value="1" checked' in page


def test_a_number_is_subscribed_and_told_and_a_mail_address_is_asked(sue: Console) -> None:
    subscribe = "/announcements/subscribe"
    page = sue.follows(sue.posts(subscribe, {"address": "514 555-0123", "language": "fr"}))
    assert "+15145550123 is subscribed, and is told so by text." in page
    assert "asks for confirmation" in sue.follows(sue.posts(subscribe, {"address": "lea@example.com"}))
    rows = sue.database.read(lambda session: session.scalars(select(CustomerMessage)).all())
    assert [row.address for row in rows] == ["+15145550123", "lea@example.com"]
    assert "cannot get texts" in sue.follows(sue.posts(subscribe, {"address": "x"}))
    assert "The subscription has ended." in sue.follows(sue.posts("/announcements/unsubscribe", {"number": "1"}))
    ended = sue.database.read(lambda session: session.get_one(Subscription, 1)).ended_at
    assert ended == sue.clock.now()
    assert "There is no such subscription." in sue.follows(sue.posts("/announcements/unsubscribe", {"number": "9"}))
