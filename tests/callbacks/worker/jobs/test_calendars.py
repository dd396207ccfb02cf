"""A layer's shifts come from somebody else's calendar, and a supervisor hears of what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import PageKind
from callbacks.db.tables import CalendarSource, Page, ShiftRow, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.oncall.ical import sources
from callbacks.oncall.ical.parse import BrokenCalendar
from callbacks.people import technicians
from callbacks.worker.jobs.calendars import CalendarReader
from sla.clock import MovingClock
from tests.waiting import FAR

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    database = Database(sqlite_url)

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
    """A calendar out there, and a reader that is due every hour."""

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

    def told(self) -> list[str]:
        query = select(Page.words).join(Technician).where(Page.kind == PageKind.ALARM, Technician.name == "Sue Tran")
        return self.database.read(lambda session: list(session.scalars(query)))


@pytest.fixture
def outside(database: Database) -> Outside:
    return Outside(database)


def test_shifts_are_taken_by_name_and_taken_anew_they_replace_the_old(outside: Outside) -> None:
    outside.an_hour_passes()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == ["Ben Cole"]
    outside.content = ics((NIGHT[0].replace("Ben Cole", "amy  roy"), *NIGHT[1:]))
    outside.an_hour_passes()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == ["Amy Roy"]
    shifts = select(func.count()).select_from(ShiftRow).where(ShiftRow.layer == "backup")
    assert outside.database.read(lambda session: session.scalar(shifts)) == 1


def test_an_event_of_nobody_known_is_told_to_the_supervisor(outside: Outside) -> None:
    outside.content = ics(NIGHT, UNKNOWN)
    outside.an_hour_passes()
    assert "names nobody we know in: On call: Zoe" in outside.told()[0]


def test_a_calendar_that_cannot_be_read_keeps_what_was_known_and_is_told_once_a_day(outside: Outside) -> None:
    outside.an_hour_passes()
    outside.content = BrokenCalendar("cal.example.com did not return the calendar (HTTP 404). Check its address.")
    outside.an_hour_passes()
    outside.content = b"<!doctype html><title>Log in</title>"
    outside.an_hour_passes()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == ["Ben Cole"]
    (told,) = outside.told()
    assert "HTTP 404" in told
    source = outside.database.read(lambda session: session.scalars(select(CalendarSource)).one())
    assert "web page" in source.trouble


def test_a_calendar_is_not_read_before_its_hour_and_can_be_dropped(outside: Outside) -> None:
    outside.reader.read_due()
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == []
    outside.an_hour_passes()
    outside.database.write(lambda session: sources.remove_source(session, 1, NOW))
    assert outside.on_backup(datetime(2026, 10, 28, 3, tzinfo=UTC)) == []


UNREADABLE = BrokenCalendar("cal.example.com did not return the calendar (HTTP 404). Check its address.")


@pytest.mark.parametrize("first", ["unknown names", "unreadable"])
def test_each_thing_wrong_with_a_calendar_is_told_on_the_same_day(outside: Outside, first: str) -> None:
    contents: list[bytes | Exception] = [ics(NIGHT, UNKNOWN), UNREADABLE]
    for content in contents if first == "unknown names" else reversed(contents):
        outside.content = content
        outside.an_hour_passes()
        outside.an_hour_passes()
    told = outside.told()
    assert len(told) == 2
    assert any("names nobody we know in: On call: Zoe" in words for words in told)
    assert any("cannot be read" in words for words in told)


def desk_time(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


def test_a_day_of_alarms_is_a_day_of_the_desk(outside: Outside) -> None:
    outside.content = UNREADABLE
    for read_at in ("2026-10-26T18:00", "2026-10-26T21:00", "2026-10-26T23:59"):  # 20:00 is midnight in UTC
        outside.is_read_at(desk_time(read_at))
    assert len(outside.told()) == 1
    outside.is_read_at(desk_time("2026-10-27T01:00"))
    assert len(outside.told()) == 2
