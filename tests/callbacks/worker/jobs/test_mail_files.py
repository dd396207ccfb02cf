"""The files of a mail whose content is deleted go, whatever fails or dies in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import delete_content
from callbacks.db.database import Database
from callbacks.db.states import PageKind
from callbacks.db.tables import MailMessage, Page
from callbacks.inbound.mails.parse import ParsedAttachment
from callbacks.media.folder import Folder
from callbacks.media.store import MediaStore
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs import mail_files
from callbacks.worker.jobs.deletions import LEASE, TOLD_AFTER_TRIES
from callbacks.worker.jobs.mail_files import MailFileDeleter, remove_mail_files
from sla.clock import MovingClock
from tests.callbacks.inbound.mails.post import SATURDAY_NIGHT, Post, parsed


class Killed(BaseException):
    """The worker dies here."""


class Night:
    """A mail with an attachment that was stored and one that was refused, and another mail with none."""

    def __init__(self, database: Database, media: Path) -> None:
        self.post, self.media, self.clock = Post(database, media), media, MovingClock(SATURDAY_NIGHT)
        self.deleter = MailFileDeleter(database, self.post.desk, Folder(media), self.clock)
        stored = ParsedAttachment("a.log", "text/plain", 3, b"log", "")
        refused = ParsedAttachment("run.exe", "application/x", 9, None, "Programs are refused.")
        self.post.gets(parsed(attachments=(stored, refused)), raw=b"one")
        self.post.gets(raw=b"two")

        def sue(session: Session) -> None:
            row = technicians.add_technician(session, "Sue Tran", "+15145550109", SATURDAY_NIGHT, verified=True)
            store.add_shift(session, self.post.desk, row, "supervisor", None, None, SATURDAY_NIGHT)

        database.write(sue)

    def deletes_the_first(self) -> None:
        now = self.clock.now()
        self.post.database.write(lambda session: delete_content(session.get_one(MailMessage, 1), now))

    def passes(self, span: timedelta) -> None:
        self.clock.move_to(self.clock.now() + span)
        while self.deleter.delete_next():
            pass

    @property
    def files(self) -> set[str]:
        return {file.name for file in self.media.iterdir()}

    def names(self) -> list[str | None]:
        """Return the names of the files of the first mail on record."""

        def work(session: Session) -> list[str | None]:
            mail = session.get_one(MailMessage, 1)
            return [mail.file, *(each.file for each in mail.attachments)]

        return self.post.database.read(work)

    def of_the_second(self) -> set[str]:
        return {str(self.post.mails()[1].file)}


@pytest.fixture
def night(database: Database, tmp_path: Path) -> Night:
    return Night(database, tmp_path / "media")


def test_only_the_files_of_the_deleted_mail_go(night: Night) -> None:
    assert len(night.files) == 3
    night.passes(timedelta(days=1))
    assert len(night.files) == 3
    night.deletes_the_first()
    assert night.deleter.next_due_at() == night.clock.now()
    night.passes(timedelta(0))
    assert night.files == night.of_the_second()
    assert night.names() == [None, None, None]
    assert night.deleter.next_due_at() is None


def test_a_worker_that_dies_leaves_it_to_the_next_one(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    night.deletes_the_first()

    def dies(media: MediaStore, names: list[str]) -> None:
        remove_mail_files(media, names[:1])
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(mail_files, "remove_mail_files", dies)
        with pytest.raises(Killed):
            night.deleter.delete_next()
    assert len(night.files) == 2
    assert not night.deleter.delete_next()  # its lease is not over
    night.passes(LEASE)
    assert night.files == night.of_the_second()
    assert night.names() == [None, None, None]


def test_a_file_that_cannot_be_deleted_is_tried_again_and_supervisors_hear_of_it_once(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.deletes_the_first()

    def refuses(media: MediaStore, names: list[str]) -> None:
        raise PermissionError("not permitted")

    with monkeypatch.context() as patched:
        patched.setattr(mail_files, "remove_mail_files", refuses)
        for _ in range(TOLD_AFTER_TRIES + 3):
            night.passes(timedelta(hours=7))
    alarms = select(Page.words).where(Page.kind == PageKind.ALARM)
    (told,) = night.post.database.read(lambda session: session.scalars(alarms).all())
    assert "files of a deleted mail cannot be deleted" in told
    assert None not in night.names()[:2]
    night.passes(timedelta(hours=7))
    assert night.files == night.of_the_second()


def test_what_a_dead_worker_left_of_a_file_goes_too(night: Night) -> None:
    unfinished = night.media / f".{night.names()[0]}.4711"
    unfinished.write_bytes(b"From:")
    night.deletes_the_first()
    night.passes(timedelta(0))
    assert not unfinished.exists()


def test_nothing_outside_the_media_store_is_deleted(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    outside = tmp_path / "support.toml"
    outside.write_text("kept")
    remove_mail_files(Folder(tmp_path / "media"), ["../support.toml"])
    assert outside.exists()


def test_a_mail_that_is_fetched_again_brings_nothing_back(night: Night) -> None:
    night.deletes_the_first()
    night.passes(timedelta(0))
    assert not night.post.gets(raw=b"one").is_new
    assert night.files == night.of_the_second()
    assert night.post.mails()[0].words == ""
