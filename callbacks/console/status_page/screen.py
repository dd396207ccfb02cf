"""What the public status page shows, in one language. It knows of a problem only what is announced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.announcements import in_force, wording
from callbacks.announcements.feed import Entry
from callbacks.announcements.in_force import affects_line, affects_product
from callbacks.db.tables import Announcement
from callbacks.desk.desk_file import Desk, Language
from callbacks.text.bilingual import Words
from callbacks.text.formats import readable_number, time_and_day

ALL_WORK = Words("All systems are working.", "Tous les services fonctionnent.")
WORKING = Words("Working", "Fonctionne")


@dataclass(frozen=True)
class Shown:
    """An announcement with its history, the latest entry first."""

    number: int
    text: str
    affected: str  # its products, else its lines; "" for everything
    entries: Sequence[tuple[str, datetime, str, str]]  # what, when, when in words, the text


@dataclass(frozen=True)
class ServiceState:
    """A product or a line, and whether it works."""

    name: str
    state: str
    announcement: int | None = None  # of the problem; None: it works
    dialed: str = ""  # the number of a line, for a phone
    number: str = ""  # for people


@dataclass(frozen=True)
class StatusScreen:
    """What works, the announcements in force, and those that have ended."""

    sentence: str
    products: Sequence[ServiceState]
    lines: Sequence[ServiceState]
    now: Sequence[Shown]
    past: Sequence[Shown]
    as_of: str


def status_screen(session: Session, desk: Desk, language: Language, now: datetime) -> StatusScreen:
    """Return what the page shows."""
    rows = in_force.in_force(session, now)
    return StatusScreen(
        _sentence(len(rows)).for_(language),
        [_product(desk, product, rows, language, now) for product in desk.coverage.covered],
        [_line(desk, line, rows, language, now) for line in desk.lines],
        [_shown(desk, row, language, now) for row in rows],
        [_shown(desk, row, language, now) for row in in_force.past(session, now)],
        time_and_day(now, desk.zone, now, language),
    )


def _sentence(problems: int) -> Words:
    if problems == 0:
        return ALL_WORK
    if problems == 1:
        return Words("1 announced problem.", "1 problème annoncé.")
    return Words(f"{problems} announced problems.", f"{problems} problèmes annoncés.")


def _product(desk: Desk, product: str, rows: Sequence[Announcement], language: Language, now: datetime) -> ServiceState:
    state, announcement = _state(desk, [row for row in rows if affects_product(row, product)], language, now)
    return ServiceState(product, state, announcement)


def _line(desk: Desk, line: str, rows: Sequence[Announcement], language: Language, now: datetime) -> ServiceState:
    state, announcement = _state(desk, [row for row in rows if affects_line(row, line)], language, now)
    name, number = desk.line_name(line).for_(language), desk.lines[line].number
    return ServiceState(name[:1].upper() + name[1:], state, announcement, number, readable_number(number))


def _state(desk: Desk, affecting: Sequence[Announcement], language: Language, now: datetime) -> tuple[str, int | None]:
    """Return a state in words and the announcement to read: the one that has lasted longest."""
    if not affecting:
        return WORKING.for_(language), None
    first = min(affecting, key=lambda row: (row.starts_at, row.id))
    since = time_and_day(first.starts_at, desk.zone, now, language)
    words = Words(f"Problem announced since {since}", f"Problème annoncé depuis {since}")
    return words.for_(language), first.id


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
    lines = [desk.line_name(line).for_(language) for line in in_force.lines_of(row)]
    affected = ", ".join(in_force.products_of(row) or lines)
    return Shown(row.id, in_force.in_words(row).for_(language), affected, entries)


def feed_entries(session: Session, language: Language, now: datetime) -> list[Entry]:
    """Return the latest changes, for the feed."""
    found = []
    for update in in_force.latest_updates(session, now):
        text, what = in_force.in_words(update).for_(language), wording.CHANGES[update.change].for_(language)
        colon = " : " if language == "fr" else ": "
        found.append(Entry(update.id, update.at, f"{what}{colon}{text}", text))
    return found
