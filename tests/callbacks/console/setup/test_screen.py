"""The setup screen: lines, opening hours, and the holidays and closures of a year."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.console.setup.screen import YearScreen, line_rows, opening_hours, year_screen
from callbacks.desk import business_hours
from callbacks.text.formats import readable_number
from tests.callbacks.console.console import DESK, Console


def test_the_lines_are_shown_as_the_desk_file_has_them(console: Console) -> None:
    console.logs_in("rita@example.com")
    page = console.client.get("/setup?year=2026").text
    assert "1: support" in page
    assert "Christmas" in page
    assert "<button>Save</button>" not in page  # a reader reads


def test_each_day_of_the_week_has_its_hours_or_is_closed() -> None:
    hours = dict(opening_hours(DESK))
    assert list(hours) == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    assert hours["Sunday"] == "closed"
    assert hours["Monday"] == str(DESK.hours.monday[0])


def test_a_line_without_a_menu_says_so() -> None:
    rows = {row.name: row for row in line_rows(DESK)}
    assert rows["direct"].menu == "none: straight to support"
    assert rows["toll-free"].menu.startswith("1: support")
    assert rows["direct"].number == readable_number(DESK.lines["direct"].number)


def test_a_year_has_its_holidays_in_order_and_its_own_closures(console: Console) -> None:
    def work(session: Session) -> YearScreen:
        starts_at = datetime(2027, 3, 1, 12, tzinfo=DESK.zone)
        business_hours.add_closure(session, starts_at, starts_at + timedelta(hours=3), "Moving", "Déménagement")
        return year_screen(session, DESK, 2027)

    screen = console.database.write(work)
    days = [row.day for row in screen.holidays]
    assert days == sorted(days)
    christmas = next(row for row in screen.holidays if row.day == date(2027, 12, 25))
    assert not christmas.is_workday  # a Saturday, on which the desk is closed anyway
    assert [closure.reason_en for closure in screen.closures] == ["Moving"]
    assert console.database.read(lambda session: year_screen(session, DESK, 2026)).closures == []
