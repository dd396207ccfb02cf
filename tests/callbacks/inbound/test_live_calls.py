"""Live calls: reports that repeat or come late change nothing, and who is on the phone is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import (
    AttemptState,
    CallbackOrigin,
    CallOutcome,
    CarrierStatus,
    Channel,
    PageKind,
    PageState,
)
from callbacks.db.tables import Call, Page, PageAttempt, Technician
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.inbound.live_calls import (
    callers_ahead,
    last_calls,
    on_the_phone,
    record_answer,
    record_not_connected,
    record_wait,
    ring,
)
from callbacks.inbound.rings import rings_for, stop_ringing
from callbacks.people.technicians import add_technician

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 24, 15, tzinfo=UTC)
CUSTOMER = "+15145550199"


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


class Morning:
    """A call in support hours, and two technicians."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.amy = add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        self.ben = add_technician(session, "Ben Cole", "+15145550102", BEGAN, verified=True)
        self.call = self.calls("CA1")

    def calls(self, sid: str, caller: str = CUSTOMER) -> Call:
        return calls.record_call(self.session, calls.Arrival(sid, "direct", caller, "en", True, ""), BEGAN)

    def rings(self, technician: Technician, seconds: float, sid: str = "CA1") -> None:
        record_wait(self.session, sid, at(seconds))
        ring(self.session, sid, (technician.id,), at(seconds))
        self.session.flush()

    def is_over(self, technician: Technician) -> None:
        for page in self.session.scalars(select(Page).where(Page.technician_id == technician.id)):
            page.state = PageState.CANCELLED

    def presses(self, technician: Technician, seconds: float) -> bool:
        return record_answer(self.session, "CA1", technician, at(seconds))

    def is_lost(self, technician: Technician, seconds: float) -> None:
        record_not_connected(self.session, DESK, "CA1", technician.id, at(seconds))

    def ends(self, seconds: float) -> None:
        calls.record_end(self.session, DESK, "CA1", CarrierStatus.COMPLETED, at(seconds))

    def outcome(self) -> CallOutcome:
        return self.call.outcome

    def busy(self, seconds: float = 60, sid: str = "CA2") -> set[str]:
        self.session.flush()
        found = on_the_phone(self.session, sid, at(seconds))
        return {each.name for each in (self.amy, self.ben) if each.id in found}

    def page(self, channel: Channel, status: CarrierStatus, state: AttemptState = AttemptState.ACCEPTED) -> None:
        page = Page(technician_id=self.amy.id, channel=channel, kind=PageKind.TEST, state=PageState.SENT)
        page.code, page.words, page.created_at = "", "", BEGAN
        self.session.add(page)
        self.session.flush()
        attempt = PageAttempt(page_id=page.id, started_at=BEGAN, state=state, carrier_status=status)
        self.session.add(attempt)


@pytest.fixture
def morning(database: Database) -> Iterator[Morning]:
    with Session(database.engine) as session, session.begin():
        yield Morning(session)
        session.rollback()


