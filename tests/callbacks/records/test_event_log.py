"""The event log: what it keeps of an event, in which order it is read, and how it prints."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, ContactWay
from callbacks.db.tables import Callback, Contact, Event
from callbacks.inbound import calls
from callbacks.records.event_log import events_of, lines_of_log, record_event

NOW = datetime(2026, 11, 29, 3, 13, tzinfo=UTC)
MONTREAL = ZoneInfo("America/Toronto")


def call(session: Session, sid: str = "CA1") -> str:
    calls.record_call(
        session, calls.Arrival(sid, "direct", "+15145550199", "en", False, "at night", "TN-Validation-Passed-A"), NOW
    )
    return sid


def test_events_are_read_in_the_order_in_which_they_happened(database: Database) -> None:
    def work(session: Session) -> list[str]:
        sid = call(session)
        for minutes, detail in [(2, "third"), (1, "second"), (2, "fourth")]:
            record_event(session, sid, NOW + timedelta(minutes=minutes), "Amy Roy", EventKind.NOTE, detail)
        record_event(session, call(session, "CA2"), NOW, "Amy Roy", EventKind.NOTE, "of another call")
        session.flush()
        return [event.detail for event in events_of(session, sid)]

    assert database.write(work) == ["direct line, closed: at night", "second", "third", "fourth"]


def test_an_event_keeps_who_what_when_and_its_step(database: Database) -> None:
    def work(session: Session) -> Event:
        record_event(session, call(session), NOW, Actor.DESK, EventKind.STEP, "to primary", step=2)
        session.flush()
        return events_of(session, "CA1")[-1]

    event = database.write(work)
    assert (event.at, event.actor, event.kind, event.step, event.detail) == (
        NOW,
        "desk",
        EventKind.STEP,
        2,
        "to primary",
    )


def test_a_long_actor_and_a_long_detail_are_cut(database: Database) -> None:
    def work(session: Session) -> Event:
        record_event(session, call(session), NOW, "x" * 300, EventKind.NOTE, "y" * 3000)
        session.flush()
        return events_of(session, "CA1")[-1]

    event = database.write(work)
    assert (len(event.actor), len(event.detail)) == (255, 2000)


def test_it_prints_in_desk_time_with_the_state_of_the_callback(database: Database) -> None:
    def work(session: Session) -> list[str]:
        sid = call(session)
        session.add(Callback(reference="KT-417", contact_sid=sid, state=CallbackState.OPEN, opened_at=NOW, due_at=NOW))
        record_event(session, sid, NOW + timedelta(minutes=1), Actor.DESK, EventKind.STEP, "to primary", step=2)
        session.flush()
        return list(lines_of_log(session, MONTREAL))

    assert database.write(work) == [
        "Call on the direct line: in progress, callback KT-417 open",
        "  22:13:00  caller        called  direct line, closed: at night",
        "  22:14:00  desk          took step 2  to primary",
    ]


def test_a_call_without_a_callback_prints_too(database: Database) -> None:
    def work(session: Session) -> list[str]:
        call(session)
        session.flush()
        return list(lines_of_log(session, MONTREAL))

    assert database.write(work)[0] == "Call on the direct line: in progress"


def test_what_was_opened_by_hand_is_no_call(database: Database) -> None:
    def work(session: Session) -> list[str]:
        call(session)
        session.execute(update(Contact).values(way=ContactWay.BY_HAND))
        session.expire_all()
        return list(lines_of_log(session, MONTREAL))

    assert database.write(work)[0] == "Opened by hand"
