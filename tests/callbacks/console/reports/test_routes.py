"""Reports: the numbers drawn, in tables, as CSV and on paper; the digest of any morning; and what if."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.details import AddNote
from callbacks.db.database import locked
from callbacks.db.states import AttemptProof, CallbackState, VoicemailState
from callbacks.db.tables import AuditEntry, Callback
from callbacks.inbound import calls
from callbacks.people import technicians
from tests.acting import resolves, supervisor_acts
from tests.callbacks.console.console import BEGAN, DESK, Console
from tests.tried import tried

TABLES = ("attainment", "first-reaction", "hours", "weekdays", "resolutions", "outcomes", "load", "nights")


@pytest.fixture(autouse=True)
def two_days_later(sue: Console) -> None:
    """Amy tried one caller after 12 minutes, another after 45, and nobody the third."""

    def work(session: Session) -> None:
        for number, minutes in ((2, 12), (3, 45)):
            began = BEGAN + timedelta(hours=number)
            arrival = calls.Arrival(
                f"CA{number}", "toll-free", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"
            )
            calls.record_call(session, arrival, began).is_separate = True
            calls.record_voicemail(
                session, DESK, arrival.sid, calls.Recording(VoicemailState.RECORDED, f"RE{number}", 9), began
            )
            callback = session.scalars(select(Callback).where(Callback.contact_sid == arrival.sid)).one()
            amy = technicians.technician_named(session, "Amy Roy")
            tried(session, callback, amy, began + timedelta(minutes=minutes), AttemptProof.WORD)

    sue.database.write(work)
    sue.clock.pass_time(timedelta(days=2))
    sue.logs_in("sue@example.com")


def table_of(page: str, name: str) -> list[list[str]]:
    found = re.search(rf'<caption id="{name}-caption">.*?<tbody>(.*?)</tbody>', page, re.DOTALL)
    assert found is not None
    lines = re.findall(r"<tr>(.*?)</tr>", found[1], re.DOTALL)
    return [[html.unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", line)] for line in lines]


def test_a_page_of_reports_shows_the_numbers(sue: Console) -> None:
    page = sue.client.get("/reports?since=2026-11-23&until=2026-11-29").text
    assert table_of(page, "attainment") == [
        ["2026-W48", "2026-11-23", "P2", "1", "2", "0", "33.3", "0", "1", "0"],
        ["All", "", "", "1", "2", "0", "33.3", "0", "1", "0"],
    ]
    assert [line for line in table_of(page, "first-reaction") if line[1:] != ["0", "0"]] == [
        ["10 to 15", "1", "0"],
        ["45 to 50", "0", "1"],
    ]
    assert ["22:00", "1", "1"] in table_of(page, "hours")
    assert ["Sun", "2", "2"] in table_of(page, "weekdays")
    assert ["attempts", "no answer", "2"] in table_of(page, "outcomes")
    assert table_of(page, "nights")[0][:5] == ["2026-11-28", "Sat", "3", "0", "3"]
    assert "Half of the first attempts came within 12 min of the call or mail, 95 % within 45 min" in page


def test_resolutions_are_counted_apart_from_first_attempts(sue: Console) -> None:
    address = "/reports?since=2026-11-23&until=2026-11-29"
    assert table_of(sue.client.get(address).text, "resolutions")[-1] == ["All", "", "", "0", "3", "0", "0.0"]

    def resolve(session: Session) -> None:
        amy, callback_id = (
            technicians.technician_named(session, "Amy Roy"),
            session.scalars(select(Callback.id)).first(),
        )
        resolves(session, DESK, locked(session, Callback, callback_id or 0), amy, BEGAN + timedelta(hours=20))

    sue.database.write(resolve)
    sue.clock.pass_time(timedelta(days=7))
    sue.logs_in("rita@example.com")  # Sue would be asked for a second factor first
    assert table_of(sue.client.get(address).text, "resolutions")[-1] == ["All", "", "", "1", "2", "0", "33.3"]


def test_no_resolution_is_owed_where_nobody_could_be_called(sue: Console) -> None:
    sue.database.write(lambda session: setattr(session.get_one(Callback, 1), "state", CallbackState.UNREACHABLE))
    page = sue.client.get("/reports?since=2026-11-23&until=2026-11-29").text
    assert table_of(page, "resolutions")[-1] == ["All", "", "", "0", "2", "0", "0.0"]
    assert table_of(page, "attainment")[-1] == ["All", "", "", "1", "1", "0", "50.0", "0", "1", "1"]
    assert ["callbacks", "unreachable", "1"] in table_of(page, "outcomes")


def test_what_a_chart_says_is_said_in_words_and_in_a_table_beneath(sue: Console) -> None:
    page = sue.client.get("/reports?since=2026-11-23&until=2026-11-29").text
    said = re.findall(r'<svg class="chart" role="img" aria-label="([^"]+)"', page)
    assert "33.3 % in time: 1 kept, 2 missed, 0 open. Proven 0, by a technician&#39;s word 1." in said
    assert "Most calls came on Sun (2), most of those after hours on Sun (2)." in said
    assert page.count("<caption") == page.count("<details") == len(TABLES)
    assert page.count("<svg ") == page.count("<svg class=") + page.count('aria-hidden="true" focusable')
    headings = re.findall(r"<thead><tr>(.*?)</tr>", page)
    assert all(line.count("<th ") == line.count('scope="col"') for line in headings)


def test_nothing_on_the_page_needs_a_looser_policy(sue: Console) -> None:
    for path in ("/reports", "/reports?tables=open", "/reports/digest"):
        page = sue.client.get(path).text
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page)
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_every_drawing_is_well_formed(sue: Console) -> None:
    page = sue.client.get("/reports").text
    drawings = re.findall(r"<svg .*?</svg>", page, re.DOTALL)
    assert len(drawings) > len(TABLES)
    for drawing in drawings:
        ElementTree.fromstring(drawing)


def test_what_is_not_asked_for_is_not_counted(sue: Console) -> None:
    page = sue.client.get("/reports?since=2026-11-01&until=2026-11-27").text
    assert page.count("No data for these days.") == len(TABLES)
    assert table_of(page, "attainment") == [["All", "", "", "0", "0", "0", "", "0", "0", "0"]]


def test_days_that_cannot_be_read_are_the_last_four_weeks_with_a_word(sue: Console) -> None:
    page = sue.client.get("/reports?since=yesterday").text
    assert "Not a valid date. These are the last four weeks." in page
    assert 'name="since" value="2026-11-03"' in page
    assert '<a href="/reports?since=2026-11-03&amp;until=2026-11-30" aria-current="page">Last four weeks</a>' in page


@pytest.mark.parametrize("name", TABLES)
def test_each_table_is_given_as_csv_of_the_same_days(sue: Console, name: str) -> None:
    span = "since=2026-11-23&until=2026-11-29"
    answer = sue.client.get(f"/reports/{name}.csv?{span}")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert f"{name}-2026-11-23-2026-11-29.csv" in answer.headers["Content-Disposition"]
    shown = table_of(sue.client.get(f"/reports?{span}").text, name)
    assert list(csv.reader(io.StringIO(answer.text)))[1:] == shown
    assert f'href="/reports/{name}.csv?{span.replace("&", "&amp;")}"' in sue.client.get(f"/reports?{span}").text


def test_a_name_that_is_a_formula_stays_text_in_the_csv(sue: Console) -> None:
    def rename(session: Session) -> None:
        technicians.technician_named(session, "Amy Roy").name = "=HYPERLINK(1)"

    sue.database.write(rename)
    assert "\n'=HYPERLINK(1)," in sue.client.get("/reports/load.csv").text


def test_there_is_no_csv_of_anything_else_or_of_days_that_are_none(sue: Console) -> None:
    assert sue.client.get("/reports/users.csv").status_code == 404
    assert sue.client.get("/reports/load.csv?since=soon").status_code == 404


def test_the_tables_are_open_when_they_are_to_be_printed(sue: Console) -> None:
    assert sue.client.get("/reports").text.count("<details open>") == 0
    assert sue.client.get("/reports?tables=open").text.count("<details open>") == len(TABLES)


def test_the_digest_of_any_morning_is_read_in_the_console(sue: Console) -> None:
    page = sue.client.get("/reports/digest?day=2026-11-29").text
    assert "3 calls, 3 callbacks.\nKept in time 1, missed 2, not due yet 0.\nProven " in page
    assert "Week of" not in page
    monday = sue.client.get("/reports/digest?day=2026-11-30").text
    assert "No calls." in monday
    assert "Week of Mon 23 Nov to Sun 29 Nov" in monday


@pytest.mark.parametrize(
    ("day", "word"), [("soon", "Not a valid date"), ("2027-01-01", "out of range"), ("0001-01-01", "out of range")]
)
def test_a_morning_that_is_none_is_this_one(sue: Console, day: str, word: str) -> None:
    page = sue.client.get(f"/reports/digest?day={day}").text
    assert word in page
    assert 'name="day" value="2026-11-30"' in page


def test_what_if_answers_by_an_address_that_can_be_sent(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.client.get("/what-if?line=direct&at=2026-11-28T22:12").text
    assert "the direct line is <strong>closed</strong>" in page
    assert "Amy Roy" in page
    assert "is not a valid time." in console.client.get("/what-if?at=soon&line=fax").text
    assert "Showing the current time instead." in console.client.get("/what-if?at=0001-01-01T00:00").text


def test_the_minutes_of_a_month_are_shown_and_downloaded(sue: Console) -> None:
    def work(session: Session) -> None:
        callback = session.scalars(select(Callback).order_by(Callback.id)).first()
        assert callback is not None
        supervisor_acts(session, DESK, callback, AddNote("looked into it", 25), "sue@example.com", BEGAN)

    sue.database.write(work)
    screen = sue.client.get("/reports/billing?month=2026-11").text
    assert '<td class="amount">25</td>' in screen
    assert "No minutes were recorded." in sue.client.get("/reports/billing?month=2026-10").text
    assert "Not a valid month." in sue.client.get("/reports/billing?month=soon").text
    entries, sums = (sue.client.get(f"/reports/{name}.csv?month=2026-11") for name in ("billing", "billing-sums"))
    assert entries.headers["Content-Disposition"] == 'attachment; filename="billing-2026-11.csv"'
    for table in (entries.text, sums.text):
        (row,) = csv.DictReader(io.StringIO(table))
        assert row["minutes"] == "25"
    assert sue.client.get("/reports/billing.csv?month=soon").status_code == 404
    written = sue.database.read(lambda session: session.scalars(select(AuditEntry.what)).all())
    assert written.count("exported billing") == 2
