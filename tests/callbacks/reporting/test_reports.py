"""What goes out to people and to other programs."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.db.database import Database
from callbacks.db.states import (
    CallbackState,
    CallOutcome,
    Channel,
    PageKind,
    PageState,
    PriorityLevel,
    ReachOutcome,
    VoicemailState,
)
from callbacks.db.tables import Callback, Page
from callbacks.desk.business_hours import add_closure, add_holiday, remove_holiday, support_hours
from callbacks.desk.desk_file import read_desk
from callbacks.errors import WrongState
from callbacks.inbound import calls as intake
from callbacks.lifecycle.sla_status import explanations
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.reporting import export, figures
from callbacks.reporting.activity import Activity, CallFact, PageFact, activity
from callbacks.reporting.periods import Days, days_from, presets
from sla.attainment import attainment

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def night(session: Session) -> None:
    """Two callbacks: Amy tried one in time, nobody the other."""
    amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
    store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
    for number, caller in enumerate(["=HYPERLINK(1)", "+15145550199"]):
        arrival = intake.Arrival(f"CA{number}", "direct", caller, "en", False, "outside support hours")
        intake.record_call(session, arrival, BEGAN + number * HOUR)
        news = intake.Recording(VoicemailState.RECORDED, f"RE{number}", 9)
        intake.record_voicemail(session, DESK, arrival.sid, news, BEGAN + number * HOUR)
    first = session.scalars(select(Callback).order_by(Callback.id)).first()
    assert first is not None
    record_attempt(session, first, amy, ReachOutcome.NO_ANSWER, "text", BEGAN + timedelta(minutes=12))


def test_the_export_is_safe_in_a_spreadsheet(database: Database) -> None:
    database.write(night)
    rows = database.read(export.records)
    table = list(csv.DictReader(io.StringIO(export.as_csv(rows))))
    assert [row["caller"] for row in table] == ["'=HYPERLINK(1)", "'+15145550199"]
    assert [row["kept"] for row in table] == ["yes", ""]
    assert table[0]["due_at"] == "2026-11-29T03:42:00+00:00"


def test_the_summary_counts_by_week_line_and_person(database: Database) -> None:
    database.write(night)
    said = database.read(lambda s: export.summary(s, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    assert "kept in time 1, missed 1 (50.0 %), open 0; first attempt: median 12 min" in said
    assert "2026-W48" in said
    assert "Amy Roy" in said


def test_a_supervisor_can_read_the_promise_to_the_customer(database: Database) -> None:
    database.write(night)
    callback = database.read(lambda session: session.scalars(select(Callback).order_by(Callback.id)).first())
    assert callback is not None
    said = database.read(lambda s: explanations(s, DESK, DESK.regular_hours, callback, BEGAN + HOUR))
    assert said[0] == (
        "A first reaction was promised within 30 minutes from Sat 28 Nov 2026 22:12 EST: counting every hour of the "
        "day and night, and skipping nothing, it was due Sat 28 Nov 2026 22:42 EST, and was done Sat 28 Nov 2026 "
        "22:24 EST, in time."
    )
    assert said[1].startswith("A resolution was promised within 24 hours of support time")


def test_closures_and_corrected_holidays_decide_over_hours(database: Database) -> None:
    noon = datetime(2026, 11, 24, 17, tzinfo=UTC)  # a Tuesday
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)

    def decide(session: Session) -> None:
        add_closure(session, noon, noon + HOUR, "the move", "le déménagement")
        add_closure(session, BEGAN, BEGAN + HOUR, "the migration", "la migration", opens=True)
        remove_holiday(session, thanksgiving.date())
        add_holiday(session, (noon + timedelta(days=1)).date(), "the founder's day", "la fête du fondateur")

    database.write(decide)
    hours = database.read(lambda session: support_hours(session, DESK))
    said = [hours.verdict(at) for at in (noon, noon + HOUR, BEGAN, thanksgiving, noon + timedelta(days=1))]
    assert [verdict.is_open for verdict in said] == [False, True, True, True, False]
    assert said[0].reason.spoken("fr") == "le déménagement"
    assert said[4].reason.spoken("en") == "the founder's day"
    with pytest.raises(WrongState, match="ends before it begins"):
        database.write(lambda session: add_closure(session, noon, noon, "x", "x"))


# Sums over days and nights


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DESK.zone)


def a_call(
    text: str, minutes: float | None = None, *, owed: bool = True, state: CallbackState = CallbackState.OPEN
) -> CallFact:
    """A call at a time of the desk's clock, and after how many minutes somebody tried the customer."""
    at = local(text)
    began = at.astimezone(UTC)
    tried = None if minutes is None else began + timedelta(minutes=minutes)
    if not owed:
        return CallFact(at, began, "direct", True, CallOutcome.ANSWERED, None, None, None, None, None)
    due_at = began + timedelta(minutes=30)
    outcome, owner_id = CallOutcome.VOICEMAIL, 1 if tried else None
    return CallFact(at, began, "direct", False, outcome, PriorityLevel.P2, state, due_at, tried, owner_id)


