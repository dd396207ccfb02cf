"""Files that belong to no recording and no mail are deleted after a day, and no others."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from callbacks.db.database import Database
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Voicemail
from callbacks.inbound import calls
from callbacks.inbound.mails import receive as receiving
from callbacks.inbound.mails.parse import ParsedAttachment
from callbacks.worker.jobs.leftover_files import LeftoverFiles, name_in
from sla.clock import MovingClock
from tests.callbacks.inbound.mails.post import SATURDAY_NIGHT, Post, parsed

NEWS = calls.Recording(VoicemailState.RECORDED, f"RE{'1' * 32}", 9)
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)
DIGEST, RECORDING = "a" * 64, f"RE{'1' * 32}"
LOG = ParsedAttachment("a.log", "text/plain", 3, b"log", "")


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media")


def names(post: Post) -> set[str]:
    return {file.name for file in post.media_dir.iterdir()}


def sweeps(post: Post, after: timedelta) -> None:
    """Every file was written on Saturday night, and so much time has passed."""
    for file in post.media_dir.iterdir():
        os.utime(file, (SATURDAY_NIGHT.timestamp(),) * 2)
    LeftoverFiles(post.database, post.media_dir, MovingClock(SATURDAY_NIGHT + after)).run()


def test_the_files_of_a_mail_that_was_never_stored_go_after_a_day(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.gets(parsed(attachments=(LOG,)), raw=b"stored")
    known = names(post)

    def die(*_: object) -> None:
        raise Killed

    monkeypatch.setattr(receiving, "_receive", die)
    with pytest.raises(Killed):
        post.gets(parsed(attachments=(LOG,)), raw=b"never stored")
    (post.media_dir / f".support-{DIGEST}.eml.4711").write_bytes(b"half a m")
    (post.media_dir / "menu.wav").write_bytes(b"not ours")
    everything = names(post)
    assert len(everything) == 6
    sweeps(post, A_DAY - A_MINUTE)
    assert names(post) == everything
    with capture_logs() as logs:
        sweeps(post, A_DAY + A_MINUTE)
    assert names(post) == {*known, "menu.wav"}
    assert [line["count"] for line in logs] == [3]


@pytest.mark.parametrize(("audio", "stays"), [(AudioState.WANTED, True), (AudioState.DELETED, False)])
def test_a_recording_stays_as_long_as_it_is_known(post: Post, audio: AudioState, stays: bool) -> None:
    def record(session: Session) -> None:
        arrival = calls.Arrival("CA1", "direct", "+15145550199", "en", False, "", "TN-Validation-Passed-A")
        calls.record_call(session, arrival, post.now)
        calls.record_voicemail(session, post.desk, "CA1", NEWS, post.now)
        session.scalars(select(Voicemail)).one().audio = audio

    post.database.write(record)
    post.media_dir.mkdir(exist_ok=True)
    (post.media_dir / f"{RECORDING}.wav").write_bytes(b"RIFF")
    sweeps(post, 2 * A_DAY)
    assert (names(post) == {f"{RECORDING}.wav"}) is stays


def test_without_a_media_folder_there_is_nothing_to_do(post: Post) -> None:
    LeftoverFiles(post.database, post.media_dir / "none", MovingClock(SATURDAY_NIGHT)).run()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        (f"support-{DIGEST}.eml", f"support-{DIGEST}.eml"),
        (f"a-b-{DIGEST}-12.attachment", f"a-b-{DIGEST}-12.attachment"),
        (f".support-{DIGEST}.eml.99", f"support-{DIGEST}.eml"),
        (f"{RECORDING}.wav", f"{RECORDING}.wav"),
        (f".{RECORDING}.wav.1", f"{RECORDING}.wav"),
        ("welcome.wav", ""),
        (f"support-{DIGEST[1:]}.eml", ""),
        (f"support-{DIGEST}.eml.bak", ""),
        (".gitignore", ""),
    ],
)
def test_only_names_that_the_desk_gives_are_ours(file: str, name: str) -> None:
    assert name_in(file) == name
