"""Messages are written down by a machine that may be slow, wrong, silent or broken, and nobody waits for it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.acts.details import WriteTranscript
from callbacks.console.callbacks.screen import callback_detail
from callbacks.db.database import Database
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.records import search as finding
from callbacks.worker.jobs import transcripts
from callbacks.worker.jobs.transcripts import LEASE, Transcription
from callbacks.worker.speech import NotHeard, words_in
from sla.clock import MovingClock
from tests.acting import supervisor_acts
from tests.waiting import FAR

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DESK = read_desk(Path("support.toml"))
SOON = timedelta(seconds=1)
SID, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32

# Stands where faster-whisper would: the library's own call, and a model that says what it is told to.
FAKE = """
import os, pathlib, types
class WhisperModel:
    def __init__(self, model, device, compute_type, local_files_only):
        assert (device, compute_type, local_files_only) == ("cpu", "int8", True)
        self.says = pathlib.Path(model, "says").read_text(encoding="utf-8")
    def transcribe(self, audio, language, vad_filter, condition_on_previous_text):
        assert pathlib.Path(audio).is_file() and vad_filter and not condition_on_previous_text
        if self.says == "crash":
            os.abort()
        if self.says == "trouble":
            raise RuntimeError("invalid data found")
        if self.says == "for ever":
            __import__("time").sleep(3600)
        return [types.SimpleNamespace(text=f" {words}") for words in self.says.split("|") if words], language
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "faster_whisper.py").write_text(FAKE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / f"{RECORDING}.wav").write_bytes(b"RIFF")
    return tmp_path


def says(model: Path, words: str) -> None:
    (model / "says").write_text(words, encoding="utf-8")


@pytest.mark.parametrize(("said", "heard"), [("The printer| is on fire.", "The printer is on fire."), ("", "")])
def test_the_words_of_a_recording(model: Path, said: str, heard: str) -> None:
    says(model, said)
    assert words_in(model / f"{RECORDING}.wav", model, "en") == heard


@pytest.mark.parametrize(
    ("said", "patience", "why"),
    [("crash", FAR, "broke off"), ("trouble", FAR, "invalid data found"), ("for ever", SOON, "within 1 seconds")],
)
def test_trouble_stays_in_its_own_process_and_is_said_in_words(
    model: Path, said: str, patience: timedelta, why: str
) -> None:
    says(model, said)
    with pytest.raises(NotHeard, match=why):
        words_in(model / f"{RECORDING}.wav", model, "en", patience.total_seconds())


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(BEGAN + timedelta(minutes=1))


@pytest.fixture
def machine(database: Database, model: Path, clock: MovingClock) -> Transcription:
    """A message of Saturday night, whose audio is here, and somebody to hear it."""

    def called(session: Session) -> None:
        calls.record_call(session, calls.Arrival(SID, "direct", "+15145550199", "en", False, "closed"), BEGAN)
        recording = calls.Recording(VoicemailState.RECORDED, RECORDING, 8)
        calls.record_voicemail(session, DESK, SID, recording, BEGAN)
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.audio, voicemail.audio_file, voicemail.next_action_at = AudioState.COPIED, f"{RECORDING}.wav", None

    database.write(called)
    return Transcription(database, model, model, clock)


def page(database: Database) -> str:
    """What the page of the callback says of the message."""

    def work(session: Session) -> str:
        (reference,) = session.scalars(select(Callback.reference))
        found = callback_detail(session, DESK, reference, true(), BEGAN)
        assert found.voicemail is not None
        return f"{found.voicemail_words} {found.voicemail.transcript} {found.transcript_by}"

    return database.read(work)


def is_found(database: Database, words: str) -> bool:
    search = finding.search_from({"words": words})
    return bool(database.read(lambda session: finding.find(session, search, DESK.zone, true()).callbacks))


def test_a_message_is_written_down_shown_as_a_hint_and_found(
    machine: Transcription, model: Path, database: Database
) -> None:
    says(model, "The printer is on fire.")
    machine.write_down()
    assert "The printer is on fire. Transcribed by a machine" in page(database)
    assert is_found(database, "printer fire")


def test_a_message_without_words_is_said_to_have_none(machine: Transcription, model: Path, database: Database) -> None:
    says(model, "")
    machine.write_down()
    assert "The machine found no words in it." in page(database)


def test_what_cannot_be_heard_is_said_and_not_tried_for_ever(
    machine: Transcription, model: Path, database: Database
) -> None:
    says(model, "trouble")
    machine.write_down()
    assert "It could not be transcribed." in page(database)
    says(model, "Too late.")
    machine.write_down()
    assert not is_found(database, "late")


def test_what_a_person_wrote_meanwhile_stays(
    machine: Transcription, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heard(*_: object) -> str:
        database.write(
            lambda s: supervisor_acts(
                s, DESK, s.scalars(select(Callback)).one(), WriteTranscript("Fire!"), "sue", BEGAN
            )
        )
        return "Tire."

    monkeypatch.setattr(transcripts, "words_in", heard)
    machine.write_down()
    assert "Fire! Transcribed by a person." in page(database)
    assert not is_found(database, "tire")


def test_two_workers_hear_it_once_and_a_dead_one_is_followed(
    machine: Transcription, database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    hearing, go_on = threading.Event(), threading.Event()

    def slowly(*_: object) -> str:
        heard.append(threading.current_thread().name)
        hearing.set()
        assert go_on.wait(FAR.total_seconds())
        return threading.current_thread().name

    monkeypatch.setattr(transcripts, "words_in", slowly)
    first = threading.Thread(target=machine.write_down, name="first")
    first.start()
    assert hearing.wait(FAR.total_seconds())
    machine.write_down()
    assert heard == ["first"]
    clock.move_to(clock.now() + LEASE)
    second = threading.Thread(target=machine.write_down, name="second")
    hearing.clear()
    second.start()
    assert hearing.wait(FAR.total_seconds())
    go_on.set()
    first.join()
    second.join()
    assert heard == ["first", "second"]
    assert is_found(database, "second")
    assert not is_found(database, "first")


def test_where_it_is_switched_on_the_archive_is_left_alone(
    machine: Transcription, model: Path, database: Database, clock: MovingClock
) -> None:
    says(model, "Long ago.")
    clock.move_to(BEGAN + timedelta(days=2))
    machine.write_down()
    assert not is_found(database, "long ago")
