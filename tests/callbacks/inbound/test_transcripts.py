"""What a machine heard is stored once, beside what a person wrote and never over it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import delete_audio
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import TranscribedBy, Urgency, VoicemailState
from callbacks.db.tables import Event, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.inbound.transcripts import record_carrier_transcript, record_transcript

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DESK = read_desk(Path("support.toml"))
SID, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32


@pytest.fixture
def desk(database: Database) -> Database:
    def called(session: Session) -> None:
        calls.record_call(
            session,
            calls.Arrival(SID, "direct", "+15145550199", "fr", False, "closed", "TN-Validation-Passed-A"),
            BEGAN,
        )
        calls.record_voicemail(session, DESK, SID, calls.Recording(VoicemailState.RECORDED, RECORDING, 8), BEGAN)

    database.write(called)
    return database


def hears(database: Database, words: str, sid: str = SID, recording: str = RECORDING) -> None:
    database.write(lambda session: record_carrier_transcript(session, DESK, sid, recording, words, BEGAN))


def voicemail(database: Database) -> Voicemail:
    return database.read(lambda session: session.scalars(select(Voicemail)).one())


def logged(database: Database) -> list[tuple[str, str]]:
    query = select(Event).where(Event.kind == EventKind.MACHINE_TRANSCRIBED)
    return database.read(lambda session: [(event.actor, event.detail) for event in session.scalars(query)])


def test_it_is_stored_with_its_gist_and_the_guess_in_the_callers_language(desk: Database) -> None:
    words = "Bonjour, ici Luc. Tout est en panne depuis midi. Merci."

    def work(session: Session) -> None:
        record_transcript(session, DESK, session.scalars(select(Voicemail)).one(), words, Actor.DESK, BEGAN)

    desk.write(work)
    found = voicemail(desk)
    assert (found.transcript, found.gist) == (words, "Tout est en panne depuis midi.")
    assert (found.guessed_urgency, found.transcribed_by) == (Urgency.DOWN, TranscribedBy.MACHINE)


def test_the_carrier_is_believed_once(desk: Database) -> None:
    hears(desk, "The boiler leaks")
    hears(desk, "Something else")
    assert voicemail(desk).transcript == "The boiler leaks"
    assert logged(desk) == [(Actor.CARRIER, "The boiler leaks")]


@pytest.mark.parametrize("by", [TranscribedBy.PERSON, TranscribedBy.DELETED])
def test_what_a_person_wrote_or_deleted_stays_so(desk: Database, by: TranscribedBy) -> None:
    def work(session: Session) -> None:
        session.scalars(select(Voicemail)).one().transcribed_by = by

    desk.write(work)
    hears(desk, "The boiler leaks")
    assert voicemail(desk).transcript == ""


def test_nothing_is_stored_of_a_message_that_was_deleted(desk: Database) -> None:
    desk.write(lambda session: delete_audio(session, session.scalars(select(Voicemail)).one(), BEGAN))
    hears(desk, "The boiler leaks")
    assert voicemail(desk).transcript == ""


@pytest.mark.parametrize(("sid", "recording"), [("CA9", RECORDING), (SID, "RE9")])
def test_a_call_or_a_recording_that_is_not_on_record_is_ignored(desk: Database, sid: str, recording: str) -> None:
    hears(desk, "The boiler leaks", sid, recording)
    assert voicemail(desk).transcript == ""