@pytest.mark.parametrize(
    ("at", "evening"),
    [
        ("2026-11-28T23:30", "2026-11-28"),
        ("2026-11-29T02:00", "2026-11-28"),
        ("2026-11-28T18:00", "2026-11-28"),
        ("2026-11-28T17:59", None),
        ("2026-11-29T08:29", "2026-11-28"),
        ("2026-11-29T08:30", None),
        ("2026-11-01T01:30", "2026-10-31"),  # an hour that comes twice
        ("2026-03-08T03:00", "2026-03-07"),  # after an hour that never came
        ("2027-01-01T00:00", "2026-12-31"),
    ],
)
def test_a_night_belongs_to_the_evening_on_which_it_begins(at: str, evening: str | None) -> None:
    assert DESK.night_hours.evening_of(local(at)) == (date.fromisoformat(evening) if evening else None)


def test_both_passes_of_the_hour_that_comes_twice_are_the_same_night() -> None:
    twice = [datetime(2026, 11, 1, hour, 30, tzinfo=UTC).astimezone(DESK.zone) for hour in (5, 6)]
    assert [f"{at:%H:%M}" for at in twice] == ["01:30", "01:30"]
    assert {DESK.night_hours.evening_of(at) for at in twice} == {date(2026, 10, 31)}


@pytest.mark.parametrize(
    ("since", "until", "expected", "word"),
    [
        ("", "", ("2026-10-27", "2026-11-23"), ""),
        ("2026-11-02", "2026-11-08", ("2026-11-02", "2026-11-08"), ""),
        ("2026-11-02", "", ("2026-11-02", "2026-11-23"), ""),
        ("", "2026-11-08", ("2026-10-12", "2026-11-08"), ""),
        ("2026-11-20", "2027-05-01", ("2026-11-20", "2026-11-23"), ""),
        ("soon", "", ("2026-10-27", "2026-11-23"), "no day"),
        ("2026-11-08", "2026-11-02", ("2026-10-27", "2026-11-23"), "after the last"),
        ("2026-12-01", "2026-12-02", ("2026-10-27", "2026-11-23"), "not come yet"),
        ("2020-01-01", "", ("2026-10-27", "2026-11-23"), "two years"),
        ("0001-01-01", "0001-01-02", ("2026-10-27", "2026-11-23"), "too far"),
        ("", "0001-01-02", ("2026-10-27", "2026-11-23"), "no day"),
    ],
)
def test_the_days_of_a_report_are_read_from_its_address(
    since: str, until: str, expected: tuple[str, str], word: str
) -> None:
    days, fault = days_from(since, until, date(2026, 11, 23))
    assert (days.since.isoformat(), days.until.isoformat()) == expected
    assert word in fault
    assert bool(word) == bool(fault)


def test_the_spans_that_are_asked_for_most() -> None:
    spans = {name: (str(days.since), str(days.until)) for name, days in presets(date(2026, 1, 1)).items()}
    assert spans == {
        "Last four weeks": ("2025-12-05", "2026-01-01"),
        "Last week": ("2025-12-22", "2025-12-28"),
        "Last month": ("2025-12-01", "2025-12-31"),
        "This year": ("2026-01-01", "2026-01-01"),
    }


def test_the_weeks_of_some_days_begin_on_their_mondays() -> None:
    assert [str(day) for day in Days(date(2026, 11, 1), date(2026, 11, 9)).mondays()] == [
        "2026-10-26",
        "2026-11-02",
        "2026-11-09",
    ]


