"""Each part of what a call holds about its customer goes by itself, wherever it stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.acts.details import AddNote, NameCaller, WriteTranscript
from callbacks.acts.ownership import Take
from callbacks.customers.personal_data import (
    DELETED,
    WITHOUT_CUSTOMER,
    delete_audio,
    delete_person,
    delete_transcript,
    delete_words,
)
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, PageState, TranscribedBy, VoicemailState
from callbacks.db.tables import AuditEntry, Call, Callback, Event, Page, ReceivedText, Technician, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.people import technicians
from callbacks.records import audit_log
from callbacks.records.emptying import EMPTIED
from callbacks.records.event_log import record_event
from callbacks.records.event_seals import highest_event_id, seal_events
from callbacks.records.log_check import check_entries, check_events, check_removals
from callbacks.records.search import Search, find
from tests.acting import resolves, supervisor_acts, technician_acts

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
LATER = BEGAN + timedelta(days=800)
CALLER, SID, RECORDING = "+15145550199", "CA" + "1" * 32, "RE" + "1" * 32
SUE = "sue@example.com"


@pytest.fixture
def desk(database: Database) -> Database:
    """One callback of Marie Tremblay, whose message was written down, resolved by Amy, and sealed."""

    def work(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        store.add_shift(session, DESK, amy, "primary", None, None, BEGAN)
        calls.record_call(
            session, calls.Arrival(SID, "direct", CALLER, "en", False, "closed", "TN-Validation-Passed-A"), BEGAN
        )
        calls.record_voicemail(session, DESK, SID, calls.Recording(VoicemailState.RECORDED, RECORDING, 8), BEGAN)
        callback = session.scalars(select(Callback)).one()
        for act in (
            NameCaller("Marie Tremblay"),
            WriteTranscript("My boiler leaks"),
            AddNote("zebra, call 4385550123"),
        ):
            supervisor_acts(session, DESK, callback, act, SUE, BEGAN)
        audit_log.note(session, BEGAN, SUE, "callback: transcript", {"about": callback.reference, "words": "My boiler"})
        audit_log.note(session, BEGAN, SUE, "callback: note", {"about": callback.reference, "words": "zebra"})
        audit_log.note_listener(session, SID, SUE, BEGAN)
        code = session.scalars(select(Page.code).where(Page.code != "")).first()
        session.add(
            ReceivedText(sid="SM1", sender="+15145550101", at=BEGAN, words=f"{code} Marie is upset", answer="ok")
        )
        session.add(ReceivedText(sid="SM2", sender="+15145550102", at=BEGAN, words="who", answer="nobody"))
        for page in session.scalars(select(Page)):
            page.words, page.state = "Call (514) 555-0199", PageState.SENT
        technician_acts(session, DESK, callback, Take(), amy, BEGAN)
        resolves(session, DESK, callback, amy, BEGAN)
        for page in session.scalars(select(Page)):
            page.state = PageState.SENT
        session.flush()
        seal_events(session, highest_event_id(session), BEGAN)

    database.write(work)
    return database


def everything(database: Database) -> str:
    """Return every word that the database has about the callback."""

    def work(session: Session) -> str:
        rows: list[object] = []
        for call in session.scalars(select(Call)):
            rows += [call.caller, call.caller_name, call.customer_number, call.extension]
        rows += session.scalars(select(Voicemail.transcript)).all()
        rows += session.scalars(select(Event.detail)).all()
        rows += session.scalars(select(Page.words)).all()
        rows += session.scalars(select(ReceivedText.words)).all()
        rows += session.scalars(select(AuditEntry.detail)).all()
        return " | ".join(map(str, rows))

    return database.read(work)


def is_found(database: Database, words: str) -> bool:
    return bool(database.read(lambda session: find(session, Search(words=words), DESK.zone, true()).callbacks))


def is_intact(database: Database) -> bool:
    return not [
        fault for check in (check_entries, check_events, check_removals) for fault in database.read(check).faults
    ]


def test_the_words_go_and_the_person_stays(desk: Database) -> None:
    assert "boiler" in everything(desk)
    assert desk.write(lambda session: delete_words(session, [SID], "desk", LATER)) == 1
    left = everything(desk)
    assert "boiler" not in left
    assert "is upset" not in left
    assert "Call (514)" not in left
    assert ("Marie Tremblay" in left, "zebra" in left, "nobody" not in left) == (True, True, True)
    assert not is_found(desk, "boiler")
    assert (is_found(desk, "5550199"), is_found(desk, "tremblay"), is_found(desk, "zebra")) == (True, True, True)
    assert is_intact(desk)


def test_what_the_customer_texted_goes_with_the_words(desk: Database) -> None:
    def texts(session: Session) -> None:
        record_event(
            session, SID, BEGAN, Actor.CALLER, EventKind.CUSTOMER_TEXTED, '(514) 555-0199: "the cellar floods"'
        )

    desk.write(texts)
    desk.write(lambda session: delete_words(session, [SID], "desk", LATER))
    assert "floods" not in everything(desk)
    assert is_intact(desk)


def test_the_person_goes_everywhere_and_rows_keep_their_shape(desk: Database) -> None:
    def shape(session: Session) -> list[tuple[object, ...]]:
        events = session.execute(select(Event.id, Event.at, Event.actor, Event.kind, Event.step).order_by(Event.id))
        entries = session.execute(select(AuditEntry.id, AuditEntry.who, AuditEntry.what).order_by(AuditEntry.id))
        return [tuple(row) for row in (*events, *entries)]

    before = desk.read(shape)
    assert desk.write(lambda session: delete_person(session, [SID], SUE, LATER)) == 1
    left = everything(desk)
    for word in ("Marie", "Tremblay", "555", "boiler", "zebra", "5550123", "upset"):
        assert word not in left, word
    call = desk.read(lambda session: session.scalars(select(Call)).one())
    assert (call.caller, call.customer_number, call.caller_name, call.person_deleted_at) == (DELETED, None, "", LATER)
    for words in ("5550199", "tremblay", "zebra", "boiler"):
        assert not is_found(desk, words), words
    after = desk.read(shape)
    assert [row for row in before if row not in after] == []
    assert is_intact(desk)
    assert desk.read(check_removals).removed[0].endswith(f"on 2029-02-06 by {SUE}.")


def test_what_the_desk_did_itself_stays_in_the_log(desk: Database) -> None:
    desk.write(lambda session: delete_person(session, [SID], SUE, LATER))
    left = everything(desk)
    assert "Reference " in left
    heard = select(AuditEntry.detail).where(AuditEntry.what == audit_log.HEARD_A_MESSAGE)
    assert [EMPTIED in detail for detail in desk.read(lambda session: session.scalars(heard).all())] == [False]


def test_details_that_may_name_the_customer_are_not_among_those_that_stay() -> None:
    may = {EventKind.NOTE, EventKind.CALLER_NAMED, EventKind.NUMBER_CHANGED, EventKind.CONSENTED, EventKind.TRANSCRIBED,
           EventKind.MACHINE_TRANSCRIBED, EventKind.CANCELLED, EventKind.ATTEMPT, EventKind.OTHER,
           EventKind.CONSENT_REFUSED, EventKind.NUMBER_BLOCKED, EventKind.MANAGER_REQUESTED}  # fmt: skip
    assert not may & WITHOUT_CUSTOMER


def test_nobody_writes_again_what_was_deleted(desk: Database) -> None:
    def work(session: Session) -> TranscribedBy:
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.transcribed_by, voicemail.transcript = TranscribedBy.NOT_YET, ""
        assert not delete_transcript(session, voicemail)
        return voicemail.transcribed_by

    assert desk.write(work) is TranscribedBy.DELETED


def test_a_recording_is_claimed_away_from_whoever_copies_it(desk: Database) -> None:
    def work(session: Session) -> tuple[AudioState, int, int, bool]:
        voicemail = session.scalars(select(Voicemail)).one()
        token = voicemail.token
        assert delete_audio(session, voicemail, LATER)
        return voicemail.audio, token, voicemail.token, delete_audio(session, voicemail, LATER)

    state, before, after, again = desk.write(work)
    assert (state, after, again) == (AudioState.DELETING, before + 1, False)


def test_somebody_elses_call_keeps_everything(desk: Database) -> None:
    def other(session: Session) -> None:
        calls.record_call(
            session,
            calls.Arrival("CA2", "direct", "+15145550177", "en", False, "closed", "TN-Validation-Passed-A"),
            BEGAN,
        )
        assert session.scalars(select(Technician)).one().phone == "+15145550101"

    desk.write(other)
    desk.write(lambda session: delete_person(session, [SID], SUE, LATER))
    assert "+15145550177" in everything(desk)
    assert desk.read(lambda session: session.scalars(select(Technician.phone)).one()) == "+15145550101"
