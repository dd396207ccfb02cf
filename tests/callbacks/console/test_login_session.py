"""A login ends by itself, when it is ended elsewhere, and with the technician who leaves."""

from __future__ import annotations

from datetime import timedelta

from callbacks.people import sessions, technicians, users
from tests.callbacks.console.console import Console


def test_a_session_ends_after_twelve_hours_and_when_it_is_ended_elsewhere(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert console.client.get("/").status_code == 200
    console.database.write(lambda s: sessions.end_all(s, users.user_named(s, "sue@example.com").id))
    assert console.client.get("/").status_code == 302
    console.logs_in("sue@example.com")
    console.clock.pass_time(timedelta(hours=13))
    assert console.client.get("/").status_code == 302


def test_a_technician_who_leaves_is_nobody_at_the_console_either(console: Console) -> None:
    theirs = console.web.test_client()
    console.logs_in("amy@example.com", client=theirs)
    console.logs_in("sue@example.com")
    amy = console.database.read(lambda s: technicians.technician_named(s, "Amy Roy"))
    console.posts(f"/people/{amy.id}/remove", {})
    assert theirs.get("/").headers["Location"] == "/login"
