"""The calendar feed of the rota, as a calendar program fetches it."""

from __future__ import annotations

from callbacks.oncall.ical import feed_keys
from callbacks.people.technicians import technician_named
from tests.callbacks.console.console import BEGAN, Console


def test_the_secret_address_alone_opens_the_feed(console: Console) -> None:
    key = console.database.write(lambda session: feed_keys.feed_key(session, None, BEGAN))
    answer = console.client.get(f"/calendar/{key}.ics")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Content-Disposition"] == 'inline; filename="on-call.ics"'
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    assert b"Amy Roy" in answer.data
    assert b"Ben Cole" in answer.data
    assert console.client.get(f"/calendar/{key}x.ics").status_code == 404


def test_the_feed_of_one_technician_has_nobody_elses_shifts(console: Console) -> None:
    key = console.database.write(
        lambda session: feed_keys.feed_key(session, technician_named(session, "Ben Cole"), BEGAN)
    )
    feed = console.client.get(f"/calendar/{key}.ics").data
    assert b"Ben Cole" in feed
    assert b"Amy Roy" not in feed


def test_a_revoked_address_opens_nothing(console: Console) -> None:
    key = console.database.write(lambda session: feed_keys.feed_key(session, None, BEGAN))
    console.database.write(lambda session: feed_keys.revoke_feed(session, None, BEGAN))
    assert console.client.get(f"/calendar/{key}.ics").status_code == 404