def test_the_last_night_of_some_days_goes_on_into_the_morning_and_both_clock_changes_are_counted() -> None:
    spring, autumn = Days(date(2026, 3, 7), date(2026, 3, 7)), Days(date(2026, 10, 31), date(2026, 10, 31))
    night = DESK.night_hours.night
    assert spring.last_night_ends(DESK.zone, night) - local("2026-03-07T18:00").astimezone(UTC) == timedelta(hours=13.5)
    assert autumn.last_night_ends(DESK.zone, night) - local("2026-10-31T18:00").astimezone(UTC) == timedelta(hours=15.5)


def test_the_busiest_night_comes_first_and_those_outside_the_days_are_not_theirs() -> None:
    calls = [
        a_call("2026-11-28T02:00"),  # the night of the 27th, which was not asked for
        a_call("2026-11-28T12:00"),  # by day
        a_call("2026-11-28T23:30"),
        a_call("2026-11-29T02:00", owed=False),
        a_call("2026-11-29T19:00"),
        a_call("2026-11-30T03:00"),  # the morning after the last day
    ]
    pages = [PageFact(local("2026-11-28T23:30"), 1, 2), PageFact(local("2026-11-30T03:00"), 1, 1)]
    lived = figures.nights(Days(date(2026, 11, 28), date(2026, 11, 29)), DESK.night_hours, calls, pages)
    assert lived == [
        figures.Night(date(2026, 11, 29), calls=2, callbacks=2, pages=1),
        figures.Night(date(2026, 11, 28), calls=2, callbacks=1, pages=2),
    ]


def test_a_callback_that_was_cancelled_before_anybody_tried_was_no_promise() -> None:
    calls = [
        a_call("2026-11-28T22:00", state=CallbackState.CANCELLED),
        a_call("2026-11-28T22:00", 40, state=CallbackState.CANCELLED),
        a_call("2026-11-28T22:00", owed=False),
    ]
    assert attainment(figures.promises(calls), BEGAN + 24 * HOUR).missed == len(figures.promises(calls)) == 1


def test_first_reactions_are_sorted_into_bins_and_by_whether_they_came_in_time() -> None:
    took = [0.0, 4.9, 5, 29.9, 30, 30.1, 61, 600]
    records = figures.promises(a_call("2026-11-28T22:00", minutes) for minutes in took)
    found = {each.minutes: (each.in_time, each.late) for each in figures.first_reactions(records, BEGAN + 24 * HOUR)}
    assert {name: counts for name, counts in found.items() if any(counts)} == {
        "0 to 5": (2, 0),
        "5 to 10": (1, 0),
        "25 to 30": (1, 0),
        "30 to 35": (1, 1),  # at the thirtieth minute the promise is kept
        "60 and more": (0, 2),
    }


FIRST, LAST = datetime.fromisoformat("2026-10-20"), datetime.fromisoformat("2026-11-20")
MOMENTS = st.builds(
    a_call,
    st.datetimes(FIRST, LAST).map(lambda at: at.isoformat(timespec="minutes")),
    st.none() | st.integers(0, 120),
    owed=st.booleans(),
    state=st.sampled_from([CallbackState.OPEN, CallbackState.RESOLVED, CallbackState.CANCELLED]),
)


@given(st.lists(MOMENTS, max_size=30))
def test_however_calls_are_sorted_they_add_up_to_all_of_them(calls: list[CallFact]) -> None:
    now = local("2026-11-10T12:00").astimezone(UTC)
    days = Days(date(2026, 10, 19), date(2026, 11, 20))
    pages = [PageFact(call.local, 1 + number % 2, 1) for number, call in enumerate(calls)]
    found = Activity(days, DESK.zone, calls, pages, [], calls, pages, {1: "Amy Roy", 2: "Ben Cole"}, DESK.night_hours)
    records = figures.promises(calls)
    by_hour, by_day = figures.hours(calls), figures.weekdays(calls)
    assert sum(each.in_hours + each.after_hours for each in by_hour) == len(calls)
    assert sum(each.after_hours for each in by_hour) == sum(each.after_hours for each in by_day)
    in_weeks = [week.kept for week in figures.weeks(found, records, now)]
    whole = attainment(records, now)
    assert sum(kept.met for kept in in_weeks) == whole.met
    assert sum(kept.missed for kept in in_weeks) == whole.missed
    tried = figures.first_reactions(records, now)
    in_time = sum(each.in_time for each in tried)
    assert in_time == whole.met
    lived = figures.nights(days, DESK.night_hours, calls, pages)
    by_night = [call for call in calls if DESK.night_hours.evening_of(call.local) is not None]
    assert sum(night.calls for night in lived) == sum(night.pages for night in lived) == len(by_night)
    carried = figures.load(found)
    assert sum(each.by_day + each.by_night for each in carried) == len(calls)
    assert sum(each.by_night for each in carried) == len(by_night)
    assert all(each.wakings <= each.by_night for each in carried)
    became = figures.outcomes(found)
    assert sum(each.count for each in became if each.of == "calls") == len(calls)
    assert sum(each.count for each in became if each.of == "callbacks") == sum(1 for call in calls if call.priority)


