"""What callers and readers are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from callbacks.announcements.in_force import HISTORY, in_words, is_in_force, latest_updates, lines_of, past
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
