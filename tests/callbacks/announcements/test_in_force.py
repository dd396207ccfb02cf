"""What callers and readers are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from callbacks.announcements.in_force import (
    HISTORY,
    affects_line,
    affects_product,
    in_words,
    is_in_force,
    latest_updates,
    lines_of,
    past,
    products_of,
)
from callbacks.text.bilingual import Words
from tests.callbacks.announcements.office import HOUR, NOW, SLOW, Office


def test_an_announcement_is_in_force_from_its_start_until_just_before_its_end(office: Office) -> None:
    row = office.announcement(office.starts(replace(SLOW, ends_at=NOW + 2 * HOUR), starts_at=NOW + HOUR))
    at = [NOW, NOW + HOUR, NOW + 2 * HOUR - timedelta(seconds=1), NOW + 2 * HOUR]
    assert [is_in_force(row, each) for each in at] == [False, True, True, False]


def test_the_history_ends_after_its_time_unless_all_is_asked_for(office: Office) -> None:
    number = office.starts()
    office.ends(office.passes(HOUR).starts())
    office.ends(number)
    office.passes(HISTORY)
    assert office.database.read(lambda session: past(session, office.now)) == []
    assert len(office.database.read(lambda session: past(session, office.now, since=None))) == 2


def test_the_latest_entry_comes_first(office: Office) -> None:
    number = office.starts()
    office.passes(HOUR).ends(number)
    entries = office.database.read(lambda session: latest_updates(session, office.now))
    assert [entry.change.value for entry in entries] == ["ended", "started"]


def test_words_and_lines_are_read_back(office: Office) -> None:
    row = office.announcement(office.starts(replace(SLOW, lines=("direct",))))
    assert (in_words(row), lines_of(row)) == (Words("Mail is delayed.", "Le courriel est retardé."), ["direct"])
    assert lines_of(office.announcement(office.starts())) == []


def test_it_affects_its_products_else_its_lines_else_everything(office: Office) -> None:
    of_products = office.announcement(
        office.starts(replace(SLOW, products=("modusHosted", "Red Sift OnDMARC"), lines=("direct",)))
    )
    of_a_line, of_all = (office.announcement(office.starts(replace(SLOW, lines=lines))) for lines in (("direct",), ()))
    assert products_of(of_products) == ["Red Sift OnDMARC", "modusHosted"]  # as in the desk file
    assert products_of(of_a_line) == []
    announcements = (of_products, of_a_line, of_all)
    assert [affects_product(row, "modusHosted") for row in announcements] == [True, False, True]
    assert [affects_product(row, "modusMail") for row in announcements] == [False, False, True]
    assert [affects_line(row, "direct") for row in announcements] == [False, True, True]
    assert [affects_line(row, "toll-free") for row in announcements] == [False, False, True]
