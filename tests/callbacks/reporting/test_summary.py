"""The summary of `report`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, CallbackState
from callbacks.db.tables import Callback, Technician
from callbacks.reporting.summary import as_data, as_text, summary
from tests.callbacks.reporting.facts import BEGAN, CARRIER, DESK, HOUR, NO_NUMBER, WORD, night
from tests.tried import tried

NONE = AttemptProof.NONE


def test_the_summary_counts_by_week_line_and_person(database: Database) -> None:
    database.write(night)
    said = as_text(summary(database, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    assert (
        "kept in time 1, missed 1 (50.0 %), open 0; proven 0, by a technician's word 1; first attempt: median 12 min"
    ) in said
    assert [line for line in said.splitlines() if line.startswith("by ")] == [
        *("by week", "by line or mailbox", "by person", "by priority")
    ]
    assert "2026-W48" in said
    assert "Amy Roy" in said


def test_a_callback_cancelled_before_an_attempt_does_not_count(database: Database) -> None:
    def cancel_both(session: Session) -> None:
        night(session)
        for callback in session.scalars(select(Callback)):
            callback.state = CallbackState.CANCELLED

    database.write(cancel_both)
    found = as_text(summary(database, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    assert "2026-11-28 21:12: 1" in found
    assert "kept in time 1, missed 0 (100.0 %), open 0" in found


def test_callbacks_due_before_the_span_do_not_count(database: Database) -> None:
    database.write(night)
    found = as_text(summary(database, DESK.zone, BEGAN + timedelta(minutes=31), BEGAN + 3 * HOUR))
    assert "kept in time 0, missed 1 (0.0 %), open 0;" in found
    assert "first attempt: median none yet" in found


def test_without_callbacks_there_is_still_a_summary(database: Database) -> None:
    found = as_text(summary(database, DESK.zone, BEGAN, BEGAN))
    assert "kept in time 0, missed 0, open 0" in found


def test_programs_read_the_same_counts_in_all_and_by_week_line_person_and_priority(database: Database) -> None:
    def work(session: Session) -> None:
        night(session)
        second = session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one()
        amy = session.scalars(select(Technician)).one()
        tried(session, second, amy, BEGAN + HOUR + timedelta(minutes=4), CARRIER)

    database.write(work)
    found = as_data(summary(database, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR))
    counts = {
        "kept": 2,
        "missed": 0,
        "open": 0,
        "proven": 1,
        "by_word": 1,
        "no_number": 0,
        "share_kept": 1.0,
        "first_attempt_median": 240.0,
        "first_attempt_95th_percentile": 720.0,
    }
    assert found == {
        "since": "2026-11-28T21:12:00-05:00",
        "until": "2026-11-29T01:12:00-05:00",
        **counts,
        "by_week": {"2026-W48": counts},
        "by_line": {"direct": counts},
        "by_person": {"Amy Roy": counts},
        "by_priority": {"P2": counts},
    }


@pytest.mark.parametrize(
    ("tries", "expected"),
    [
        ([(5, CARRIER)], {"kept": 1, "proven": 1}),
        ([(5, WORD)], {"kept": 1, "by_word": 1}),
        ([(5, WORD), (30, CARRIER)], {"kept": 1, "proven": 1}),
        ([(5, WORD), (31, CARRIER)], {"kept": 1, "by_word": 1}),
        ([(31, CARRIER)], {"missed": 1}),
        ([(5, NONE)], {"missed": 1}),
        ([(5, NONE), (6, CARRIER)], {"kept": 1, "proven": 1}),
        ([(5, NO_NUMBER)], {"no_number": 1}),
        ([(31, NO_NUMBER)], {"missed": 1}),
        ([(5, NO_NUMBER), (20, CARRIER)], {"kept": 1, "proven": 1}),
    ],
)
def test_each_promise_is_counted_once_by_what_proves_it(
    database: Database, tries: list[tuple[int, AttemptProof]], expected: dict[str, int]
) -> None:
    def work(session: Session) -> None:
        night(session)
        second = session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one()
        amy = session.scalars(select(Technician)).one()
        for minutes, proof in tries:
            tried(session, second, amy, BEGAN + HOUR + timedelta(minutes=minutes), proof)

    database.write(work)
    since = BEGAN + timedelta(minutes=31)  # only the second one
    found = as_data(summary(database, DESK.zone, since, BEGAN + 3 * HOUR))
    names = ("kept", "missed", "open", "proven", "by_word", "no_number")
    assert {name: found[name] for name in names} == {**dict.fromkeys(names, 0), **expected}


def test_one_that_was_unreachable_from_the_start_is_counted_apart(database: Database) -> None:
    def work(session: Session) -> None:
        night(session)
        second = session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one()
        second.state, second.next_action_at = CallbackState.UNREACHABLE, None

    database.write(work)
    found = summary(database, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR)
    assert (found.in_all.met, found.in_all.missed, found.in_all.no_number) == (1, 0, 1)
    assert "missed 0 (100.0 %)" in as_text(found)
    assert "nobody could be called 1" in as_text(found)


def test_however_many_callbacks_there_are_it_takes_three_queries_a_week(database: Database) -> None:
    database.write(night)
    queries = list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    summary(database, DESK.zone, BEGAN - HOUR, BEGAN + 3 * HOUR)
    assert sum(query.startswith("SELECT") for query in queries) == 2 * 3  # this week, and what is due from now on
