"""When the rota is checked for gaps: at nine every morning, desk time, and soon after an edit."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs.coverage import next_check, report_gaps

DESK = read_desk(Path("support.toml"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("checked", "edited", "expected"),
    [
        ("2026-11-23T08:59", None, "2026-11-23T09:00"),
        ("2026-11-23T09:00", None, "2026-11-24T09:00"),
        ("2026-11-23T22:00", None, "2026-11-24T09:00"),
        ("2026-10-31T09:00", None, "2026-11-01T09:00"),  # the clock changes in between
        ("2026-03-07T09:00", None, "2026-03-08T09:00"),
        ("2026-11-23T09:00", "2026-11-23T10:00", "2026-11-23T10:02"),
        ("2026-11-23T10:02", "2026-11-23T10:00", "2026-11-24T09:00"),
    ],
)
def test_the_next_check(checked: str, edited: str | None, expected: str) -> None:
    found = next_check(DESK, at(checked), at(edited) if edited else None, at(checked))
    assert found == at(expected)


def test_the_first_check_is_now() -> None:
    now = at("2026-11-23T22:00")
    assert next_check(DESK, None, now - timedelta(hours=1), now) == now


def test_of_many_workers_one_reports_the_gaps(database: Database) -> None:
    now = at("2026-11-23T22:00")

    def staff(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", now, verified=True)
        store.add_shift(session, DESK, amy, "primary", None, now + timedelta(days=2), now)

    database.write(staff)
    barrier, found = threading.Barrier(4), list[int]()

    def look() -> None:
        barrier.wait()
        found.append(len(database.write(lambda session: report_gaps(session, DESK, now))))

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [count > 0 for count in sorted(found)] == [False, False, False, True]
    assert database.write(lambda session: report_gaps(session, DESK, now + timedelta(hours=1))) == []
