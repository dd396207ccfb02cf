"""The daily comparison: when it runs, and that what is missing here is taken in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus, PageKind, VoicemailState
from callbacks.db.tables import Call, Page, ReceivedText
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Accepted, Carrier, CarrierCall, CarrierRecording, CarrierText
from callbacks.people.technicians import add_technician
from callbacks.settings import Settings
from callbacks.worker import carrier_log
from callbacks.worker.carrier_log import Day
from callbacks.worker.jobs.daily_comparison import TURN, DailyComparison, day_to_compare
from callbacks.worker.jobs.reconciliation import Reconciliation
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
LINE, SENDER, CALLER = DESK.lines["direct"].number, "+15145550100", "+15145550199"
FRIDAY = Day(datetime(2026, 11, 27, 5, tzinfo=UTC), datetime(2026, 11, 28, 5, tzinfo=UTC))
NOON, MORNING = FRIDAY.begins_at + timedelta(hours=12), FRIDAY.ends_at + timedelta(hours=8)
LONG_AGO = NOON - timedelta(days=30)


@pytest.mark.parametrize(
    ("first", "last", "now", "day"),
    [
        (LONG_AGO, None, MORNING, FRIDAY),
        (LONG_AGO, FRIDAY.begins_at - timedelta(days=1), MORNING, FRIDAY),
        (LONG_AGO, None, MORNING - timedelta(minutes=1), None),  # before the hour of the digest
        (LONG_AGO, FRIDAY.begins_at, MORNING, None),  # it was compared
        (FRIDAY.begins_at, None, MORNING, FRIDAY),
        (NOON, None, MORNING, None),  # the desk began that day
        (None, None, MORNING, None),
        (LONG_AGO, None, MORNING + timedelta(hours=15), FRIDAY),
    ],
)
def test_the_day_before_is_compared_from_the_hour_of_the_digest_on(
    first: datetime | None, last: datetime | None, now: datetime, day: Day | None
) -> None:
    assert day_to_compare(DESK, first, last, now) == day


def test_a_day_of_25_hours_is_compared_whole() -> None:
    day = day_to_compare(DESK, LONG_AGO - timedelta(days=300), None, datetime(2026, 11, 2, 15, tzinfo=UTC))
    assert day is not None
    assert day.ends_at - day.begins_at == timedelta(hours=25)


class Lists(Carrier):
    """A carrier that lists what the test says."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", SENDER, "secret"))
        self.all_calls: list[CarrierCall] = []
        self.all_texts: list[CarrierText] = []
        self.all_recordings: list[CarrierRecording] = []
        self.unlisted: list[str] = []
        self.is_away = False

    def calls_to(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        if self.is_away:
            raise CarrierError("The carrier could not be reached: no connection.")
        return iter(call for call in self.all_calls if call.to == number)

    def calls_from(self, number: str, since: datetime) -> Iterator[CarrierCall]:
        return iter(call for call in self.all_calls if call.from_ == number)

    def texts_to(self, number: str, since: datetime) -> Iterator[CarrierText]:
        return iter(text for text in self.all_texts if text.to == number)

    def texts_from(self, number: str, since: datetime) -> Iterator[CarrierText]:
        return iter(text for text in self.all_texts if text.from_ == number)

    def recordings(self, since: datetime) -> Iterator[CarrierRecording]:
        return iter(self.all_recordings)

    def text(self, sid: str) -> Accepted:
        if sid not in self.unlisted:
            raise CarrierError("The carrier refused it: the carrier does not know this (20404).", permanent=True)
        return Accepted(sid, CarrierStatus.NONE)

    def call(self, sid: str) -> CarrierCall:
        return next(call for call in self.all_calls if call.sid == sid)


@pytest.fixture
def carrier() -> Lists:
    return Lists()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(MORNING)


@pytest.fixture
def job(database: Database, carrier: Lists, clock: MovingClock) -> DailyComparison:
    def begin(session: Session) -> None:
        sue = add_technician(session, "Sue Tran", "+15145550104", LONG_AGO, verified=True)
        store.add_shift(session, DESK, sue, "supervisor", None, None, LONG_AGO)
        carrier_log.begin_comparing(session, LONG_AGO)

    database.write(begin)
    return DailyComparison(database, carrier, DESK, clock, Reconciliation(database, carrier, DESK, clock))


def alarms(database: Database) -> list[str]:
    return database.read(lambda session: list(session.scalars(select(Page.words).where(Page.kind == PageKind.ALARM))))


def sid(kind: str, number: int = 1) -> str:
    return f"{kind}{number:032x}"


def test_what_came_in_and_is_missing_here_is_taken_in(job: DailyComparison, carrier: Lists, database: Database) -> None:
    ended_at = NOON + timedelta(minutes=1)
    carrier.all_calls = [CarrierCall(sid("CA"), CALLER, LINE, CarrierStatus.COMPLETED, NOON, ended_at, 60, NOON)]
    elsewhere = CarrierCall(sid("CA", 2), CALLER, "+15145550999", CarrierStatus.COMPLETED, NOON, ended_at, 60, NOON)
    carrier.all_calls.append(elsewhere)
    carrier.all_recordings = [
        CarrierRecording(sid("RE"), sid("CA"), VoicemailState.RECORDED, 20, NOON),
        CarrierRecording(sid("RE", 2), sid("CA", 2), VoicemailState.RECORDED, 20, NOON),  # not of our lines
    ]
    carrier.all_texts = [CarrierText(sid("SM"), CALLER, LINE, "hello", CarrierStatus.NONE, NOON, is_incoming=True)]
    job.run()
    (alarm,) = alarms(database)
    assert (
        f"differ for Fri 27 Nov. Calls in: 1 only at the carrier ({sid('CA')}). "
        f"Texts in: 1 only at the carrier ({sid('SM')}). "
        f"Recordings: 1 only at the carrier ({sid('RE')}). Taken in now: 3."
    ) in alarm
    assert database.read(lambda session: session.get(Call, sid("CA"))) is not None
    assert database.read(lambda session: session.get(ReceivedText, sid("SM"))) is not None
    job.run()
    assert len(alarms(database)) == 1


def test_while_the_carrier_cannot_be_asked_it_is_tried_again(
    job: DailyComparison, carrier: Lists, database: Database, clock: MovingClock
) -> None:
    carrier.is_away = True
    job.run()
    assert database.read(carrier_log.last_compared) is None
    carrier.is_away = False
    job.run()  # too soon: another worker may be at it
    assert database.read(carrier_log.last_compared) is None
    clock.pass_time(TURN)
    job.run()
    assert database.read(carrier_log.last_compared) == FRIDAY.begins_at
    assert alarms(database) == []


def test_an_alert_that_the_web_server_sent_is_known(job: DailyComparison, carrier: Lists, database: Database) -> None:
    carrier.all_texts = [CarrierText(sid("SM"), SENDER, CALLER, "!", CarrierStatus.SENT, NOON, is_incoming=False)]
    database.write(lambda session: carrier_log.note_sent_apart(session, sid("SM"), NOON))
    job.run()
    assert alarms(database) == []
    assert not database.read(carrier_log.has_differed)


def test_what_only_the_desk_has_is_an_alarm_unless_the_carrier_has_it_after_all(
    job: DailyComparison, carrier: Lists, database: Database
) -> None:
    row = {"sender": CALLER, "at": NOON, "words": "", "answer": "", "understood": True}
    for number in (1, 2):
        one = ReceivedText(sid=sid("SM", number), **row)
        database.write(lambda session, one=one: session.add(one))  # type: ignore[misc]
    carrier.unlisted = [sid("SM", 2)]
    job.run()
    assert [f"Texts in: 1 only here ({sid('SM')})." in alarm for alarm in alarms(database)] == [True]
