"""What the public status page shows, in one language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.announcements import in_force, wording
from callbacks.announcements.feed import Entry
from callbacks.db.tables import Announcement
from callbacks.desk.desk_file import Desk, Language
from callbacks.text.formats import time_and_day


@dataclass(frozen=True)
class Shown:
    """An announcement with its history, the latest entry first."""

    number: int
    text: str
    lines: str  # "" for all
    entries: Sequence[tuple[str, datetime, str, str]]  # what, when, when in words, the text


@dataclass(frozen=True)
class StatusScreen:
    """The announcements in force, and those that have ended."""

    now: Sequence[Shown]
    past: Sequence[Shown]
    as_of: str


def status_screen(session: Session, desk: Desk, language: Language, now: datetime) -> StatusScreen:
    """Return what the page shows."""
    return StatusScreen(
        [_shown(desk, row, language, now) for row in in_force.in_force(session, now)],
        [_shown(desk, row, language, now) for row in in_force.past(session, now)],
        time_and_day(now, desk.zone, now, language),
    )


def _shown(desk: Desk, row: Announcement, language: Language, now: datetime) -> Shown:
    entries = [
        (
            wording.CHANGES[entry.change].for_(language),
            entry.at,
            time_and_day(entry.at, desk.zone, now, language),
            in_force.in_words(entry).for_(language),
        )
        for entry in reversed(row.updates)
    ]
    lines = ", ".join(desk.line_name(line).for_(language) for line in in_force.lines_of(row))
    return Shown(row.id, in_force.in_words(row).for_(language), lines, entries)


def feed_entries(session: Session, language: Language, now: datetime) -> list[Entry]:
    """Return the latest changes, for the feed."""
    found = []
    for update in in_force.latest_updates(session, now):
        text, what = in_force.in_words(update).for_(language), wording.CHANGES[update.change].for_(language)
        colon = " : " if language == "fr" else ": "
        found.append(Entry(update.id, update.at, f"{what}{colon}{text}", text))
    return found