def test_the_wait_begins_once(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.rings(morning.ben, 25)
    assert morning.call.waited_from == at(3)


def test_a_repeated_request_rings_nobody_twice(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.rings(morning.amy, 4)
    assert [each.technician_id for each in rings_for(morning.session, "CA1")] == [morning.amy.id]


def test_nobody_is_rung_for_a_call_that_is_over_or_taken(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.presses(morning.amy, 10)
    morning.rings(morning.ben, 11)
    assert [each.technician_id for each in rings_for(morning.session, "CA1")] == [morning.amy.id]
    morning.ends(20)
    morning.rings(morning.ben, 21)
    assert [each.technician_id for each in rings_for(morning.session, "CA1")] == [morning.amy.id]


def test_the_key_of_the_one_who_is_rung_takes_the_call_once(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    assert morning.presses(morning.amy, 10)
    assert morning.presses(morning.amy, 11)
    assert (morning.call.accepted_by_id, morning.call.outcome) == (morning.amy.id, CallOutcome.ANSWERED)


def test_the_first_key_counts(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.rings(morning.ben, 3)
    assert morning.presses(morning.ben, 10)
    assert not morning.presses(morning.amy, 10)
    assert morning.call.accepted_by_id == morning.ben.id
    assert [(each.technician_id, each.is_over) for each in rings_for(morning.session, "CA1")] == [
        (morning.amy.id, True),
        (morning.ben.id, False),
    ]


def test_a_technician_whose_phone_rang_before_can_still_take_the_call(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.rings(morning.ben, 25)
    assert morning.presses(morning.amy, 26)
    assert morning.call.accepted_by_id == morning.amy.id


def test_who_is_not_rung_cannot_take_the_call(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    assert not morning.presses(morning.ben, 10)
    assert morning.call.accepted_by_id is None


def test_a_key_after_the_caller_chose_to_leave_a_message_changes_nothing(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    stop_ringing(morning.session, "CA1", at(8))
    assert not morning.presses(morning.amy, 9)


def test_a_key_while_the_caller_leaves_a_message_changes_nothing(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    calls.record_beep(morning.session, "CA1", at(20))
    assert not morning.presses(morning.amy, 21)
    assert morning.call.outcome is CallOutcome.VOICEMAIL


def test_a_key_after_the_call_has_ended_changes_nothing(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.ends(40)
    assert not morning.presses(morning.amy, 41)
    assert (morning.call.accepted_by_id, morning.call.outcome) == (None, CallOutcome.MISSED)
    assert morning.call.callback is not None


def test_a_call_that_is_not_on_record_can_be_taken(morning: Morning) -> None:
    assert record_answer(morning.session, "CA9", morning.amy, at(10))


def test_who_took_it_and_was_not_connected_does_not_have_it(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.presses(morning.amy, 10)
    morning.is_lost(morning.amy, 11)
    assert (morning.call.accepted_by, morning.call.outcome) == (None, CallOutcome.IN_PROGRESS)


def test_a_late_report_that_somebody_was_not_connected_does_not_undo_a_conversation(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.rings(morning.ben, 25)
    morning.presses(morning.ben, 30)
    morning.is_lost(morning.amy, 31)
    assert morning.call.accepted_by_id == morning.ben.id


def test_when_the_report_comes_after_the_end_the_caller_is_owed_a_callback(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    morning.presses(morning.amy, 30)
    morning.ends(31)
    assert morning.outcome() is CallOutcome.ANSWERED
    morning.is_lost(morning.amy, 32)
    assert morning.outcome() is CallOutcome.MISSED
    morning.session.refresh(morning.call)
    assert morning.call.callback is not None
    assert morning.call.callback.origin is CallbackOrigin.MISSED_CALL


def test_who_is_rung_or_speaks_with_another_caller_is_on_the_phone(morning: Morning) -> None:
    assert morning.busy() == set()
    morning.rings(morning.amy, 3)
    assert (morning.busy(10), morning.busy(10, sid="CA1")) == ({"Amy Roy"}, set())
    morning.presses(morning.amy, 10)
    assert morning.busy(3600) == {"Amy Roy"}
    morning.ends(70)
    assert morning.busy(71) == set()


def test_a_call_whose_end_is_never_reported_keeps_nobody_from_being_rung(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    assert morning.busy(64) == set()
    morning.presses(morning.amy, 10)
    assert morning.busy(4 * 3600 + 1) == set()


def test_whose_ring_is_over_is_free(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    stop_ringing(morning.session, "CA1", at(8))
    assert morning.busy(9) == set()


def test_a_phone_that_rings_for_the_same_caller_is_not_busy(morning: Morning) -> None:
    morning.rings(morning.amy, 3)
    (page,) = morning.session.scalars(select(Page))
    page.state = PageState.SENT
    attempt = PageAttempt(page_id=page.id, started_at=at(3), state=AttemptState.ACCEPTED)
    attempt.carrier_status = CarrierStatus.RINGING
    morning.session.add(attempt)
    assert (morning.busy(10), morning.busy(10, sid="CA1")) == ({"Amy Roy"}, set())


def test_the_last_calls_are_those_that_a_technician_took(morning: Morning) -> None:
    assert last_calls(morning.session) == {}
    morning.rings(morning.amy, 3)
    morning.presses(morning.amy, 10)
    assert last_calls(morning.session) == {morning.amy.id: BEGAN}


def test_who_has_waited_longer_with_nobody_being_rung_is_ahead(morning: Morning) -> None:
    second = morning.calls("CA2", "+15145550188")

    def ahead(seconds: float) -> int:
        morning.session.flush()
        return callers_ahead(morning.session, DESK, second, at(seconds))

    assert ahead(1) == 0
    record_wait(morning.session, "CA1", at(3))
    record_wait(morning.session, "CA2", at(5))
    assert ahead(6) == 1
    assert callers_ahead(morning.session, DESK, morning.call, at(6)) == 0
    morning.rings(morning.amy, 7)
    assert ahead(8) == 0
    morning.is_over(morning.amy)
    assert ahead(9) == 1
    assert ahead(3 + 90 + 20) == 0  # a caller whose end was never reported
    morning.ends(10)
    assert ahead(11) == 0


def test_a_technician_who_calls_a_line_is_on_the_phone(morning: Morning) -> None:
    morning.calls("CA7", morning.ben.phone)
    assert (morning.busy(), morning.busy(sid="CA7")) == ({"Ben Cole"}, {"Ben Cole"})


@pytest.mark.parametrize("channel", [Channel.CALL, Channel.CONNECTION])
@pytest.mark.parametrize("status", [CarrierStatus.NONE, CarrierStatus.RINGING, CarrierStatus.IN_PROGRESS])
def test_who_is_called_by_us_is_on_the_phone(morning: Morning, channel: Channel, status: CarrierStatus) -> None:
    morning.page(channel, status)
    assert morning.busy() == {"Amy Roy"}
    assert morning.busy(4 * 3600 + 1) == set()


@pytest.mark.parametrize(
    ("channel", "status", "state"),
    [
        (Channel.CALL, CarrierStatus.COMPLETED, AttemptState.ACCEPTED),
        (Channel.CONNECTION, CarrierStatus.NO_ANSWER, AttemptState.ACCEPTED),
        (Channel.CALL, CarrierStatus.NONE, AttemptState.REFUSED),
        (Channel.TEXT, CarrierStatus.QUEUED, AttemptState.ACCEPTED),
    ],
)
def test_a_call_that_is_over_and_a_text_keep_nobody(
    morning: Morning, channel: Channel, status: CarrierStatus, state: AttemptState
) -> None:
    morning.page(channel, status, state)
    assert morning.busy() == set()
