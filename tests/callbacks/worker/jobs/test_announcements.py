"""The worker begins and ends announcements, and writes the notices of their changes batch by batch."""

from __future__ import annotations

import pytest

from callbacks.announcements import notices
from callbacks.announcements.changes import Content
from callbacks.db.database import Database
from callbacks.worker.jobs.announcements import AnnouncementTurns
from tests.callbacks.announcements.office import HOUR, LEA, MAX, NOW, Office

ENDS_BY_ITSELF = Content("Mail is delayed.", "Le courriel est retardé.", ends_at=NOW + HOUR, notifies=True)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def job_of(office: Office) -> AnnouncementTurns:
    return AnnouncementTurns(office.database, office.desk, office.links, office.clock)


def runs(office: Office, workers: int = 2) -> None:
    jobs = [job_of(office) for _ in range(workers)]
    while sum(job.run() for job in jobs):
        pass


def test_the_end_is_told_when_its_time_comes_by_any_number_of_workers(office: Office) -> None:
    office.subscribes(LEA)
    office.starts(ENDS_BY_ITSELF)
    runs(office)
    assert job_of(office).next_due_at() == NOW + HOUR
    office.passes(HOUR)
    assert job_of(office).next_due_at() == office.now
    runs(office)
    assert [row.occasion for row in office.messages()] == ["update 1", "update 2"]
    assert job_of(office).next_due_at() is None


def test_it_goes_on_while_there_is_work(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "BATCH", 1)
    for address in (LEA, MAX):
        office.subscribes(address)
    office.starts()
    job = job_of(office)
    assert (job.next_due_at(), job.run(), len(office.messages())) == (office.now, True, 1)
    runs(office)
    assert len(office.messages()) == 2
    assert not job.run()
