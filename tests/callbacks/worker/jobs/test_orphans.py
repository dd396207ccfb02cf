"""Stored files that belong to nothing are removed a day later, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AudioState, MailKind, PageKind, VoicemailState
from callbacks.db.tables import MailAttachment, MailMessage, Page, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.media.folder import Folder
from callbacks.media.store import MediaStore, StoredFile, StoreUnavailable
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.worker.jobs.orphans import EVERY, MOST_AT_ONCE, OrphanRemover, is_ours
from sla.clock import MovingClock
from tests.object_store import ObjectStoreServer, store_in

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
LATER = datetime(2099, 1, 1, 12, tzinfo=UTC)  # files are stored by the machine's clock
DESK = read_desk(Path("support.toml"))
COPIED, WANTED, DELETED = ("RE" + digit * 32 for digit in "123")
NOBODYS = "RE" + "f" * 32
MAIL = "support-" + "a" * 64
KNOWN = [f"{COPIED}.wav", f"{WANTED}.wav", f"{MAIL}.eml", f"{MAIL}-1.attachment"]
OTHERS = ["check-1", "dump.sql", "RE1.wav", "notes.eml", "support-abc.eml", f"{NOBODYS}.wav.bak"]
ORPHANS = [f"{DELETED}.wav", f"{NOBODYS}.wav", f"support-{'b' * 64}.eml", f"support-{'a' * 64}-2.attachment"]


@pytest.fixture(params=["folder", "bucket"])
def media(request: pytest.FixtureRequest, tmp_path: Path) -> MediaStore:
    if request.param == "folder":
        return Folder(tmp_path / "media")
    server: ObjectStoreServer = request.getfixturevalue("object_store")
    return store_in(server.new_bucket())


@pytest.fixture
def kept(database: Database) -> Database:
    """Three voicemails, one copied, one not yet on record as copied and one deleted, and a mail with an attachment."""

    def work(session: Session) -> None:
        row = technicians.add_technician(session, "Sue Tran", "+15145550104", BEGAN, verified=True)
        store.add_shift(session, DESK, row, "supervisor", None, None, BEGAN)
        for number, sid in enumerate((COPIED, WANTED, DELETED)):
            arrival = calls.Arrival(
                f"CA{number}", "direct", f"+1514555017{number}", "en", False, "", "TN-Validation-Passed-A"
            )
            calls.record_call(session, arrival, BEGAN)
            calls.record_voicemail(
                session, DESK, f"CA{number}", calls.Recording(VoicemailState.RECORDED, sid, 8), BEGAN
            )
        states = {COPIED: AudioState.COPIED, WANTED: AudioState.WANTED, DELETED: AudioState.DELETED}
        for voicemail in session.scalars(select(Voicemail)):
            voicemail.audio = states[voicemail.recording_sid or ""]
            voicemail.audio_file = f"{COPIED}.wav" if voicemail.recording_sid == COPIED else None
        mail = MailMessage(mailbox="support", digest="a" * 64, received_at=BEGAN, size=9, file=f"{MAIL}.eml")
        mail.sender, mail.kind = "bob@acme.example", MailKind.MESSAGE
        mail.attachments = [
            MailAttachment(name="a.log", media_type="x", size=5, file=f"{MAIL}-1.attachment", sha256="0", note="")
        ]
        session.add(mail)

    database.write(work)
    return database


def names(media: MediaStore) -> list[str]:
    return sorted(each.name for each in media.files())


def stores(media: MediaStore, *files: str) -> None:
    for name in files:
        media.write(name, b"1")


def alarms(database: Database) -> list[str]:
    return database.read(lambda session: list(session.scalars(select(Page.words).where(Page.kind == PageKind.ALARM))))


def test_only_what_belongs_to_nothing_is_removed(kept: Database, media: MediaStore) -> None:
    stores(media, *KNOWN, *OTHERS, *ORPHANS)
    OrphanRemover(kept, media, DESK, MovingClock(LATER)).run()
    assert names(media) == sorted(KNOWN + OTHERS)
    assert alarms(kept) == []


def test_what_a_process_left_half_written_is_removed(kept: Database, tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    half = [folder / f".{NOBODYS}.wav.4711", folder / f".support-{'b' * 64}.eml.4711"]
    others = folder / ".profile.1"
    for file in (*half, others):
        file.write_bytes(b"1")
    OrphanRemover(kept, Folder(folder), DESK, MovingClock(LATER)).run()
    assert list(folder.iterdir()) == [others]


def test_what_was_stored_within_a_day_is_left_to_the_next_try(kept: Database, tmp_path: Path) -> None:
    media = Folder(tmp_path / "media")
    stores(media, *ORPHANS)
    stored_at = max(each.stored_at for each in media.files())
    OrphanRemover(kept, media, DESK, MovingClock(stored_at + timedelta(hours=23))).run()
    assert names(media) == sorted(ORPHANS)
    OrphanRemover(kept, media, DESK, MovingClock(stored_at + timedelta(days=1))).run()
    assert names(media) == []


def test_so_many_at_once_are_no_accident_and_stay(kept: Database, tmp_path: Path) -> None:
    media, clock = Folder(tmp_path / "media"), MovingClock(LATER)
    many = [f"support-{number:064}.eml" for number in range(MOST_AT_ONCE + 1)]
    stores(media, *many)
    for _ in range(3):
        OrphanRemover(kept, media, DESK, clock).run()
        clock.pass_time(EVERY)
    assert names(media) == many
    (alarm,) = alarms(kept)
    assert "21 stored files belong to no call and no mail" in alarm
    media.remove(many[0])
    OrphanRemover(kept, media, DESK, clock).run()
    assert names(media) == []


def test_what_was_received_again_in_the_meantime_stays(
    kept: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = Folder(tmp_path / "media")
    stores(media, f"{MAIL}.eml")
    monkeypatch.setattr(OrphanRemover, "_orphans", lambda _: iter([f"{MAIL}.eml"]))  # it had no row then
    OrphanRemover(kept, media, DESK, MovingClock(LATER)).run()
    assert names(media) == [f"{MAIL}.eml"]


def test_what_was_stored_again_and_has_no_row_yet_stays(kept: Database, tmp_path: Path) -> None:
    class StoredAgain(Folder):
        looks = 0

        def files(self) -> Iterator[StoredFile]:
            self.looks += 1
            for file in super().files():
                yield replace(file, stored_at=file.stored_at - timedelta(days=2)) if self.looks == 1 else file

    media = StoredAgain(tmp_path / "media")
    stores(media, f"{NOBODYS}.wav")
    OrphanRemover(kept, media, DESK, MovingClock(datetime.now(UTC))).run()
    assert names(media) == [f"{NOBODYS}.wav"]


def test_a_store_that_is_away_is_looked_through_later(kept: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away(Folder):
        def files(self) -> Iterator[StoredFile]:
            raise StoreUnavailable("away")

    OrphanRemover(kept, Away(Path()), DESK, MovingClock(LATER)).run()
    assert alarms(kept) == []


@pytest.mark.parametrize(
    ("name", "ours"), [*((name, True) for name in KNOWN + ORPHANS), *((name, False) for name in OTHERS)]
)
def test_names_of_others_are_told_apart(name: str, ours: bool) -> None:
    assert is_ours(name) is ours
