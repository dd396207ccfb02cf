"""Reconciliation: when the carrier is asked, and that one bad item stops no other.

What it then stores is tested in the scenarios of lost webhooks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.backup import restored
from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus, PageKind, VoicemailState
from callbacks.db.tables import Call, Page, ReceivedText
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Carrier, CarrierCall, CarrierRecording, CarrierText
from callbacks.people.technicians import add_technician
from callbacks.settings import Settings
from callbacks.worker import look_back
from callbacks.worker.jobs.reconciliation import AGAIN_AFTER, EVERY, OVERLAP, Reconciliation
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


class Silent(Carrier):
    """A carrier that has nothing new, or cannot be asked."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.asked_since: list[datetime] = []
        self.is_away = False
        self.lists: list[CarrierCall] = []
        self.lists_recordings: list[CarrierRecording] = []
        self.lists_texts: list[CarrierText] = []
        self.knows: dict[str, CarrierCall] = {}

    def recordings(self, since: datetime) -> Iterator[CarrierRecording]:
        self.asked_since.append(since)
        if self.is_away:
            raise CarrierError("The carrier could not be reached: no connection.")
        return iter(self.lists_recordings)

    def calls_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        return iter(call for call in self.lists if call.to == number)

    def texts_to(self, number: str, since: datetime) -> Iterator[CarrierText]:
        return iter(text for text in self.lists_texts if text.to == number and text.made_at >= since)

    def call(self, sid: str) -> CarrierCall:
        if sid not in self.knows:
            raise CarrierError("The carrier refused it: the carrier does not know this (20404).", permanent=True)
        return self.knows[sid]


@pytest.fixture
def carrier() -> Silent:
    return Silent()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOON)


@pytest.fixture
def job(database: Database, carrier: Silent, clock: MovingClock) -> Reconciliation:
    return Reconciliation(database, carrier, DESK, clock)


def test_it_is_due_at_once_and_then_every_two_minutes(job: Reconciliation, carrier: Silent, clock: MovingClock) -> None:
    assert job.next_due_at() == NOON
    job.run()
    assert job.next_due_at() == NOON + EVERY
    clock.pass_time(EVERY)
    job.run()
    assert carrier.asked_since == [NOON - OVERLAP, NOON - OVERLAP]


def test_after_an_outage_it_asks_from_before_it(job: Reconciliation, carrier: Silent, clock: MovingClock) -> None:
    job.run()
    clock.pass_time(timedelta(hours=9))
    job.run()
    assert carrier.asked_since[-1] == NOON - OVERLAP


def test_a_run_that_fails_leaves_the_mark_where_it_was(
    job: Reconciliation, carrier: Silent, clock: MovingClock, database: Database
) -> None:
    job.run()
    carrier.is_away = True
    clock.pass_time(EVERY)
    job.run()
    assert database.read(lambda session: look_back.last_success(session)) == NOON
    assert job.next_due_at() <= clock.now()


def test_a_clock_that_was_set_back_delays_nothing(job: Reconciliation, carrier: Silent, database: Database) -> None:
    database.write(lambda session: look_back.record_success(session, NOON + timedelta(hours=1)))
    assert job.next_due_at() == NOON
    job.run()
    assert carrier.asked_since == [NOON - OVERLAP]
    assert job.next_due_at() == NOON + EVERY


LINE = DESK.lines["direct"].number


def call(sid: str, began_at: datetime | None = NOON - timedelta(minutes=9), to: str = LINE) -> CarrierCall:
    ended_at = began_at and began_at + timedelta(minutes=1)
    return CarrierCall(sid, "+15145550199", to, CarrierStatus.COMPLETED, began_at, ended_at, 60)


def known_calls(database: Database) -> list[str]:
    return database.read(lambda session: sorted(session.scalars(select(Call.sid))))


@pytest.fixture
def sue(database: Database) -> str:
    def add(session: Session) -> str:
        row = add_technician(session, "Sue Tran", "+15145550104", NOON, verified=True)
        store.add_shift(session, DESK, row, "supervisor", None, None, NOON)
        return row.name

    return database.write(add)


def alerts(database: Database) -> list[str]:
    return database.read(lambda session: list(session.scalars(select(Page.words).where(Page.kind == PageKind.ALARM))))


def test_one_call_that_cannot_be_stored_stops_no_other_and_supervisors_are_alerted_once(
    job: Reconciliation, carrier: Silent, database: Database, sue: str, clock: MovingClock
) -> None:
    carrier.lists = [call("CA1"), call("C" * 90), call("CA1"), call("CA3", None), call("CA4")]
    broken = carrier.lists[1]
    object.__setattr__(broken, "from_", None)  # nothing in our code expects this
    job.run()
    clock.pass_time(EVERY)
    job.run()
    assert known_calls(database) == ["CA1", "CA3", "CA4"]
    assert [words for words in alerts(database) if "could not be stored here" in words] == [
        f"{DESK.company.sender}: a call at the carrier could not be stored here ({broken.sid}). "
        "See the log, and look at the carrier's console."
    ]
    assert database.read(look_back.last_success) == clock.now()


def test_a_recording_whose_call_the_carrier_no_longer_has_stops_no_other(
    job: Reconciliation, carrier: Silent, database: Database
) -> None:
    recorded = VoicemailState.RECORDED
    carrier.lists_recordings = [
        CarrierRecording("RE1", "CA unknown", recorded, 8, NOON),
        CarrierRecording("RE2", "CA2", recorded, 8, NOON),
    ]
    carrier.knows = {"CA2": call("CA2")}
    job.run()
    assert known_calls(database) == ["CA2"]
    assert database.read(look_back.last_success) == NOON


