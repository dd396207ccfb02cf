"""The figures of a report: the sentence, the table and the chart of each say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from callbacks.console.reports.figures import Figure, Report, percent, report
from callbacks.db.states import (
    AttemptProof,
    CallbackOrigin,
    CallbackState,
    CallOutcome,
    ContactWay,
    PriorityLevel,
    ReachOutcome,
)
from callbacks.desk.night_hours import NightHours
from callbacks.records.proofs import Tries
from callbacks.reporting.activity import Activity, AttemptFact, ContactFact, PageFact
from callbacks.reporting.periods import Days
from callbacks.text.daily_span import DailySpan
from sla.attainment import Record, attainment

TORONTO = ZoneInfo("America/Toronto")
PROMISE = timedelta(minutes=30)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOURS = NightHours(DailySpan(time(22), time(7)), DailySpan(time(23), time(6)))
DAYS = Days(date(2026, 11, 23), date(2026, 11, 29))


def call(at: str, took: float | None, *, is_open: bool = False, proof: AttemptProof = AttemptProof.WORD) -> ContactFact:
    """Return a call at a desk time, whose customer was tried so many minutes later; None for not yet."""
    local = datetime.fromisoformat(at)
    began_at = local.replace(tzinfo=TORONTO).astimezone(UTC)
    tried_at = None if took is None else began_at + timedelta(minutes=took)
    proofs = (AttemptProof.CARRIER, AttemptProof.WORD, AttemptProof.NO_NUMBER)
    return ContactFact(
        local=local,
        began_at=began_at,
        way=ContactWay.CALL,
        line="direct",
        mailbox="",
        is_open=is_open,
        outcome=CallOutcome.VOICEMAIL,
        priority=PriorityLevel.P2,
        state=CallbackState.OPEN,
        due_at=began_at + PROMISE,
        owner_id=1,
        reference="AB-123",
        origin=CallbackOrigin.VOICEMAIL,
        callback_id=1,
        opened_at=began_at,
        promised_from=None,
        tries=Tries(*(tried_at if each is proof else None for each in proofs)),
    )


def report_on(*calls: ContactFact, pages: tuple[PageFact, ...] = (), now: datetime = NOW) -> Report:
    tried = sum(call.tries.reacted_at is not None for call in calls)
    attempts = [AttemptFact(1, ReachOutcome.NO_ANSWER, AttemptProof.WORD, True, tried)] if tried else []
    found = Activity(DAYS, TORONTO, calls, pages, attempts, calls, pages, {1: "Amy Roy", 2: "Ben Cole"}, HOURS)
    return report(found, [], PROMISE, now)


def figure(found: Report, name: str) -> Figure:
    return next(each for each in found.figures if each.table.name == name)


NIGHT = (call("2026-11-28T22:12", 12), call("2026-11-28T23:40", 45), call("2026-11-24T10:05", None, is_open=True))


def test_the_headline_has_the_numbers_that_are_asked_for_first() -> None:
    page = PageFact(datetime.fromisoformat("2026-11-28T22:15"), 1, 3)
    assert dict(report_on(*NIGHT, pages=(page,)).headline) == {
        "Calls": "3",
        "Calls after hours": "2",
        "Mails": "0",
        "Callbacks": "3",
        "Kept in time": "33.3 %",
        "Proven": "0",
        "By a technician's word": "1",
        "Nobody could be called": "0",
        "First attempt, median, where promised at any hour": "12 min",
        "Pages to phones": "3",
    }


def test_attainment_counts_the_same_in_sentence_table_and_chart() -> None:
    found = figure(report_on(*NIGHT), "attainment")
    assert found.sentence.startswith("33.3 % in time: 1 kept, 2 missed, 0 open.")
    assert [tuple(row) for row in found.table.rows] == [
        ("2026-W48", "2026-11-23", "P2", 1, 2, 0, 33.3, 0, 1, 0),
        ("All", "", "", 1, 2, 0, 33.3, 0, 1, 0),
    ]
    ((_, chart),) = found.charts
    assert [box.title for box in chart.boxes] == ["23 Nov: 1 kept, by a technician's word", "23 Nov: 2 missed"]


def test_promises_proven_by_word_and_without_anybody_to_call_have_columns_and_looks_of_their_own() -> None:
    calls = [
        call("2026-11-28T22:00", 5, proof=AttemptProof.CARRIER),
        call("2026-11-28T22:10", 5, proof=AttemptProof.CARRIER),
        call("2026-11-28T22:20", 5),
        call("2026-11-28T22:30", 5, proof=AttemptProof.NO_NUMBER),
    ]
    found = figure(report_on(*calls), "attainment")
    assert found.table.columns[7:] == (
        "Kept, proven",
        "Kept, by a technician's word",
        "Nobody could be called",
    )
    assert tuple(found.table.rows[-1]) == ("All", "", "", 3, 0, 0, 100.0, 2, 1, 1)
    assert "Proven 2, by a technician's word 1. Nobody could be called: 1" in found.sentence
    ((_, chart),) = found.charts
    assert [(box.title, box.style) for box in chart.boxes] == [
        ("23 Nov: 2 kept, proven", "good"),
        ("23 Nov: 1 kept, by a technician's word", "word"),
        ("23 Nov: 1 nobody could be called", "beside"),
    ]
    assert len({look.style for look in chart.looks}) == len(chart.looks) == 5
    assert "not tried yet" not in figure(report_on(*calls), "first-reaction").sentence


def test_first_attempts_are_counted_apart_from_calls_that_nobody_tried_yet() -> None:
    found = figure(report_on(*NIGHT), "first-reaction")
    assert "30 min are promised." in found.sentence
    assert found.sentence.endswith("1 not tried yet.")
    ((_, chart),) = found.charts
    assert chart.mark is not None
    assert chart.mark[1] == "promised"
    assert figure(report_on(NIGHT[2]), "first-reaction").sentence == "No attempts yet."


def test_minutes_are_counted_only_where_one_time_is_promised_at_any_hour() -> None:
    by_mail = call("2026-11-28T22:30", 700)._replace(way=ContactWay.MAIL, mailbox="support", origin=CallbackOrigin.MAIL)
    found = report_on(*NIGHT, by_mail)
    assert dict(found.headline)["First attempt, median, where promised at any hour"] == "12 min"
    assert {name: dict(found.headline)[name] for name in ("Calls", "Mails", "Callbacks")} == {
        "Calls": "3",
        "Mails": "1",
        "Callbacks": "4",
    }
    assert figure(found, "first-reaction").table.rows == figure(report_on(*NIGHT), "first-reaction").table.rows
    assert tuple(figure(found, "attainment").table.rows[-1])[3:6] == (1, 3, 0)


def test_the_busiest_hour_and_day_are_named() -> None:
    found = report_on(*NIGHT, call("2026-11-28T22:50", 1))
    assert figure(found, "hours").sentence.startswith("Most calls came from 22:00 (2)")
    assert figure(found, "weekdays").sentence == "Most calls came on Sat (3), most of those after hours on Sat (3)."


def test_the_load_of_a_person_is_split_into_day_and_night() -> None:
    at_night, by_day = datetime.fromisoformat("2026-11-28T23:30"), datetime.fromisoformat("2026-11-27T12:00")
    pages = (PageFact(at_night, 1, 2), PageFact(by_day, 1, 1))
    found = figure(report_on(*NIGHT, pages=pages), "load")
    row = next(row for row in found.table.rows if row[0] == "Amy Roy")
    assert tuple(row)[1:4] == (1, 2, 2)
    ((_, chart),) = found.charts
    assert chart.description == "Pages: Amy Roy 2 by night and 1 by day."


def test_without_data_no_figure_has_a_chart() -> None:
    assert [each.heading for each in report_on().figures if each.charts] == []


@pytest.mark.parametrize(
    ("kept", "missed", "words"),
    [(0, 0, "none due yet"), (1, 0, "100.0 %"), (1, 2, "33.3 %"), (9999, 1, "99.9 %"), (0, 1, "0.0 %")],
)
def test_a_share_is_whole_only_when_nothing_was_missed(kept: int, missed: int, words: str) -> None:
    began_at = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
    records = [Record("P2", "direct", began_at, began_at + PROMISE, began_at) for _ in range(kept)]
    records += [Record("P2", "direct", began_at, began_at + PROMISE) for _ in range(missed)]
    assert percent(attainment(records, NOW)) == words
