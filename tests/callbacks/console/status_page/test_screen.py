"""What the status page and its feed show, in each language."""

from __future__ import annotations

from dataclasses import replace

from callbacks.announcements.changes import Content
from callbacks.console.status_page.screen import StatusScreen, feed_entries, status_screen
from callbacks.db.database import Database
from callbacks.desk.desk_file import Language
from tests.callbacks.announcements.office import DESK, HOUR, SLOW, Office


def screen(office: Office, language: Language = "en") -> StatusScreen:
    return office.database.read(lambda session: status_screen(session, DESK, language, office.now))


def test_what_is_in_force_and_what_was_with_its_history(database: Database) -> None:
    office = Office(database)
    number = office.starts(replace(SLOW, lines=("direct",)))
    office.passes(HOUR).changes(number, Content("Mail is back soon.", "Le courriel revient bientôt.", ("direct",)))
    (shown,) = screen(office).now
    assert (shown.text, shown.lines) == ("Mail is back soon.", "direct line")
    assert [(what, when, text) for what, _, when, text in shown.entries] == [
        ("Update", "11:12 p.m.", "Mail is back soon."),
        ("Started", "10:12 p.m.", "Mail is delayed."),
    ]
    office.passes(HOUR).ends(number)
    french = screen(office, "fr")
    assert french.now == []
    assert (french.past[0].text, french.past[0].lines) == ("Le courriel revient bientôt.", "ligne directe")
    assert french.past[0].entries[0][0] == "Résolu"


def test_the_feed_has_an_entry_for_each_change(database: Database) -> None:
    office = Office(database)
    office.passes(HOUR).ends(office.starts())
    found = office.database.read(lambda session: feed_entries(session, "fr", office.now))
    assert [entry.title for entry in found] == ["Résolu : Le courriel est retardé.", "Début : Le courriel est retardé."]
    assert office.database.read(lambda session: feed_entries(session, "en", office.now))[1].number == 1
