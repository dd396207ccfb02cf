"""Voicemails are transcribed by a machine that may be slow, wrong, silent or broken, and nothing waits for it."""

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
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.media.folder import Folder
from callbacks.media.store import StoreUnavailable
from callbacks.records import search as finding
from callbacks.worker.jobs import transcripts
from callbacks.worker.jobs.transcripts import LEASE, Transcriber
from sla.clock import MovingClock
from tests.acting import supervisor_acts
from tests.callbacks.worker.speech_model import answers
from tests.waiting import FAR

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DESK = read_desk(Path("support.toml"))
SID, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(BEGAN + timedelta(minutes=1))


@pytest.fixture
def machine(database: Database, model: Path, clock: MovingClock) -> Transcriber:
    """A voicemail of Saturday night whose audio is stored, and what transcribes it."""

    def called(session: Session) -> None:
        calls.record_call(
            session,
            calls.Arrival(SID, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"),
            BEGAN,
        )
        recording = calls.Recording(VoicemailState.RECORDED, RECORDING, 8)
        calls.record_voicemail(session, DESK, SID, recording, BEGAN)
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.audio, voicemail.audio_file, voicemail.next_action_at = AudioState.COPIED, f"{RECORDING}.wav", None

    (model / f"{RECORDING}.wav").write_bytes(b"RIFF")
    database.write(called)
    return Transcriber(database, DESK, Folder(model), model, clock)


def shown(database: Database) -> str:
    """Return what the console shows about the voicemail."""

    def work(session: Session) -> str:
        (reference,) = session.scalars(select(Callback.reference))
        found = callback_detail(session, DESK, reference, true(), BEGAN)
        (message,) = found.messages
        assert message.voicemail is not None
        return f"{message.words} {message.voicemail.transcript} {message.transcript_by}"

    return database.read(work)


def is_found(database: Database, words: str) -> bool:
    search = finding.search_from({"words": words})
    return bool(database.read(lambda session: finding.find(session, search, DESK.zone, true()).callbacks))


def test_the_model_gets_the_language_that_the_caller_chose(
    machine: Transcriber, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def transcribe(audio: Path, model: Path, language: str) -> str:
        heard.append(language)
        return "Bonjour"

    monkeypatch.setattr(transcripts, "transcribe", transcribe)
    database.write(lambda session: calls.record_choice(session, SID, BEGAN, EventKind.MENU_FRENCH))
    machine.transcribe_next()
    assert heard == ["fr"]


def test_a_transcript_is_shown_and_found(machine: Transcriber, model: Path, database: Database) -> None:
    answers(model, "The printer is on fire.")
    machine.transcribe_next()
    assert "The printer is on fire. Transcribed by a machine" in shown(database)
    assert is_found(database, "printer fire")


def test_a_voicemail_without_words_is_shown_as_such(machine: Transcriber, model: Path, database: Database) -> None:
    answers(model, "")
    machine.transcribe_next()
    assert "The machine found no words in it." in shown(database)


def test_a_failure_is_shown_and_not_tried_again(machine: Transcriber, model: Path, database: Database) -> None:
    answers(model, "trouble")
    machine.transcribe_next()
    assert "It could not be transcribed." in shown(database)
    answers(model, "Too late.")
    machine.transcribe_next()
    assert not is_found(database, "late")


def test_a_store_that_is_away_is_asked_again(
    machine: Transcriber, model: Path, database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("The object store cannot be used now.")

    answers(model, "The printer is on fire.")
    with monkeypatch.context() as patched:
        patched.setattr(Folder, "as_file", away)
        assert machine.transcribe_next()
    assert not machine.transcribe_next()
    clock.pass_time(LEASE)
    assert machine.transcribe_next()
    assert is_found(database, "printer fire")


def test_a_recording_that_is_not_there_is_not_asked_for_again(
    machine: Transcriber, model: Path, database: Database, clock: MovingClock
) -> None:
    (model / f"{RECORDING}.wav").unlink()
    machine.transcribe_next()
    assert "It could not be transcribed." in shown(database)
    clock.pass_time(LEASE)
    assert not machine.transcribe_next()


def test_what_a_person_wrote_in_the_meantime_stays(
    machine: Transcriber, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heard(*_: object) -> str:
        database.write(
            lambda s: supervisor_acts(
                s, DESK, s.scalars(select(Callback)).one(), WriteTranscript("Fire!"), "sue", BEGAN
            )
        )
        return "Tire."

    monkeypatch.setattr(transcripts, "transcribe", heard)
    machine.transcribe_next()
    assert "Fire! Transcribed by a person." in shown(database)
    assert not is_found(database, "tire")


def test_two_workers_transcribe_it_once_and_a_dead_one_is_replaced(
    machine: Transcriber, database: Database, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    hearing, go_on = threading.Event(), threading.Event()

    def slowly(*_: object) -> str:
        heard.append(threading.current_thread().name)
        hearing.set()
        assert go_on.wait(FAR.total_seconds())
        return threading.current_thread().name

    monkeypatch.setattr(transcripts, "transcribe", slowly)
    first = threading.Thread(target=machine.transcribe_next, name="first")
    assert machine.next_due_at() == BEGAN
    first.start()
    assert hearing.wait(FAR.total_seconds())
    machine.transcribe_next()
    assert (heard, machine.next_due_at()) == (["first"], clock.now() + LEASE)
    clock.move_to(clock.now() + LEASE)
    second = threading.Thread(target=machine.transcribe_next, name="second")
    hearing.clear()
    second.start()
    assert hearing.wait(FAR.total_seconds())
    go_on.set()
    first.join()
    second.join()
    assert heard == ["first", "second"]
    assert machine.next_due_at() is None
    assert is_found(database, "second")
    assert not is_found(database, "first")


def test_older_voicemails_are_left_alone(
    machine: Transcriber, model: Path, database: Database, clock: MovingClock
) -> None:
    answers(model, "Long ago.")
    clock.move_to(BEGAN + timedelta(days=2))
    assert machine.next_due_at() is None
    machine.transcribe_next()
    assert not is_found(database, "long ago")
