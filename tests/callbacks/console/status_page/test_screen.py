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
    assert (shown.text, shown.affected) == ("Mail is back soon.", "direct line")
    assert [(what, when, text) for what, _, when, text in shown.entries] == [
        ("Update", "11:12 p.m.", "Mail is back soon."),
        ("Started", "10:12 p.m.", "Mail is delayed."),
    ]
    office.passes(HOUR).ends(number)
    french = screen(office, "fr")
    assert french.now == []
    assert (french.past[0].text, french.past[0].affected) == ("Le courriel revient bientôt.", "ligne directe")
    assert french.past[0].entries[0][0] == "Résolu"


ONDMARC, HOSTED = "Red Sift OnDMARC", "modusHosted"


def affected(screen: StatusScreen) -> list[str]:
    """The names of the products and lines that have an announced problem."""
    return [each.name for each in (*screen.products, *screen.lines) if each.announcement is not None]


def test_everything_works_while_nothing_is_announced(database: Database) -> None:
    office = Office(database)
    office.starts(replace(SLOW, products=(ONDMARC,)), starts_at=office.now + HOUR)
    english, french = screen(office), screen(office, "fr")
    assert (english.sentence, french.sentence) == ("All systems are working.", "Tous les services fonctionnent.")
    assert [each.name for each in english.products] == list(DESK.coverage.covered)
    assert [(each.name, each.dialed, each.number) for each in english.lines] == [
        ("Toll-free line", "+18884847266", "(888) 484-7266"),
        ("Direct line", "+15148458474", "(514) 845-8474"),
    ]
    assert french.lines[0].name == "Ligne sans frais"
    assert {each.state for each in (*english.products, *english.lines)} == {"Working"}
    assert {each.state for each in (*french.products, *french.lines)} == {"Fonctionne"}


def test_the_products_of_an_announcement_have_its_problem_and_the_lines_on_which_it_is_heard_work(
    database: Database,
) -> None:
    office = Office(database)
    number = office.starts(replace(SLOW, lines=("direct",), products=(HOSTED, ONDMARC)))
    shown, french = screen(office), screen(office, "fr")
    assert (shown.sentence, french.sentence) == ("1 announced problem.", "1 problème annoncé.")
    assert affected(shown) == [ONDMARC, HOSTED]
    assert {(each.state, each.announcement) for each in shown.products if each.name in (ONDMARC, HOSTED)} == {
        ("Problem announced since 10:12 p.m.", number)
    }
    assert french.products[2].state == "Problème annoncé depuis 22 h 12"
    assert shown.now[0].affected == "Red Sift OnDMARC, modusHosted"
    office.passes(HOUR).ends(number)
    assert affected(screen(office)) == []


def test_without_products_its_lines_have_the_problem_and_without_both_everything_has(database: Database) -> None:
    office = Office(database)
    number = office.starts(replace(SLOW, lines=("direct",)))
    assert affected(screen(office)) == ["Direct line"]
    office.changes(number, SLOW)
    assert affected(screen(office)) == [*DESK.coverage.covered, "Toll-free line", "Direct line"]


def test_two_problems_of_one_product_are_shown_by_the_one_that_has_lasted_longest(database: Database) -> None:
    office = Office(database)
    first = office.starts(replace(SLOW, products=(ONDMARC,)))
    office.passes(HOUR).starts(replace(SLOW, products=(ONDMARC,)))
    shown = screen(office)
    assert shown.sentence == "2 announced problems."
    assert screen(office, "fr").sentence == "2 problèmes annoncés."
    assert (shown.products[2].state, shown.products[2].announcement) == ("Problem announced since 10:12 p.m.", first)


def test_the_feed_has_an_entry_for_each_change(database: Database) -> None:
    office = Office(database)
    office.passes(HOUR).ends(office.starts())
    found = office.database.read(lambda session: feed_entries(session, "fr", office.now))
    assert [entry.title for entry in found] == ["Résolu : Le courriel est retardé.", "Début : Le courriel est retardé."]
    assert office.database.read(lambda session: feed_entries(session, "en", office.now))[1].number == 1
