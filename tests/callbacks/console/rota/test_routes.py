"""The rota of a week and a month, and the hours on call."""

from __future__ import annotations

import re

import pytest
from sqlalchemy.orm import Session

from callbacks.people.technicians import technician_named
from tests.callbacks.console.console import Console
from tests.callbacks.console.rota.rota_screen import NIGHT, WEEK, csv_rows, does, shown, words


def test_a_cover_says_for_whom_a_gap_says_nobody_and_whoever_is_on_as_well_is_named(sue: Console) -> None:
    does(sue, "cover", name="Ben Cole", layer="primary", **NIGHT, **{"for": "Amy Roy"})
    assert shown(sue, WEEK, "primary", "Mon 30 Nov") == "00:00–18:00 Amy Roy 18:00–24:00 Ben Cole for Amy Roy"
    assert shown(sue, WEEK, "primary", "Tue 1 Dec") == "00:00–08:00 Ben Cole for Amy Roy 08:00–24:00 Amy Roy"
    does(sue, "add", name="Amy Roy", layer="backup", **{"from": "2026-12-02T12:00", "until": "2026-12-02T13:00"})
    assert "12:00–13:00 Amy Roy also Ben Cole 13:00" in shown(sue, WEEK, "backup", "Wed 2 Dec")
    does(sue, "off", name="Ben Cole", **{"from": "2026-12-03T00:00", "until": "2026-12-04T06:00"})
    assert shown(sue, WEEK, "backup", "Thu 3 Dec") == "nobody"
    assert shown(sue, WEEK, "backup", "Fri 4 Dec") == "00:00–06:00 nobody 06:00–24:00 Ben Cole"


def test_a_cover_of_a_layer_that_is_empty_is_marked_as_one(sue: Console) -> None:
    does(sue, "cover", name="Ben Cole", layer="manager", **NIGHT)
    assert shown(sue, WEEK, "manager", "Mon 30 Nov") == "00:00–18:00 nobody 18:00–24:00 Ben Cole as a cover"


def test_somebody_on_call_whom_nothing_reaches_is_a_gap_from_now_on(sue: Console) -> None:
    def unverified(session: Session) -> None:
        technician_named(session, "Ben Cole").verified_at = None

    sue.database.write(unverified)
    assert shown(sue, WEEK, "backup", "Mon 30 Nov") == "Ben Cole who cannot be reached"
    assert shown(sue, "/rota?view=week&from=2026-11-16", "backup", "Tue 17 Nov") == "Ben Cole"


@pytest.mark.parametrize(
    ("kind", "day", "leads_to"),
    [
        ("week", "2026-12-28", ["2026-12-21", "2026-11-23", "2027-01-04"]),
        ("month", "2027-01", ["2026-12-01", "2026-11-01", "2027-02-01"]),
    ],
)
def test_from_each_view_links_lead_back_to_now_and_on(sue: Console, kind: str, day: str, leads_to: list[str]) -> None:
    nav = sue.client.get(f"/rota?view={kind}&from={day}").text.split('<nav class="shown"')[1].split("</nav>")[0]
    assert re.findall(rf'href="/rota\?view={kind}&amp;from=([^"]+)"', nav)[:3] == leads_to


def test_the_month_says_who_is_on_each_day_and_when_it_is_handed_off(sue: Console) -> None:
    does(
        sue, "rotate", names="Ben Cole, Amy Roy", layer="manager", first_day="2026-12-01", hand_off="18:00", every="1d"
    )
    page = sue.client.get("/rota?view=month&from=2026-12").text
    days = [words(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", page.split("</table>")[0], re.DOTALL)]
    assert days[0] == ""  # a Monday that is November's
    assert days[1] == "Tue 1 Dec primary Amy Roy backup Ben Cole manager nobody 18:00 Ben Cole"
    assert days[2] == "Wed 2 Dec primary Amy Roy backup Ben Cole manager Ben Cole 18:00 Amy Roy"
    assert len(days) == 35


def test_whoever_may_only_read_sees_the_rota_and_nothing_to_change_it_with(sue: Console) -> None:
    sue.logs_in("rita@example.com")
    page = sue.client.get(WEEK).text
    assert shown(sue, WEEK, "primary", "Mon 30 Nov") == "Amy Roy"
    assert not re.search(r'class="palette"|id="cover"|action="/rota/|Remove<', page)


def test_the_hours_of_any_days_as_csv_and_as_a_table(sue: Console) -> None:
    night = {"from": "2026-11-30T18:00", "until": "2026-12-01T08:20"}
    does(sue, "cover", name="Ben Cole", layer="primary", **night, **{"for": "Amy Roy"})
    rows = csv_rows(sue, "/rota/hours.csv?from=2026-11-30&until=2026-12-01")
    assert [(row["person"], row["primary"], row["backup"], row["in all"]) for row in rows] == [
        ("Amy Roy", "33.67", "0.00", "33.67"),
        ("Ben Cole", "14.33", "48.00", "48.00"),
    ]
    assert {(row["from"], row["until"]) for row in rows} == {("2026-11-30", "2026-12-01")}
    page = words(sue.client.get("/rota?view=month&from=2027-05&hours-from=2026-11-30&hours-until=2026-12-01").text)
    assert "Ben Cole 14.33 48.00 48.00" in page
    assert "May 2027" in page


def test_hours_of_days_that_make_no_sense_are_those_of_the_week(sue: Console) -> None:
    for address in ("?from=x&until=y", "?from=2026-11-30&until=2026-11-29", "?from=2020-01-01&until=2026-11-30", ""):
        assert {row["from"] for row in csv_rows(sue, f"/rota/hours.csv{address}")} == {"2026-11-23"}


def test_a_name_in_the_hours_is_never_a_formula(sue: Console) -> None:
    def named(session: Session) -> None:
        technician_named(session, "Amy Roy").name = "=1+1"

    sue.database.write(named)
    assert "'=1+1" in {row["person"] for row in csv_rows(sue, "/rota/hours.csv")}
