"""Live calls: reports that repeat or come late change nothing, and who is on the phone is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
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
from callbacks.inbound.live_calls import on_the_phone, record_answer, record_not_connected, record_ringing
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

    def rings(self, technician: Technician, after: Technician | None, seconds: float) -> None:
        record_ringing(self.session, "CA1", technician.id, after.id if after else None, at(seconds))

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


def test_the_wait_begins_when_the_first_phone_is_rung(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    morning.rings(morning.ben, morning.amy, 25)
    assert (morning.call.waited_from, morning.call.rung_id) == (at(3), morning.ben.id)


def test_a_repeated_report_about_somebody_rung_before_changes_nothing(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    morning.rings(morning.ben, morning.amy, 25)
    morning.rings(morning.amy, None, 26)
    assert morning.call.rung_id == morning.ben.id


def test_the_key_of_the_one_who_is_rung_takes_the_call_once(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    assert morning.presses(morning.amy, 10)
    assert morning.presses(morning.amy, 11)
    assert (morning.call.accepted_by_id, morning.call.outcome) == (morning.amy.id, CallOutcome.ANSWERED)


def test_a_key_after_somebody_else_was_rung_changes_nothing(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    morning.rings(morning.ben, morning.amy, 25)
    assert not morning.presses(morning.amy, 26)
    assert morning.call.accepted_by_id is None


def test_a_key_after_the_call_has_ended_changes_nothing(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    morning.ends(40)
    assert not morning.presses(morning.amy, 41)
    assert (morning.call.accepted_by_id, morning.call.outcome) == (None, CallOutcome.MISSED)
    assert morning.call.callback is not None


def test_a_call_that_is_not_on_record_can_be_taken(morning: Morning) -> None:
    assert record_answer(morning.session, "CA9", morning.amy, at(10))


def test_who_took_it_and_was_not_connected_does_not_have_it(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    morning.presses(morning.amy, 10)
    morning.is_lost(morning.amy, 11)
    assert (morning.call.accepted_by, morning.call.outcome) == (None, CallOutcome.IN_PROGRESS)


def test_a_late_report_that_somebody_was_not_connected_does_not_undo_a_conversation(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    morning.rings(morning.ben, morning.amy, 25)
    morning.presses(morning.ben, 30)
    morning.is_lost(morning.amy, 31)
    assert morning.call.accepted_by_id == morning.ben.id


def test_when_the_report_comes_after_the_end_the_caller_is_owed_a_callback(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
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
    morning.rings(morning.amy, None, 3)
    assert (morning.busy(), morning.busy(sid="CA1")) == ({"Amy Roy"}, set())
    morning.presses(morning.amy, 10)
    assert morning.busy(3600) == {"Amy Roy"}
    morning.ends(70)
    assert morning.busy(71) == set()


def test_a_call_whose_end_is_never_reported_keeps_nobody_from_being_rung(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    assert morning.busy(301) == set()
    morning.presses(morning.amy, 10)
    assert morning.busy(4 * 3600 + 1) == set()


def test_who_was_rung_in_vain_is_free_while_the_caller_leaves_a_message(morning: Morning) -> None:
    morning.rings(morning.amy, None, 3)
    calls.record_beep(morning.session, "CA1", at(40))
    assert morning.busy() == set()


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