def test_a_list_that_fails_stops_no_other_list(job: Reconciliation, carrier: Silent, database: Database) -> None:
    carrier.is_away, carrier.lists = True, [call("CA1")]
    job.run()
    assert known_calls(database) == ["CA1"]
    assert database.read(look_back.last_success) is None


def test_five_minutes_without_success_are_an_alarm_once(
    job: Reconciliation, carrier: Silent, database: Database, clock: MovingClock, sue: str
) -> None:
    job.run()
    carrier.is_away = True
    while clock.now() < NOON + timedelta(minutes=4.5):
        clock.pass_time(AGAIN_AFTER)
        job.run()
    assert alerts(database) == []
    for _ in range(20):
        clock.pass_time(AGAIN_AFTER)
        job.run()
    (alert,) = alerts(database)
    assert "could not be asked for missed calls and messages since Sun 29 Nov 07:00" in alert
    carrier.is_away = False
    job.run()
    assert database.read(lambda session: look_back.late_since(session, clock.now())) is None


def test_a_machine_that_slept_for_hours_raises_no_alarm_at_its_first_failure(
    job: Reconciliation, carrier: Silent, database: Database, clock: MovingClock, sue: str
) -> None:
    job.run()
    carrier.is_away = True
    clock.pass_time(timedelta(hours=9))
    job.run()
    assert alerts(database) == []


# Texts


def text(sid: str, at: datetime, words: str = "hello", to: str = LINE) -> CarrierText:
    return CarrierText(sid, "+15145550199", to, words, CarrierStatus.NONE, at, is_incoming=True)


def received(database: Database) -> list[tuple[str, datetime]]:
    rows = select(ReceivedText.sid, ReceivedText.at).order_by(ReceivedText.sid)
    return database.read(lambda session: [(sid, at) for sid, at in session.execute(rows)])


def test_a_text_is_taken_in_as_of_when_it_was_sent_once_its_webhook_cannot_come_any_more(
    job: Reconciliation, carrier: Silent, database: Database, clock: MovingClock
) -> None:
    carrier.lists_texts = [
        text("SM3", NOON - timedelta(seconds=50)),
        text("SM2", NOON - timedelta(minutes=3), to=carrier._settings.sender),
        text("SM1", NOON - timedelta(minutes=4), to="+15145550999"),  # another application's number
    ]
    job.run()
    assert received(database) == [("SM2", NOON - timedelta(minutes=3))]
    clock.pass_time(EVERY)
    job.run()
    assert [sid for sid, _ in received(database)] == ["SM2", "SM3"]


def test_a_text_that_cannot_be_taken_in_stops_no_other(
    job: Reconciliation, carrier: Silent, database: Database, sue: str
) -> None:
    carrier.lists_texts = [text("SM2", NOON - timedelta(minutes=2)), text("SM1", NOON - timedelta(minutes=3))]
    object.__setattr__(carrier.lists_texts[1], "from_", None)
    job.run()
    assert [sid for sid, _ in received(database)] == ["SM2"]
    assert any("a text at the carrier could not be stored here (SM1)" in words for words in alerts(database))


@pytest.mark.parametrize("is_permanent", [True, False])
def test_where_the_messaging_service_cannot_be_read_texts_to_the_lines_are_found(
    job: Reconciliation, carrier: Silent, database: Database, monkeypatch: pytest.MonkeyPatch, is_permanent: bool
) -> None:
    def refuses() -> list[str]:
        raise CarrierError("The carrier refused it: not allowed.", permanent=is_permanent)

    monkeypatch.setattr(carrier, "sender_numbers", refuses)
    carrier.lists_texts = [text("SM1", NOON - timedelta(minutes=2))]
    job.run()
    assert bool(received(database)) == is_permanent
    assert (database.read(look_back.last_success) is not None) == is_permanent


def test_after_a_restore_texts_from_before_are_left_to_it(
    job: Reconciliation, carrier: Silent, database: Database
) -> None:
    def restores(session: Session) -> None:
        restored.mark_restored(session, NOON - timedelta(hours=1))
        restored.catching_up_since(session, NOON - timedelta(minutes=5))
        restored.note_caught_up(session)

    database.write(restores)
    carrier.lists_texts = [text("SM1", NOON - timedelta(minutes=6)), text("SM2", NOON - timedelta(minutes=4))]
    job.run()
    assert [sid for sid, _ in received(database)] == ["SM2"]


# After the desk was away


def test_after_an_outage_other_jobs_wait_for_the_look_back_for_twenty_seconds_at_most(
    job: Reconciliation, carrier: Silent, clock: MovingClock
) -> None:
    ran: list[datetime] = []
    held = job.first(lambda: ran.append(clock.now()))
    held()
    assert ran == [NOON]  # a new desk
    job.run()
    clock.pass_time(timedelta(minutes=30))
    held()
    clock.pass_time(timedelta(seconds=19))
    held()
    assert len(ran) == 1
    clock.pass_time(timedelta(seconds=1))
    held()
    assert len(ran) == 2
    job.run()
    clock.pass_time(timedelta(minutes=30))
    held()
    assert len(ran) == 2
    job.run()
    held()
    assert len(ran) == 3
    clock.pass_time(timedelta(minutes=30))
    carrier.is_away = True
    job.run()
    held()
    assert len(ran) == 4
