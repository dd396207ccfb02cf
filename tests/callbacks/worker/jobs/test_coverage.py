"""When the rota is looked at: at nine in the morning of every day of the desk, and soon after an edit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.desk.desk_file import read_desk
from callbacks.worker.jobs.coverage import next_watch

DESK = read_desk(Path("support.toml"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("watched", "edited", "expected"),
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
def test_the_next_look(watched: str, edited: str | None, expected: str) -> None:
    found = next_watch(DESK, at(watched), at(edited) if edited else None, at(watched))
    assert found == at(expected)


def test_a_desk_that_has_never_looked_looks_now() -> None:
    now = at("2026-11-23T22:00")
    assert next_watch(DESK, None, now - timedelta(hours=1), now) == now