def words_of(call: CallFact) -> str:
    assert call.priority is not None
    assert call.state is not None
    return f"{call.priority.value} {call.state.value}"


def test_what_happened_is_loaded_alike_from_both_databases(database: Database) -> None:
    database.write(night)

    def send_them(session: Session) -> None:
        pages = session.scalars(select(Page).order_by(Page.id)).all()
        for number, at in enumerate(("03:14:59.999999", "03:15:00", "03:29:59.999999", "03:30:00")):
            page = Page(callback_id=1, technician_id=1, channel=Channel.CALL, code="1", words="")
            page.kind, page.round = PageKind.STEP, 100 + number
            page.state, page.created_at = PageState.SENT, datetime.fromisoformat(f"2026-11-29T{at}+00:00")
            session.add(page)
        for page in pages:
            page.state = PageState.FAILED
        asked = Page(callback_id=1, technician_id=1, channel=Channel.CONNECTION, code="", words="")
        asked.kind, asked.round, asked.state, asked.created_at = PageKind.CONNECTION, 1, PageState.SENT, BEGAN
        session.add(asked)

    database.write(send_them)
    found = database.read(
        lambda s: activity(s, Days(date(2026, 11, 28), date(2026, 11, 28)), DESK.zone, DESK.night_hours)
    )
    assert sorted(f"{page.local:%d %H:%M} {page.technician_id} {page.times}" for page in found.pages) == [
        "28 22:00 1 1",
        "28 22:15 1 2",
        "28 22:30 1 1",
    ]
    assert sorted(f"{call.local:%d %H:%M} {words_of(call)}" for call in found.calls) == [
        "28 22:12 P2 open",
        "28 23:12 P2 open",
    ]
    assert [(each.technician_id, each.outcome, each.times) for each in found.attempts] == [
        (1, ReachOutcome.NO_ANSWER, 1)
    ]
    assert figures.load(found) == [figures.Load("Amy Roy", by_day=0, by_night=4, wakings=4, owned=1, attempts=1)]


def test_the_hours_after_midnight_count_for_the_last_night_and_for_no_day_of_the_report(database: Database) -> None:
    database.write(night)

    def ring_in_the_morning(session: Session) -> None:
        for number, at in enumerate(("2026-11-29T02:00", "2026-11-29T08:29", "2026-11-29T08:30")):
            arrival = intake.Arrival(f"CB{number}", "direct", "+15145550198", "en", False, "closed")
            intake.record_call(session, arrival, local(at).astimezone(UTC))

        session.execute(update(Page).values(state=PageState.SENT, created_at=local("2026-11-29T02:00")))

    database.write(ring_in_the_morning)
    days = Days(date(2026, 11, 28), date(2026, 11, 28))
    found = database.read(lambda s: activity(s, days, DESK.zone, DESK.night_hours))
    lived = figures.nights(days, DESK.night_hours, found.calls_for_nights, found.pages_for_nights)
    assert (len(found.calls), list(found.pages)) == (2, [])
    assert [(str(each.evening), each.calls, each.pages > 0) for each in lived] == [("2026-11-28", 4, True)]


def test_no_cell_of_a_table_is_a_formula() -> None:
    table = export.Table("load", "x", ("Person", "Pages"), [("=cmd|'/C calc'!A1", 3), ("+1", 4)])
    assert export.table_as_csv(table).splitlines() == ["Person,Pages", "'=cmd|'/C calc'!A1,3", "'+1,4"]
