"""A layer's shifts come from an external calendar, and supervisors are alerted when something is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callbacks.db.database import Database
from callbacks.db.states import PageKind
from callbacks.db.tables import CalendarSource, Page, ShiftRow, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.oncall.ical import sources
from callbacks.oncall.ical.parse import BrokenCalendar
from callbacks.worker.jobs.calendars import CalendarReader
from sla.clock import MovingClock
from tests.callbacks.oncall.weekly_turns import add_weekly_turns
from tests.waiting import FAR

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)

    database.write(lambda session: add_weekly_turns(session, DESK, NOW))
    yield database
    database.close()


def ics(*events: tuple[str, str, str]) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTAMP:20261001T000000Z\r\nSUMMARY:{title}\r\nDTSTART:{starts}\r\nDTEND:{ends}\r\n"
        "END:VEVENT\r\n"
        for n, (title, starts, ends) in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{body}END:VCALENDAR\r\n".encode()


NIGHT = ("On call Ben Cole (nights)", "20261027T220000Z", "20261028T120000Z")
UNKNOWN = ("On call: Zoe", "20261028T220000Z", "20261029T120000Z")


class Outside:
    """An external calendar, and a reader for it on a clock that the test moves."""

    def __init__(self, database: Database) -> None:
        self.database, self.clock = database, MovingClock(NOW)
        self.content: bytes | Exception = ics(NIGHT)
        self.reader = CalendarReader(database, DESK, self.clock, self.fetch, FAR.total_seconds())
        database.write(lambda s: sources.add_source(s, DESK, "backup", "https://cal.example.com/secret.ics", NOW))

    def fetch(self, url: str) -> bytes:
        if isinstance(self.content, Exception):
            raise self.content
        return self.content

    def an_hour_passes(self) -> None:
        self.is_read_at(self.clock.now() + timedelta(hours=1))

    def is_read_at(self, instant: datetime) -> None:
        self.clock.move_to(instant)
        self.reader.read_due()

    def on_backup(self, at: datetime) -> list[str]:
        roster = self.database.read(lambda session: store.schedule(session, DESK, NOW)).on_call("backup", at)
        return [person.name for person in roster]

    def alerts(self) -> list[str]:
        query = select(Page.words).join(Technician).where(Page.kind == PageKind.ALARM, Technician.name == "Sue Tran")
        return self.database.read(lambda session: list(session.scalars(query)))


@pytest.fixture
def outside(database: Database) -> Outside:
    return Outside(database)


def test_shifts_are_imported_by_name_and_the_next_import_replaces_them(outside: Outside) -> None:
    outside.an_hour_passes()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == ["Ben Cole"]
    outside.content = ics((NIGHT[0].replace("Ben Cole", "amy  roy"), *NIGHT[1:]))
    outside.an_hour_passes()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == ["Amy Roy"]
    shifts = select(func.count()).select_from(ShiftRow).where(ShiftRow.layer == "backup")
    assert outside.database.read(lambda session: session.scalar(shifts)) == 1


def test_a_supervisor_is_alerted_of_an_unknown_name(outside: Outside) -> None:
    outside.content = ics(NIGHT, UNKNOWN)
    outside.an_hour_passes()
    assert "unknown names in the calendar of backup: On call: Zoe" in outside.alerts()[0]


def test_a_calendar_that_cannot_be_read_keeps_its_shifts_and_alerts_once_a_day(outside: Outside) -> None:
    outside.an_hour_passes()
    outside.content = BrokenCalendar("cal.example.com did not return the calendar (HTTP 404). Check its address.")
    outside.an_hour_passes()
    outside.content = b"<!doctype html><title>Log in</title>"
    outside.an_hour_passes()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == ["Ben Cole"]
    (alert,) = outside.alerts()
    assert "HTTP 404" in alert
    source = outside.database.read(lambda session: session.scalars(select(CalendarSource)).one())
    assert "web page" in source.trouble


def test_a_calendar_is_not_read_before_it_is_due_and_can_be_removed(outside: Outside) -> None:
    outside.reader.read_due()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == []
    outside.an_hour_passes()
    outside.database.write(lambda session: sources.remove_source(session, 1, NOW))
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == []


UNREADABLE = BrokenCalendar("cal.example.com did not return the calendar (HTTP 404). Check its address.")


@pytest.mark.parametrize("first", ["unknown names", "unreadable"])
def test_each_problem_of_a_calendar_alerts_on_the_same_day(outside: Outside, first: str) -> None:
    contents: list[bytes | Exception] = [ics(NIGHT, UNKNOWN), UNREADABLE]
    for content in contents if first == "unknown names" else reversed(contents):
        outside.content = content
        outside.an_hour_passes()
        outside.an_hour_passes()
    alerts = outside.alerts()
    assert len(alerts) == 2
    assert any("unknown names in the calendar of backup: On call: Zoe" in words for words in alerts)
    assert any("cannot be read" in words for words in alerts)


def desk_time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


def test_once_a_day_is_once_a_day_of_the_desk(outside: Outside) -> None:
    outside.content = UNREADABLE
    for read_at in ("2026-10-26T18:00", "2026-10-26T21:00", "2026-10-26T23:59"):  # 20:00 is midnight in UTC
        outside.is_read_at(desk_time(read_at))
    assert len(outside.alerts()) == 1
    outside.is_read_at(desk_time("2026-10-27T01:00"))
    assert len(outside.alerts()) == 2
