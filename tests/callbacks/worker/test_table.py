"""The table of jobs: what comes first, what is vital, and what runs beside the sweep."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from callbacks.backup.restored import mark_restored, note_caught_up
from callbacks.db.database import Database
from callbacks.db.tables import ReceivedRequest, WorkerSign
from callbacks.desk.canary import Canary
from callbacks.desk.desk_file import read_desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.paging.channels.twilio import Carrier
from callbacks.settings import Settings
from callbacks.worker.loop import EVERY_SWEEP, Job, Worker
from callbacks.worker.senders import Senders
from callbacks.worker.table import jobs_for
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
NOWHERE = "http://127.0.0.1:1"


@pytest.fixture
def jobs(database: Database, senders: Senders, tmp_path: Path) -> Sequence[Job]:
    settings = Settings("https://desk.test", "AC1", "token", "+15145550100", "secret", twilio_url=NOWHERE)
    return jobs_for(settings, DESK, database, Carrier(settings), MovingClock(NOON), senders)


def test_nothing_comes_before_next_actions_and_pages_and_the_heartbeat_comes_last(jobs: Sequence[Job]) -> None:
    names = [job.name for job in jobs]
    assert names[:5] == ["next actions", "pages", "rings", "recordings", "answers of the carrier"]
    assert names[-1] == "heartbeat"
    assert len(set(names)) == len(names)


def test_what_a_promise_depends_on_is_vital_and_runs_in_every_sweep(jobs: Sequence[Job]) -> None:
    vital = {job.name: job.every for job in jobs if job.is_vital}
    assert vital == {"next actions": EVERY_SWEEP, "pages": EVERY_SWEEP, "heartbeat": timedelta(seconds=5)}


def test_jobs_that_wait_for_other_servers_run_beside_the_sweep(jobs: Sequence[Job]) -> None:
    slow = {
        "rings",
        "messages to customers",
        "mails of boxes",
        "connections",
        "catching up",
        "reconciliation",
        "daily comparison",
        "look-ups",
        "calendars",
        "digests",
        "lock mails",
        "transcripts",
        "deletions",
        "files of mails",
        "orphaned files",
    }
    assert {job.name for job in jobs if job.is_slow} == slow
    assert [job.name for job in jobs if job.may_be_interrupted] == ["transcripts"]


def test_each_mailbox_with_a_server_has_a_job_of_its_own(database: Database, senders: Senders) -> None:
    urls = dict.fromkeys(("support", "emergency", "unknown"), "imap://amy:sesame@127.0.0.1:1")
    settings = Settings("https://desk.test", "AC1", "token", "+15145550100", "secret", imap_urls=urls)
    meaning = MailboxMeaning.NORMAL
    boxes = {
        name: Mailbox(address=f"{name}@example.com", meaning=meaning) for name in ("support", "emergency", "piped")
    }
    desk = DESK.model_copy(update={"mailboxes": boxes})
    jobs = jobs_for(settings, desk, database, Carrier(settings), MovingClock(NOON), senders)
    found = {job.name: job for job in jobs if job.name.startswith("mailbox ")}
    assert found.keys() == {"mailbox support", "mailbox emergency"}
    assert all(job.is_slow and job.stop is not None for job in found.values())
    assert jobs[-1].name == "heartbeat"


def test_no_file_is_deleted_before_a_restored_desk_knows_what_the_carrier_has(
    database: Database, senders: Senders, tmp_path: Path
) -> None:
    settings = Settings("https://desk.test", "AC1", "token", "+15145550100", "secret", media_dir=tmp_path)
    jobs = jobs_for(settings, DESK, database, Carrier(settings), MovingClock(NOON), senders)
    recording = tmp_path / f"RE{'0' * 32}.wav"
    recording.write_bytes(b"RIFF")
    os.utime(recording, times=(0, 0))
    delete = next(job.run for job in jobs if job.name == "orphaned files")
    database.write(lambda session: mark_restored(session, NOON - timedelta(days=2)))
    delete()
    assert recording.exists()
    database.write(note_caught_up)
    delete()
    assert not recording.exists()


def test_a_desk_with_a_canary_has_a_job_for_it(database: Database, senders: Senders, jobs: Sequence[Job]) -> None:
    settings = Settings("https://desk.test", "AC1", "token", "+15145550100", "secret")
    desk = DESK.model_copy(update={"canary": Canary(number="+15145550170", line="direct")})
    found = jobs_for(settings, desk, database, Carrier(settings), MovingClock(NOON), senders)
    assert {job.name for job in found} - {job.name for job in jobs} == {"canary"}
    assert next(job.is_slow for job in found if job.name == "canary")


def test_signatures_of_old_requests_are_deleted(jobs: Sequence[Job], database: Database) -> None:
    for signature, age in (("old", timedelta(days=31)), ("new", timedelta(days=1))):
        row = insert(ReceivedRequest).values(signature=signature, sid="CA1", at=NOON - age)
        database.write(partial(Session.execute, statement=row))
    next(job for job in jobs if job.name == "old requests").run()
    assert database.read(lambda session: session.scalars(select(ReceivedRequest.signature)).all()) == ["new"]


def test_a_worker_without_a_carrier_sweeps_and_records_its_heartbeat(
    jobs: Sequence[Job], senders: Senders, database: Database
) -> None:
    worker = Worker(jobs, senders, MovingClock(NOON))
    assert not worker.sweep()
    worker.close()
    assert database.read(lambda session: session.scalar(select(func.count()).select_from(WorkerSign))) == 1
