"""A web server alerts by itself when nobody would be paged."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel, PageKind
from callbacks.db.tables import Page
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Carrier
from callbacks.people import technicians
from callbacks.settings import Settings
from callbacks.worker.jobs.heartbeat import Heartbeat
from callbacks.worker.worker_watch import WorkerWatch, keep_watching
from ivr.simulator import SimulatedTwilio
from ivr.simulator.in_process import mount
from sla.clock import MovingClock
from tests.waiting import FAR

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
ACCOUNT, TOKEN, URL = "AC" + "0" * 31 + "1", "sesame", "https://carrier.test"
OURS, SUE = "+18884847266", "+15145550104"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Night:
    """A desk with a supervisor, its carrier, and web servers that watch."""

    def __init__(self, database: Database, language: str = "en") -> None:
        self.database, self.clock = database, MovingClock(NOON)
        self.simulated = SimulatedTwilio(self.clock, ACCOUNT, TOKEN)
        for line in DESK.lines.values():
            self.simulated.own_number(line.number, voice_url="https://desk.test/voice/incoming")
        http = requests.Session()
        mount(http, URL, self.simulated.wsgi)
        self.carrier = Carrier(Settings("https://desk.test", ACCOUNT, TOKEN, OURS, "secret", twilio_url=URL), http)

        def add_sue(session: Session) -> None:
            sue = technicians.add_technician(session, "Sue Tran", SUE, NOON, language=language, verified=True)
            store.add_shift(session, DESK, sue, "supervisor", None, None, NOON)

        database.write(add_sue)

    def watch(self) -> WorkerWatch:
        return WorkerWatch(self.database, DESK, self.carrier, self.clock)

    def looks(self, *watches: WorkerWatch, minutes: float, worker: bool = False) -> None:
        for _ in range(int(4 * minutes)):
            self.clock.pass_time(15 * SECOND)
            if worker:
                Heartbeat(self.database, self.clock).beat()
            for watch in watches:
                watch.look()
            self.simulated.run_due()

    def texts(self) -> list[str]:
        return [message.body for message in self.simulated.ledger.messages if message.to == SUE]

    def calls(self) -> int:
        return sum(call.to == SUE for call in self.simulated.ledger.calls)


@pytest.fixture
def night(database: Database) -> Night:
    night = Night(database)
    Heartbeat(database, night.clock).beat()
    return night


def test_while_a_worker_sweeps_nobody_is_alerted(night: Night) -> None:
    night.looks(night.watch(), minutes=10, worker=True)
    assert (night.texts(), night.calls()) == ([], 0)


def test_within_three_minutes_of_the_last_sweep_the_supervisor_is_texted_and_called(night: Night) -> None:
    night.looks(night.watch(), minutes=1)
    assert night.texts() == []
    night.looks(watch := night.watch(), minutes=2)
    (text,) = night.texts()
    assert "nobody is paged: no worker has run" in text
    assert night.calls() == 1
    night.looks(watch, minutes=5)
    assert (len(night.texts()), night.calls()) == (1, 1)


def test_the_call_says_it_twice_without_asking_the_web_server(night: Night) -> None:
    night.looks(night.watch(), minutes=2.25)
    (leg,) = night.simulated.phone(SUE).legs
    night.simulated.answer(leg)
    for _ in range(40):
        night.clock.pass_time(SECOND)
        night.simulated.run_due()
    assert sum("no worker has run" in heard.text for heard in leg.heard) == 2
    assert night.simulated.ledger.errors == []


def test_it_is_said_again_each_hour_while_it_lasts_and_of_many_web_servers_by_one(night: Night) -> None:
    night.looks(night.watch(), night.watch(), minutes=65)
    assert len(night.texts()) == 2


def test_a_worker_that_restarts_in_time_is_no_alarm(night: Night) -> None:
    watch = night.watch()
    for _ in range(5):
        night.looks(watch, minutes=1)
        night.looks(watch, minutes=1, worker=True)
    assert night.texts() == []


def test_after_it_worked_again_the_next_silence_is_an_alarm_of_its_own(night: Night) -> None:
    watches = night.watch(), night.watch()
    night.looks(*watches, minutes=3)
    night.looks(*watches, minutes=1, worker=True)
    night.looks(*watches, minutes=3)
    assert len(night.texts()) == 2


def test_the_alert_is_in_the_supervisors_language(database: Database) -> None:
    night = Night(database, language="fr")
    night.looks(night.watch(), minutes=2)
    assert "personne n'est avisé" in night.texts()[0]


def test_without_the_database_those_last_known_are_alerted(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = night.watch()
    night.looks(watch, minutes=1, worker=True)

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("away"))

    monkeypatch.setattr(night.database, "read", away)
    monkeypatch.setattr(night.database, "write", away)
    night.looks(watch, minutes=5)
    assert ["the database does not answer" in text for text in night.texts()] == [True]
    assert night.calls() == 1


def test_workers_that_do_not_keep_up_are_an_alarm(night: Night) -> None:
    def wait_in_vain(session: Session) -> None:
        technician = technicians.everybody(session)[0]
        page = Page(technician_id=technician.id, kind=PageKind.TEST, channel=Channel.TEXT, code="", words="x")
        page.created_at = page.next_action_at = NOON
        session.add(page)

    night.database.write(wait_in_vain)
    night.looks(night.watch(), minutes=4, worker=True)
    (text,) = night.texts()
    assert "pages and escalations are 3 min late" in text


def test_a_carrier_that_refuses_the_text_is_still_asked_to_call(
    night: Night, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(*_: object) -> None:
        raise CarrierError("The carrier refuses texts.")

    monkeypatch.setattr(night.carrier, "send_text", refused)
    night.looks(night.watch(), minutes=3)
    assert night.calls() == 1
    assert "the alert could not be sent" in caplog.text


def test_the_watch_goes_on_after_a_failure_and_ends_with_the_process(night: Night) -> None:
    stopping, looked = threading.Event(), threading.Event()

    class Failing(WorkerWatch):
        def look(self) -> None:
            looked.set()
            raise ValueError("of the test")

    keep_watching(Failing(night.database, DESK, night.carrier, night.clock), stopping, timedelta(0))
    assert looked.wait(FAR.total_seconds())
    stopping.set()
