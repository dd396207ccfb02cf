"""The rota as a calendar feed behind a secret."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from callbacks.console.blueprint import register_console
from callbacks.console.context import ConsoleContext
from callbacks.db.database import UNHURRIED, Database
from callbacks.desk.desk_file import read_desk
from callbacks.links import Links
from callbacks.oncall import store
from callbacks.oncall.ical import sources
from callbacks.oncall.ical.feed import feed
from callbacks.oncall.ical.parse import shifts_in
from callbacks.oncall.roster import Shift
from callbacks.people import technicians
from callbacks.people.person import Person
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)
HOSTILE = 'Bo;b, \\ \n "Ö" 🦊 ' + "long " * 30


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url, UNHURRIED)

    def crew(session: Session) -> None:
        amy, ben, sue = (
            technicians.add_technician(session, name, f"+1514555010{n}", NOW, verified=True)
            for n, name in enumerate(("Amy Roy", "Ben Cole", "Sue Tran"))
        )
        store.add_rotation(session, DESK, "primary", [amy, ben], date(2026, 10, 23), "18:00", timedelta(days=7), NOW)
        store.add_shift(session, DESK, sue, "supervisor", None, None, NOW)

    database.write(crew)
    yield database
    database.close()


# The feed


def test_the_feed_is_what_calendars_accept(database: Database) -> None:
    key = database.write(lambda s: sources.key_of(s, technicians.technician_named(s, "Amy Roy"), NOW))
    content = database.read(lambda session: sources.feed_for(session, DESK, key, NOW))
    assert content is not None
    lines = content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-2:] == [b"END:VCALENDAR", b""]
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75
    for line in (b"VERSION:2.0", b"METHOD:PUBLISH", b"CALSCALE:GREGORIAN", b"SUMMARY:On call: primary (Amy Roy)"):
        assert line in lines
    assert b"Ben Cole" not in content
    over_the_change = shifts_in(
        content, datetime(2026, 11, 7, tzinfo=UTC), datetime(2026, 11, 9, tzinfo=UTC), DESK.zone
    )
    assert [(s.starts_at, s.ends_at) for s in over_the_change] == [
        (datetime(2026, 11, 6, 23, 0, tzinfo=UTC), datetime(2026, 11, 13, 23, 0, tzinfo=UTC))
    ]


def test_fetched_again_it_names_the_same_events(database: Database) -> None:
    def uids(at: datetime) -> set[bytes]:
        key = database.write(lambda session: sources.key_of(session, None, at))
        content = database.read(lambda session: sources.feed_for(session, DESK, key, at)) or b""
        return {line for line in content.replace(b"\r\n ", b"").split(b"\r\n") if line.startswith(b"UID:")}

    assert uids(NOW) == uids(NOW + timedelta(hours=5))


@pytest.mark.parametrize("name", [HOSTILE, "Amy\r\nBEGIN:VEVENT", "x" * 500])
def test_a_hostile_name_stays_text(name: str) -> None:
    shift = Shift(Person(1, name, "+15145550101"), "primary", NOW, NOW + timedelta(hours=1))
    content = feed("Rota", [shift], DESK.zone, NOW)
    lines = content.split(b"\r\n")
    assert lines.count(b"BEGIN:VEVENT") == 1
    assert max(map(len, lines)) <= 75
    (found,) = shifts_in(content, NOW - timedelta(days=1), NOW + timedelta(days=1), DESK.zone)
    assert "On call: primary" in found.summary


def test_a_feed_without_shifts_is_a_calendar_and_an_open_end_is_refused() -> None:
    assert feed("Rota", [], DESK.zone, NOW).startswith(b"BEGIN:VCALENDAR\r\n")
    with pytest.raises(ValueError, match="is open"):
        feed("Rota", [Shift(Person(1, "Amy", "+15145550101"), "primary", NOW, None)], DESK.zone, NOW)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60 * 24), st.integers(1, 60 * 24)), max_size=8, unique_by=lambda p: p[0]))
def test_what_is_written_is_read_again_to_the_second(spans: list[tuple[int, int]]) -> None:
    amy = Person(1, "Amy Roy", "+15145550101")
    shifts = [
        Shift(amy, "primary", NOW + timedelta(hours=start / 7), NOW + timedelta(hours=start / 7 + length))
        for start, length in spans
    ]
    shifts = [
        Shift(amy, "primary", *(at.replace(microsecond=0) for at in (s.starts_at, s.ends_at) if at)) for s in shifts
    ]
    found = shifts_in(feed("Rota", shifts, DESK.zone, NOW), NOW, NOW + timedelta(days=200), DESK.zone)
    assert sorted((s.starts_at, s.ends_at) for s in found) == sorted((s.starts_at, s.ends_at) for s in shifts)


def test_the_address_is_the_key_and_can_be_revoked(database: Database, tmp_path: Path) -> None:
    web, clock = Flask("calendar", static_folder=None), MovingClock(NOW)
    links = Links("x" * 32, "https://x", clock)
    register_console(web, ConsoleContext(database, DESK, clock, links, tmp_path, "https://x"))
    key = database.write(lambda session: sources.key_of(session, None, NOW))
    assert database.write(lambda session: sources.key_of(session, None, NOW)) == key
    answer = web.test_client().get(f"/calendar/{key}.ics")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert b"Ben Cole" in answer.data
    assert web.test_client().get(f"/calendar/{key[:-1]}.ics").status_code == 404
    assert database.write(lambda session: sources.revoke(session, None, NOW)) == 1
    assert web.test_client().get(f"/calendar/{key}.ics").status_code == 404
    assert database.write(lambda session: sources.key_of(session, None, NOW)) != key
