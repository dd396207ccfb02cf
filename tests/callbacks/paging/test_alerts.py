"""What supervisors are told, and how often."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk.desk_file import read_desk
from callbacks.oncall import store
from callbacks.paging.alerts import alert_supervisors
from callbacks.people import technicians
from callbacks.text.bilingual import Words

DESK = read_desk(Path("support.toml"))
WORDS = Words("something is wrong.", "quelque chose ne va pas.")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


@pytest.fixture
def told(database: Database) -> Database:
    def work(session: Session) -> None:
        sue = technicians.add_technician(session, "Sue Tran", "+15145550104", at("2026-11-01T08:00"), verified=True)
        store.add_shift(session, DESK, sue, "supervisor", None, None, at("2026-11-01T08:00"))

    database.write(work)
    return database


def is_news(database: Database, once: str, when: str, *, daily: bool = False) -> bool:
    return database.write(lambda session: alert_supervisors(session, DESK, once, WORDS, at(when), daily=daily))


def test_what_is_told_once_is_told_once_for_ever(told: Database) -> None:
    found = [is_news(told, "nobody for KT-417", when) for when in ("2026-11-26T18:00", "2026-11-27T18:00")]
    assert found == [True, False]


def test_what_is_told_daily_is_told_once_a_day_of_the_desk(told: Database) -> None:
    evening = [is_news(told, "account 20003", f"2026-11-26T{time}", daily=True) for time in ("18:00", "21:00", "23:59")]
    morning = [is_news(told, "account 20003", f"2026-11-27T{time}", daily=True) for time in ("00:00", "18:00")]
    assert (evening, morning) == ([True, False, False], [True, False])


def test_different_things_are_each_told(told: Database) -> None:
    found = [is_news(told, f"account {code}", "2026-11-26T18:00", daily=True) for code in (20003, 21606)]
    assert found == [True, True]
