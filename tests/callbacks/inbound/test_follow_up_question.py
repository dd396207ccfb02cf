"""Whoever took a call and hung up first is asked once by text whether it needs more work."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageKind, PageState, PriorityLevel
from callbacks.db.tables import Callback, Event, Page, PageAttempt, Technician
from callbacks.desk.desk_file import Desk, read_desk
from callbacks.inbound import calls
from callbacks.inbound.follow_up_question import ask_by_text, asked_with, note_asked, note_spoken, open_by_text
from callbacks.inbound.live_calls import record_answer
from callbacks.people.technicians import add_technician

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 24, 15, tzinfo=UTC)
NOW = BEGAN + timedelta(minutes=5)


class Morning:
    """Amy has taken a call, and the phone call that rang her is over."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.amy = add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", True, "")
        self.call = calls.record_call(session, arrival, BEGAN)
        self.is_rung("CA2")
        record_answer(session, "CA1", self.amy, BEGAN)

    def is_rung(self, leg: str, status: CarrierStatus = CarrierStatus.COMPLETED) -> None:
        page = Page(live_call_sid="CA1", technician_id=self.amy.id, channel=Channel.CALL, code="", words="")
        page.kind, page.state, page.created_at = PageKind.LIVE_CALL, PageState.SENT, BEGAN
        self.session.add(page)
        self.session.flush()
        attempt = PageAttempt(page_id=page.id, started_at=BEGAN, state=AttemptState.ACCEPTED, sid=leg)
        attempt.carrier_status = status
        self.session.add(attempt)

    def asks(self, desk: Desk = DESK, leg: str = "CA2", has_spoken: bool = True) -> list[Page]:
        self.session.flush()
        if has_spoken:
            note_spoken(self.session, desk, self.call, self.amy.id, NOW)
        ask_by_text(self.session, desk, leg, NOW)
        return list(self.session.scalars(select(Page).where(Page.kind == PageKind.FOLLOW_UP)))


@pytest.fixture
def morning(database: Database) -> Iterator[Morning]:
    with Session(database.engine) as session:
        yield Morning(session)


def test_one_text_asks_and_the_log_says_so(morning: Morning) -> None:
    (page,) = morning.asks()
    assert (page.technician_id, page.callback_id, page.live_call_sid) == (morning.amy.id, None, "CA1")
    assert page.words.startswith("Support desk: does the call from (514) 555-0199 at 10:00 a.m. need more work?")
    assert f"Reply MORE {page.code} P1, P2 or P3" in page.words
    assert len(morning.asks()) == 1
    asked = select(Event.detail).where(Event.kind == EventKind.FOLLOW_UP_ASKED)
    assert morning.session.scalars(asked).all() == ["Amy Roy, by text"]


def test_whoever_was_cut_off_before_the_two_were_connected_is_not_asked(morning: Morning) -> None:
    assert morning.asks(has_spoken=False) == []


@pytest.mark.parametrize("leg_first", [True, False])
def test_whichever_report_comes_first_one_text_asks(morning: Morning, leg_first: bool) -> None:
    session = morning.session
    session.flush()
    attempt = session.scalars(select(PageAttempt)).one()
    attempt.carrier_status = CarrierStatus.COMPLETED if leg_first else CarrierStatus.IN_PROGRESS
    note_spoken(session, DESK, morning.call, morning.amy.id, NOW)
    asked = select(Page).where(Page.kind == PageKind.FOLLOW_UP)
    assert len(session.scalars(asked).all()) == (1 if leg_first else 0)
    ask_by_text(session, DESK, "CA2", NOW)
    assert len(session.scalars(asked).all()) == 1


def test_not_whoever_heard_the_question(morning: Morning) -> None:
    note_asked(morning.session, morning.call, "Amy Roy, by phone", NOW)
    assert morning.asks() == []


def test_not_somebody_else_who_was_rung(morning: Morning) -> None:
    ben = add_technician(morning.session, "Ben Cole", "+15145550102", BEGAN, verified=True)
    morning.call.accepted_by_id = ben.id
    assert morning.asks() == []


def test_the_end_of_an_earlier_ring_asks_nothing(morning: Morning) -> None:
    morning.is_rung("CA3", CarrierStatus.IN_PROGRESS)
    assert morning.asks(leg="CA2") == []
    assert len(morning.asks(leg="CA3")) == 1


def test_not_where_the_desk_wants_none_nor_for_a_call_of_nobody(morning: Morning) -> None:
    ringing = DESK.ringing.model_copy(update={"asks_by_text": False})
    assert morning.asks(DESK.model_copy(update={"ringing": ringing})) == []
    assert morning.asks(leg="CA9", has_spoken=False) == []


@pytest.mark.parametrize(
    ("words", "priority", "note"),
    [
        ("p1 everything is down", PriorityLevel.P1, "everything is down"),
        ("P 3, a user's digest", PriorityLevel.P3, "a user's digest"),
        ("P2", PriorityLevel.P2, None),
        ("the p2p link is slow", PriorityLevel.P2, "the p2p link is slow"),
        ("", PriorityLevel.P2, None),
    ],
)
def test_the_answer_names_the_priority_and_what_it_is_about(
    morning: Morning, words: str, priority: PriorityLevel, note: str | None
) -> None:
    assert DESK.priority_of_line("direct") is PriorityLevel.P2
    (page,) = morning.asks()
    amy = morning.session.get_one(Technician, morning.amy.id)
    assert asked_with(morning.session, amy, page.code) is page
    callback = open_by_text(morning.session, DESK, page, words, NOW)
    assert callback is not None
    assert (callback.priority, callback.owner_id, page.callback_id) == (priority, amy.id, callback.id)
    assert asked_with(morning.session, amy, page.code) is None
    notes = morning.session.scalars(select(Event.detail).where(Event.kind == EventKind.NOTE)).all()
    assert notes == ([note] if note is not None else [])
    (given,) = morning.session.scalars(select(Page).where(Page.kind == PageKind.GIVEN))
    assert given.code == page.code
    assert len(morning.session.scalars(select(Callback)).all()) == 1
