"""The rota as a feed behind a secret address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy.orm import Session

from callbacks.console.blueprint import register_console
from callbacks.console.context import ConsoleContext
from callbacks.db.database import Database
from callbacks.links import Links
from callbacks.media.folder import Folder
from callbacks.oncall.ical import feed_keys
from callbacks.oncall.ical.parse import shifts_in
from callbacks.people import technicians
from sla.clock import MovingClock
from tests.callbacks.oncall.rota import DESK, NOW


def test_the_feed_is_what_calendars_accept(rota: Database) -> None:
    key = rota.write(lambda s: feed_keys.feed_key(s, technicians.technician_named(s, "Amy Roy"), NOW))
    content = rota.read(lambda session: feed_keys.feed_content(session, DESK, key, NOW))
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


def test_fetched_again_it_names_the_same_events(rota: Database) -> None:
    def uids(at: datetime) -> set[bytes]:
        key = rota.write(lambda session: feed_keys.feed_key(session, None, at))
        content = rota.read(lambda session: feed_keys.feed_content(session, DESK, key, at)) or b""
        return {line for line in content.replace(b"\r\n ", b"").split(b"\r\n") if line.startswith(b"UID:")}

    assert uids(NOW) == uids(NOW + timedelta(hours=5))


def test_a_technician_who_has_left_has_no_feed(rota: Database) -> None:
    def leaves(session: Session) -> bytes | None:
        amy = technicians.technician_named(session, "Amy Roy")
        key = feed_keys.feed_key(session, amy, NOW)
        technicians.remove_technician(session, amy, NOW)
        return feed_keys.feed_content(session, DESK, key, NOW)

    assert rota.write(leaves) is None


def test_the_address_is_the_key_and_can_be_revoked(rota: Database, tmp_path: Path) -> None:
    web, clock = Flask("calendar", static_folder=None), MovingClock(NOW)
    links = Links("x" * 32, "https://x", clock)
    register_console(web, ConsoleContext(rota, DESK, clock, links, Folder(tmp_path), "https://x"))
    key = rota.write(lambda session: feed_keys.feed_key(session, None, NOW))
    assert rota.write(lambda session: feed_keys.feed_key(session, None, NOW)) == key
    answer = web.test_client().get(f"/calendar/{key}.ics")
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert b"Ben Cole" in answer.data
    assert web.test_client().get(f"/calendar/{key[:-1]}.ics").status_code == 404
    assert rota.write(lambda session: feed_keys.revoke_feed(session, None, NOW)) == 1
    assert web.test_client().get(f"/calendar/{key}.ics").status_code == 404
    assert rota.write(lambda session: feed_keys.feed_key(session, None, NOW)) != key


def test_a_technicians_feed_has_their_final_shifts_only_and_the_whole_rota_has_everybodys(rota: Database) -> None:
    def shifts(name: str | None) -> set[str]:
        def names(session: Session) -> set[str]:
            technician = technicians.technician_named(session, name) if name else None
            return {shift.person.name for shift in feed_keys.feed_shifts(session, DESK, technician, NOW)}

        return rota.read(names)

    assert shifts("Ben Cole") == {"Ben Cole"}
    assert shifts(None) == {"Amy Roy", "Ben Cole", "Sue Tran"}
