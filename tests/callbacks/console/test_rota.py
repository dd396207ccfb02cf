"""The rota in the console: shown as it will really be, and edited by forms."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.tables import Watermark
from callbacks.oncall import store
from callbacks.people.technicians import remove_technician, technician_named
from tests.callbacks.console.test_console import DESK, Console, console  # noqa: F401 - the fixture


@pytest.fixture
def sue(console: Console) -> Console:  # noqa: F811
    """The console, with Sue the supervisor logged in."""
    console.logs_in("sue@example.com")
    return console


def does(sue: Console, act: str, **fields: str) -> str:
    """Fill in a form as the week of 30 November is shown; give the page that comes back."""
    fields = {name.replace("_", "-"): value for name, value in fields.items()}
    answer = sue.posts(f"/rota/{act}?view=week&from=2026-11-30", fields)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/rota?view=week&from=2026-11-30")
    return sue.client.get(answer.headers["Location"]).text


def shown(sue: Console, address: str, layer: str, day: str) -> str:
    """What stands on a layer on a day, without the markup."""
    page = sue.client.get(address).text
    row = page.split(f'<th scope="row">{layer}</th>')[1].split("</tr>")[0]
    return words(row.split(f'data-label="{day}')[1].split("</td>")[0].split("</svg>")[1])


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def on(sue: Console, layer: str, at: str) -> list[str]:
    instant = datetime.fromisoformat(at).replace(tzinfo=DESK.zone)
    plan = sue.database.read(lambda session: store.schedule(session, DESK, sue.clock.now()))
    return [person.name for person in plan.on_call(layer, instant)]


NIGHT = {"from": "2026-11-30T18:00", "until": "2026-12-01T08:00"}


def test_a_rotation_a_cover_and_time_off(sue: Console) -> None:
    page = does(
        sue, "rotate", names="Ben Cole, Amy Roy", layer="manager", first_day="2026-11-29", hand_off="18:00", every="1d"
    )
    assert "Ben Cole, Amy Roy take turns on manager" in page
    assert on(sue, "manager", "2026-11-30T20:00") == ["Amy Roy"]
    assert "Ben Cole covers manager." in does(
        sue, "cover", name="Ben Cole", layer="manager", **NIGHT, **{"for": "Amy Roy"}
    )
    assert on(sue, "manager", "2026-11-30T20:00") == ["Ben Cole"]
    does(sue, "off", name="Ben Cole", **NIGHT)
    assert on(sue, "manager", "2026-11-30T20:00") == []
    does(sue, "end-rotation", rotation="1", at="2026-12-05T18:00")
    assert on(sue, "manager", "2026-12-06T20:00") == []


def test_a_shift_and_the_hours_that_it_counts(sue: Console) -> None:
    assert "Amy Roy is on fallback." in does(sue, "add", name="Amy Roy", layer="fallback", **NIGHT)
    assert on(sue, "fallback", "2026-11-30T20:00") == ["Amy Roy"]
    page = words(sue.client.get("/rota?view=week&from=2026-11-30").text)
    assert "Amy Roy 168.00 0.00 14.00 168.00" in page  # all week on primary, and meanwhile a night as the stand-in


@pytest.mark.parametrize(
    ("act", "fields", "fault"),
    [
        ("add", {"name": "Zoe", "layer": "primary"}, "There is no technician"),
        ("add", {"name": "Amy Roy", "layer": "boss"}, "There is no layer"),
        ("cover", {"name": "Amy Roy", "layer": "primary", "from": "soon", "until": ""}, "is not a valid time"),
        ("off", {"name": "Amy Roy", "from": "2026-11-30T18:00", "until": ""}, "A time is missing"),
        ("rotate", {"names": "Amy Roy", "layer": "primary", "first_day": "never", "every": "7d"}, "no rotation"),
        ("end-rotation", {"rotation": "x"}, "There is no rotation"),
        ("take-back", {"what": "cover", "number": "1"}, "not on the rota any more"),
        ("take-back", {"what": "layer", "number": "x"}, "not on the rota any more"),
    ],
)
def test_mistakes_are_told(sue: Console, act: str, fields: dict[str, str], fault: str) -> None:
    assert fault in does(sue, act, **fields)


def test_the_address_of_a_feed_is_given_and_revoked(sue: Console) -> None:
    found = re.search(r"https://desk\.test/calendar/([\w-]+)\.ics", does(sue, "address", name="Amy Roy"))
    assert found is not None
    assert "worthless now" in does(sue, "revoke", name="Amy Roy")
    assert "no address to revoke" in does(sue, "revoke", name="Amy Roy")


def test_an_edit_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts("/rota/explode", {}).status_code == 404


# The week and the month


WEEK = "/rota?view=week&from=2026-11-30"


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


def test_on_the_day_on_which_the_clocks_go_back_an_hour_is_there_twice(sue: Console) -> None:
    week = "/rota?view=week&from=2026-10-26"
    night = {"from": "2026-10-31T18:00", "until": "2026-11-01T08:00"}
    sue.clock.pass_time(datetime(2026, 10, 26, tzinfo=UTC) - sue.clock.now())
    does(sue, "cover", name="Ben Cole", layer="primary", **night, **{"for": "Amy Roy"})
    page = sue.client.get(week).text
    assert "<small>25 hours: the clocks change</small>" in page
    assert 'data-date="2026-11-01" data-hours="00:00 01:00 01:00 02:00' in page
    assert '<rect class="on who-2" x="0" y="0" width="540" height="24"/>' in page  # nine hours until eight
    assert '<rect class="on who-1" x="540" y="0" width="960" height="24"/>' in page
    assert "00:00 EDT–08:00 EST Ben Cole for Amy Roy" in shown(sue, week, "primary", "Sun 1 Nov")
    assert "Ben Cole 15.00 168.00 168.00" not in words(page)
    assert "Ben Cole 15.00 169.00 169.00" in words(page)  # a week with an hour more in it


def test_on_the_day_on_which_the_clocks_go_forward_an_hour_is_missing(sue: Console) -> None:
    page = sue.client.get("/rota?view=week&from=2027-03-08").text
    assert "<small>23 hours: the clocks change</small>" in page
    assert 'data-hours="00:00 01:00 03:00' in page
    assert "Amy Roy 167.00 0.00 167.00" in words(page)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/rota", "23 November to 29 November 2026"),
        ("/rota?view=month", "November 2026"),
        ("/rota?view=month&from=2027-02", "February 2027"),
        ("/rota?view=month&from=2027-02-17", "February 2027"),
        ("/rota?view=week&from=2026-12-31", "28 December to 3 January 2027"),
        ("/rota?view=year&from=soon", "23 November to 29 November 2026"),
        ("/rota?view=month&from=2026-13", "November 2026"),
        ("/rota?view=week&from=0001-01-01", "23 November to 29 November 2026"),
        ("/rota?view=week&from=9999-12-31", "23 November to 29 November 2026"),
    ],
)
def test_the_address_says_what_is_shown_and_nonsense_means_now(sue: Console, address: str, name: str) -> None:
    assert f'<h2 class="shown">{name}</h2>' in sue.client.get(address).text


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
    assert not re.search(r'class="palette"|id="cover"|action="/rota/|Take back', page)


def test_what_a_name_is_dropped_on_says_what_the_form_is_filled_with(sue: Console) -> None:
    """A night is covered whole; of what lasts for days, the day that was meant; of two people, whoever is on."""
    does(sue, "add", name="Amy Roy", layer="backup", **NIGHT)
    does(sue, "cover", name="Ben Cole", layer="primary", **NIGHT, **{"for": "Amy Roy"})
    bars = sue.client.get(WEEK).text.split('data-layer="primary" data-date="2026-11-30"')[1].split("</svg>")[0]
    parts = re.findall(r'data-from="(.*?)" data-until="(.*?)" data-for="(.*?)"', bars)
    assert parts == [
        ("2026-11-30T00:00", "2026-11-30T18:00", "Amy Roy"),
        ("2026-11-30T18:00", "2026-12-01T08:00", "Ben Cole"),
    ]
    bars = sue.client.get(WEEK).text.split('data-layer="backup" data-date="2026-12-01"')[1].split("</svg>")[0]
    parts = re.findall(r'data-from="(.*?)" data-until="(.*?)" data-for="(.*?)"', bars)
    assert parts == [("2026-11-30T18:00", "2026-12-01T08:00", ""), ("2026-12-01T08:00", "2026-12-02T00:00", "Ben Cole")]


# Taking back


def entered(sue: Console) -> list[str]:
    table = sue.client.get("/rota").text.split("from now on</caption>")[1]
    return [words(row) for row in re.findall(r'data-label="What">(.*?)</td>', table)]


def test_a_cover_that_has_not_begun_is_taken_back_as_if_it_had_never_been(sue: Console) -> None:
    does(sue, "cover", name="Ben Cole", layer="primary", **NIGHT, **{"for": "Amy Roy"})
    assert "Ben Cole covers primary for Amy Roy" in entered(sue)
    assert "It is taken back." in does(sue, "take-back", what="cover", number="1")
    assert on(sue, "primary", "2026-11-30T20:00") == ["Amy Roy"]
    assert "Ben Cole covers primary for Amy Roy" not in entered(sue)


def test_of_time_off_that_has_begun_what_is_over_stays(sue: Console) -> None:
    does(sue, "off", name="Amy Roy", **{"from": "2026-11-28T12:00", "until": "2026-12-24T12:00"})
    does(sue, "take-back", what="off", number="1")
    assert on(sue, "primary", "2026-11-30T20:00") == ["Amy Roy"]
    assert shown(sue, "/rota", "primary", "Sat 28 Nov").startswith("00:00–12:00 Amy Roy 12:00–22:14 nobody 22:14")


def test_a_shift_is_taken_back_and_the_rota_is_looked_at_soon(sue: Console) -> None:
    sue.clock.pass_time(timedelta(hours=1))
    assert "Amy Roy is on primary" in entered(sue)
    does(sue, "take-back", what="shift", number="1")
    assert on(sue, "primary", "2026-11-30T20:00") == []
    edited = sue.database.read(lambda session: session.get_one(Watermark, store.EDITED).at)
    assert edited == sue.clock.now()


# Hours for pay


def csv_rows(sue: Console, address: str) -> list[dict[str, str]]:
    answer = sue.client.get(address)
    assert answer.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


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


def test_whoever_leaves_is_paid_for_what_they_did(sue: Console) -> None:
    sue.database.write(lambda s: remove_technician(s, technician_named(s, "Amy Roy"), sue.clock.now()))
    hours = {row["person"]: row["primary"] for row in csv_rows(sue, "/rota/hours.csv?from=2026-11-28&until=2026-11-29")}
    assert hours["Amy Roy"] == "22.23"  # until 22:14 on the first day
    assert shown(sue, "/rota", "primary", "Sun 29 Nov") == "nobody"
