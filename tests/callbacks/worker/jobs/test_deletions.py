"""A recording is deleted here and at the carrier, whatever fails or dies in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import delete_audio
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AudioState, PageKind, VoicemailState
from callbacks.db.tables import Event, Page, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.inbound import calls
from callbacks.media.folder import Folder
from callbacks.media.store import StoreUnavailable
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Carrier
from callbacks.people import technicians
from callbacks.settings import Settings
from callbacks.worker.jobs.deletions import LEASE, TOLD_AFTER_TRIES, RecordingDeleter
from callbacks.worker.jobs.recordings import RecordingCopier
from ivr.rehearsal.audio import tone
from sla.clock import MovingClock

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DESK = read_desk(Path("support.toml"))
SID, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32


class Killed(BaseException):
    """The worker dies here."""


class Shelf(Carrier):
    """A carrier with recordings. `dies` ends the worker before or after the carrier has deleted one."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.kept, self.trouble, self.dies = {RECORDING}, False, ""

    def delete_recording(self, sid: str) -> None:
        if self.dies == "before":
            raise Killed
        if self.trouble:
            raise CarrierError("The carrier has an internal error (HTTP 503).", lost=True)
        self.kept.discard(sid)
        if self.dies == "after":
            raise Killed

    def audio(self, recording_sid: str) -> bytes:
        return tone(8)


class Night:
    def __init__(self, database: Database, media: Path, *, recording: str | None = RECORDING) -> None:
        self.database, self.media, self.clock, self.shelf = database, media, MovingClock(BEGAN), Shelf()
        self.deleter = RecordingDeleter(database, self.shelf, DESK, Folder(media), self.clock)
        self.copier = RecordingCopier(database, self.shelf, DESK, Folder(media), self.clock)
        self.recording = recording
        database.write(self._called)

    def _called(self, session: Session) -> None:
        sue = technicians.add_technician(session, "Sue Tran", "+15145550104", BEGAN, verified=True)
        store.add_shift(session, DESK, sue, "supervisor", None, None, BEGAN)
        calls.record_call(
            session,
            calls.Arrival(SID, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"),
            BEGAN,
        )
        state = VoicemailState.RECORDED if self.recording else VoicemailState.EXPECTED
        calls.record_voicemail(session, DESK, SID, calls.Recording(state, self.recording, 8), BEGAN)

    def is_copied(self) -> None:
        for due in self.copier.claim(8):
            self.copier.copy(due)

    def asks_to_delete(self) -> None:
        now = self.clock.now()
        self.database.write(lambda session: delete_audio(session, session.scalars(select(Voicemail)).one(), now))

    def passes(self, span: timedelta) -> None:
        self.clock.move_to(self.clock.now() + span)
        while self.deleter.delete_next():
            pass

    @property
    def voicemail(self) -> Voicemail:
        return self.database.read(lambda session: session.scalars(select(Voicemail)).one())

    @property
    def files(self) -> list[str]:
        return sorted(file.name for file in self.media.iterdir()) if self.media.exists() else []

    def is_gone(self) -> bool:
        found = self.voicemail
        return (found.audio, found.audio_file, self.files, self.shelf.kept) == (
            AudioState.DELETED, None, [], set()
        )  # fmt: skip

    def logged(self) -> int:
        query = select(Event.id).where(Event.kind == EventKind.AUDIO_DELETED)
        return len(self.database.read(lambda session: session.scalars(query).all()))


@pytest.fixture
def night(database: Database, tmp_path: Path) -> Night:
    return Night(database, tmp_path / "media")


def test_both_copies_are_deleted_and_the_log_says_so_once(night: Night) -> None:
    night.is_copied()
    assert night.files == [f"{RECORDING}.wav"]
    night.asks_to_delete()
    night.passes(timedelta(0))
    assert night.is_gone()
    assert night.logged() == 1
    assert night.deleter.next_due_at() is None


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_leaves_it_to_the_next_one(night: Night, moment: str) -> None:
    night.is_copied()
    night.asks_to_delete()
    night.shelf.dies = moment
    with pytest.raises(Killed):
        night.deleter.delete_next()
    assert night.voicemail.audio is AudioState.DELETING
    night.shelf.dies = ""
    assert not night.deleter.delete_next()  # its lease is not over
    night.passes(LEASE)
    assert night.is_gone()
    assert night.logged() == 1


def test_a_carrier_in_trouble_is_asked_again_and_supervisors_hear_of_it_once(night: Night) -> None:
    night.asks_to_delete()
    night.shelf.trouble = True
    for _ in range(TOLD_AFTER_TRIES + 3):
        night.passes(timedelta(hours=7))
    alarms = select(Page.words).where(Page.kind == PageKind.ALARM)
    told = night.database.read(lambda session: session.scalars(alarms).all())
    assert len(told) == 1
    assert "does not delete a recording" in told[0]
    assert night.voicemail.audio is AudioState.DELETING
    night.shelf.trouble = False
    night.passes(timedelta(hours=7))
    assert night.is_gone()


def test_a_copy_of_ours_that_cannot_be_removed_is_tried_again_and_supervisors_hear_of_it_once(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise StoreUnavailable("no")

    night.asks_to_delete()
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "remove", refuses)
        for _ in range(TOLD_AFTER_TRIES + 3):
            night.passes(timedelta(hours=7))
    alarms = select(Page.words).where(Page.kind == PageKind.ALARM)
    (told,) = night.database.read(lambda session: session.scalars(alarms).all())
    assert "our copy of a recording cannot be deleted" in told
    assert night.voicemail.audio is AudioState.DELETING
    night.passes(timedelta(hours=7))
    assert night.is_gone()


def test_whoever_copies_it_meanwhile_leaves_no_file(night: Night) -> None:
    (claimed,) = night.copier.claim(8)
    night.asks_to_delete()
    night.passes(timedelta(0))
    night.copier.copy(claimed)
    assert night.is_gone()


def test_what_a_dead_worker_left_of_the_file_goes_too(night: Night) -> None:
    night.is_copied()
    (night.media / f".{RECORDING}.wav.4711").write_bytes(b"RIFF")
    night.asks_to_delete()
    night.passes(timedelta(0))
    assert night.files == []


def test_a_recording_that_the_carrier_names_later_is_deleted_then(database: Database, tmp_path: Path) -> None:
    night = Night(database, tmp_path / "media", recording=None)
    night.asks_to_delete()
    night.passes(timedelta(0))
    assert (night.voicemail.audio, night.shelf.kept, night.logged()) == (AudioState.DELETED, {RECORDING}, 0)
    late = calls.Recording(VoicemailState.RECORDED, RECORDING, 8)
    database.write(lambda session: calls.record_voicemail(session, DESK, SID, late, BEGAN))
    night.passes(timedelta(0))
    assert night.is_gone()


def test_a_late_report_brings_nothing_back(database: Database, tmp_path: Path) -> None:
    night = Night(database, tmp_path / "media", recording=None)

    def reported(state: VoicemailState) -> None:
        recording = calls.Recording(state, RECORDING, 8)
        database.write(lambda session: calls.record_voicemail(session, DESK, SID, recording, BEGAN))

    reported(VoicemailState.EXPECTED)
    night.asks_to_delete()
    reported(VoicemailState.RECORDED)
    night.passes(timedelta(0))
    night.is_copied()
    assert night.is_gone()
