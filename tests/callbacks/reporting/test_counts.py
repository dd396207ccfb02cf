"""The counts of a report: each is right, and together they add up to everything there is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.db.states import CallbackState, CallOutcome, ContactWay, ReachOutcome
from callbacks.records.proofs import NO_TRIES, Tries
from callbacks.reporting import counts
from callbacks.reporting.activity import Activity, AttemptFact, ContactFact, PageFact
from callbacks.reporting.periods import Days
from sla.attainment import attainment
from tests.callbacks.reporting.facts import BEGAN, CARRIER, DESK, HOUR, NO_NUMBER, WORD, a_call, local


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


def test_the_busiest_night_comes_first_and_those_outside_the_days_are_not_theirs() -> None:
    calls = [
        a_call("2026-11-28T02:00"),  # the night of the 27th, which was not asked for
        a_call("2026-11-28T12:00"),  # by day
        a_call("2026-11-28T23:30"),
        a_call("2026-11-29T02:00", owed=False),
        a_call("2026-11-28T23:45", owed=False, way=ContactWay.MAIL),  # it joined a callback
        a_call("2026-11-29T19:00"),
        a_call("2026-11-30T03:00"),  # the morning after the last day
    ]
    pages = [PageFact(local("2026-11-28T23:30"), 1, 2), PageFact(local("2026-11-30T03:00"), 1, 1)]
    nights = counts.nights(Days(date(2026, 11, 28), date(2026, 11, 29)), DESK.night_hours, calls, pages)
    assert nights == [
        counts.Night(date(2026, 11, 28), calls=2, mails=1, callbacks=1, pages=2),
        counts.Night(date(2026, 11, 29), calls=2, mails=0, callbacks=2, pages=1),
    ]


def test_a_callback_that_was_cancelled_before_anybody_tried_was_no_promise() -> None:
    calls = [
        a_call("2026-11-28T22:00", state=CallbackState.CANCELLED),
        a_call("2026-11-28T22:00", 40, state=CallbackState.CANCELLED),
        a_call("2026-11-28T22:00", owed=False),
    ]
    assert attainment(counts.promises(calls), BEGAN + 24 * HOUR).missed == len(counts.promises(calls)) == 1


def test_first_reactions_are_sorted_into_bins_and_by_whether_they_came_in_time() -> None:
    took = [0.0, 4.9, 5, 29.9, 30, 30.1, 61, 600]
    records = counts.promises(a_call("2026-11-28T22:00", minutes) for minutes in took)
    found = {each.minutes: (each.in_time, each.late) for each in counts.first_reactions(records, BEGAN + 24 * HOUR)}
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
def test_however_calls_are_sorted_they_add_up_to_all_of_them(calls: list[ContactFact]) -> None:
    now = local("2026-11-10T12:00").astimezone(UTC)
    days = Days(date(2026, 10, 19), date(2026, 11, 20))
    pages = [PageFact(call.local, 1 + number % 2, 1) for number, call in enumerate(calls)]
    found = Activity(days, DESK.zone, calls, pages, [], calls, pages, {1: "Amy Roy", 2: "Ben Cole"}, DESK.night_hours)
    records = counts.promises(calls)
    by_hour, by_day = counts.calls_by_hour(calls), counts.calls_by_weekday(calls)
    assert sum(each.in_hours + each.after_hours for each in by_hour) == len(calls)
    assert sum(each.after_hours for each in by_hour) == sum(each.after_hours for each in by_day)
    in_weeks = [week.kept for week in counts.weeks(found, records, now)]
    whole = attainment(records, now)
    assert sum(kept.met for kept in in_weeks) == whole.met
    assert sum(kept.missed for kept in in_weeks) == whole.missed
    tried = counts.first_reactions(records, now)
    in_time = sum(each.in_time for each in tried)
    assert in_time == whole.met
    nights = counts.nights(days, DESK.night_hours, calls, pages)
    by_night = [call for call in calls if DESK.night_hours.evening_of(call.local) is not None]
    assert sum(night.calls for night in nights) == sum(night.pages for night in nights) == len(by_night)
    carried = counts.load(found)
    assert sum(each.by_day + each.by_night for each in carried) == len(calls)
    assert sum(each.by_night for each in carried) == len(by_night)
    assert all(each.wakings <= each.by_night for each in carried)
    became = counts.outcomes(found)
    assert sum(each.count for each in became if each.of == "calls") == len(calls)
    assert sum(each.count for each in became if each.of == "callbacks") == sum(1 for call in calls if call.priority)


def activity_of(*calls: ContactFact, attempts: tuple[AttemptFact, ...] = ()) -> Activity:
    days = Days(date(2026, 11, 23), date(2026, 11, 29))
    return Activity(days, DESK.zone, calls, [], attempts, calls, [], {1: "Amy Roy", 2: "Ben Cole"}, DESK.night_hours)


@pytest.mark.parametrize(
    ("state", "minutes", "expected"),
    [
        (CallbackState.OPEN, None, "open, not tried yet"),
        (CallbackState.OPEN, 5, "open, tried"),
        (CallbackState.CLOSED, 5, "closed by itself"),
        (CallbackState.RESOLVED, 5, "resolved"),
        (CallbackState.CANCELLED, None, "cancelled"),
    ],
)
def test_the_outcome_of_a_callback(state: CallbackState, minutes: float | None, expected: str) -> None:
    found = counts.outcomes(activity_of(a_call("2026-11-28T22:00", minutes, state=state)))
    assert [each.outcome for each in found if each.of == "callbacks"] == [expected]


def test_the_most_frequent_outcome_comes_first() -> None:
    calls = [a_call("2026-11-28T22:00"), a_call("2026-11-28T22:00"), a_call("2026-11-28T22:00", owed=False)]
    attempts = (
        AttemptFact(1, ReachOutcome.BUSY, CARRIER, is_told=False, times=1),
        AttemptFact(1, ReachOutcome.REACHED, WORD, is_told=True, times=2),
        AttemptFact(2, ReachOutcome.BUSY, CARRIER, is_told=True, times=2),
        AttemptFact(2, ReachOutcome.MACHINE, CARRIER, is_told=False, times=1),
        AttemptFact(2, ReachOutcome.NOBODY_TO_CALL, NO_NUMBER, is_told=True, times=1),
    )
    found = counts.outcomes(activity_of(*calls, attempts=attempts))
    assert [(each.of, each.outcome, each.count) for each in found] == [
        ("calls", CallOutcome.VOICEMAIL.value, 2),
        ("calls", CallOutcome.ANSWERED.value, 1),
        ("callbacks", "open, not tried yet", 2),
        ("origins of callbacks", "voicemail", 2),
        ("attempts", ReachOutcome.BUSY.value, 3),
        ("attempts", ReachOutcome.REACHED.value, 2),
        ("attempts", ReachOutcome.MACHINE.value, 1),
        ("proofs", "Proven by the carrier", 4),
        ("proofs", "By a technician's word", 2),
        ("proofs", "Nobody could be called", 1),
        ("who decided the outcome", "technician", 4),
        ("who decided the outcome", "carrier", 1),
        ("who decided the outcome", "carrier's guess", 1),
    ]


def test_the_attempts_of_a_person_are_counted_by_their_proof() -> None:
    attempts = (
        AttemptFact(1, ReachOutcome.BUSY, CARRIER, is_told=False, times=3),
        AttemptFact(1, ReachOutcome.NO_ANSWER, WORD, is_told=True, times=2),
        AttemptFact(2, ReachOutcome.NOBODY_TO_CALL, NO_NUMBER, is_told=True, times=1),
    )
    loads = {each.person: each for each in counts.load(activity_of(attempts=attempts))}
    amy, ben = loads["Amy Roy"], loads["Ben Cole"]
    assert (amy.attempts, amy.proven, amy.by_word, amy.no_number) == (5, 3, 2, 0)
    assert (ben.attempts, ben.proven, ben.by_word, ben.no_number) == (0, 0, 0, 1)


def test_where_nobody_could_be_called_is_neither_kept_nor_missed_and_is_named() -> None:
    calls = [
        a_call("2026-11-28T23:00", 5, proof=NO_NUMBER),
        a_call("2026-11-28T22:00", 0, proof=NO_NUMBER, state=CallbackState.UNREACHABLE),
        a_call("2026-11-28T21:00", 31, proof=NO_NUMBER),
        a_call("2026-11-28T20:00", 5),
        a_call("2026-11-28T19:00", 5, proof=CARRIER),
        a_call("2026-11-28T18:00", owed=False),
    ]
    now = BEGAN + 24 * HOUR
    kept = attainment(counts.promises(calls), now)
    assert (kept.proven, kept.by_word, kept.missed, kept.no_number) == (1, 1, 1, 2)
    assert counts.without_number(calls, now) == ["AB-2200", "AB-2300"]


def test_calls_are_counted_by_hour_and_weekday_in_desk_time() -> None:
    calls = [a_call("2026-11-28T22:12"), a_call("2026-11-28T22:59", owed=False), a_call("2026-11-29T00:00")]
    by_hour = {each.when: (each.in_hours, each.after_hours) for each in counts.calls_by_hour(calls)}
    by_day = {each.when: (each.in_hours, each.after_hours) for each in counts.calls_by_weekday(calls)}
    assert (len(by_hour), by_hour["22:00"], by_hour["00:00"]) == (24, (1, 1), (0, 1))
    assert (list(by_day), by_day["Sat"], by_day["Sun"]) == (
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        (1, 1),
        (0, 1),
    )


def test_a_week_without_a_promise_is_left_out() -> None:
    calls = [a_call("2026-11-09T22:00", 5), a_call("2026-11-28T22:00", 40), a_call("2026-11-28T23:00", 4)]
    found = Activity(
        Days(date(2026, 11, 9), date(2026, 11, 29)), DESK.zone, calls, [], [], calls, [], {}, DESK.night_hours
    )
    weeks = counts.weeks(found, counts.promises(calls), BEGAN + 24 * HOUR)
    assert [(week.name, str(week.monday), week.priority, week.kept.met, week.kept.missed) for week in weeks] == [
        ("2026-W46", "2026-11-09", "P2", 1, 0),
        ("2026-W48", "2026-11-23", "P2", 1, 1),
    ]


def test_a_waking_is_a_page_during_the_hours_of_sleep_and_counts_by_night_too() -> None:
    pages = [PageFact(local(at), 1, times) for at, times in (("2026-11-28T12:00", 1), ("2026-11-28T19:00", 2),
                                                            ("2026-11-29T03:00", 4))]  # fmt: skip
    found = Activity(
        Days(date(2026, 11, 28), date(2026, 11, 29)), DESK.zone, [], pages, [], [], pages,
        {1: "Amy Roy", 2: "Ben Cole"}, DESK.night_hours,
    )  # fmt: skip
    assert counts.load(found) == [
        counts.Load("Amy Roy", by_day=1, by_night=6, wakings=4, owned=0, proven=0, by_word=0, no_number=0)
    ]


@pytest.mark.parametrize(
    ("state", "tries", "is_counted"),
    [
        (CallbackState.OPEN, NO_TRIES, True),
        (CallbackState.CANCELLED, NO_TRIES, False),
        (CallbackState.CANCELLED, Tries(by_word_at=datetime(2026, 11, 29, 3, 20, tzinfo=UTC)), True),
        (CallbackState.JOINED, NO_TRIES, False),
        (CallbackState.JOINED, Tries(by_word_at=datetime(2026, 11, 29, 3, 20, tzinfo=UTC)), False),
    ],
)
def test_what_counts_as_promised(state: CallbackState, tries: Tries, is_counted: bool) -> None:
    assert counts.promises_a_call(state, tries) is is_counted
