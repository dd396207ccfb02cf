"""Recordings are copied when the carrier has them, tried again when it does not, and given up in the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.console.callbacks.screen import callback_detail
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AudioState, PageKind, VoicemailState
from callbacks.db.tables import Callback, Event, Page, Technician, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.errors import CarrierError
from callbacks.inbound import calls
from callbacks.media.folder import Folder
from callbacks.media.store import MediaStore
from callbacks.oncall import store
from callbacks.paging.channels.twilio import Carrier
from callbacks.people import technicians
from callbacks.settings import Settings
from callbacks.worker.jobs.recordings import LEASE, LOST_AFTER_TRIES, PAUSES, RecordingCopier, is_lost, wav_seconds
from ivr.rehearsal.audio import tone
from sla.clock import MovingClock
from tests.acting import resolves
from tests.object_store import ObjectStoreServer, store_in

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
DESK = read_desk(Path("support.toml"))
SID, RECORDING = "CA" + "1" * 32, "RE" + "1" * 32

DENIED = CarrierError("The recording is not there yet (HTTP 404).", code=404)
BROKEN = CarrierError("The recording is not there yet (HTTP 503).", code=503)
NEVER = CarrierError("'../etc' is no recording's SID.", permanent=True)


class Shelf(Carrier):
    """A carrier with one recording: each request returns the audio, or raises `trouble`."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.trouble: CarrierError | OSError | None = None
        self.requests: list[str] = []

    def audio(self, recording_sid: str) -> bytes:
        self.requests.append(recording_sid)
        if self.trouble is not None:
            raise self.trouble
        return tone(8)


class Desk:
    """A desk with a voicemail of Saturday night, whose recording is at the carrier."""

    def __init__(self, database: Database, media: MediaStore) -> None:
        self.database, self.clock, self.shelf = database, MovingClock(BEGAN), Shelf()
        self.copier = RecordingCopier(database, self.shelf, DESK, media, self.clock)
        database.write(self._called)

    def _called(self, session: Session) -> None:
        for name, number, layer in (("Amy Roy", "01", "primary"), ("Sue Tran", "04", "supervisor")):
            row = technicians.add_technician(session, name, f"+151455501{number}", BEGAN, verified=True)
            store.add_shift(session, DESK, row, layer, None, None, BEGAN)
        calls.record_call(
            session,
            calls.Arrival(SID, "direct", "+15145550199", "en", False, "closed", "TN-Validation-Passed-A"),
            BEGAN,
        )
        calls.record_voicemail(session, DESK, SID, calls.Recording(VoicemailState.RECORDED, RECORDING, 8), BEGAN)

    def passes(self, span: timedelta) -> None:
        """Let time pass, and copy whenever a try is due."""
        until = self.clock.now() + span
        while (due_at := self.copier.next_due_at()) is not None and due_at <= until:
            self.clock.move_to(max(due_at, self.clock.now()))
            for due in self.copier.claim(8):
                self.copier.copy(due)
        self.clock.move_to(until)

    @property
    def voicemail(self) -> Voicemail:
        return self.database.read(lambda session: session.scalars(select(Voicemail)).one())

    def audio(self) -> AudioState:
        return self.voicemail.audio

    def alerts(self) -> list[str]:
        """Return the texts to the supervisor."""
        query = select(Page.words).join(Technician).where(Page.kind == PageKind.ALARM, Technician.name == "Sue Tran")
        return self.database.read(lambda session: list(session.scalars(query)))

    def events(self, kind: EventKind) -> list[str]:
        query = select(Event.detail).where(Event.kind == kind)
        return self.database.read(lambda session: list(session.scalars(query)))

    def shown(self) -> str:
        """Return what the console shows about the voicemail."""

        def work(session: Session) -> str:
            (reference,) = session.scalars(select(Callback.reference))
            return callback_detail(session, DESK, reference, true(), self.clock.now()).messages[0].words

        return self.database.read(work)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, Folder(tmp_path / "media"))


def test_a_recording_is_copied_whole(desk: Desk, tmp_path: Path) -> None:
    desk.passes(timedelta(seconds=1))
    voicemail = desk.voicemail
    assert (voicemail.audio, voicemail.audio_file) == (AudioState.COPIED, f"{RECORDING}.wav")
    assert (tmp_path / "media" / f"{RECORDING}.wav").read_bytes() == tone(8)
    assert desk.events(EventKind.AUDIO_STORED) == ["8 seconds"]


@pytest.mark.parametrize("trouble", [DENIED, NEVER])
def test_what_the_carrier_denies_for_six_hours_is_lost_and_alerts_once(desk: Desk, trouble: CarrierError) -> None:
    desk.shelf.trouble = trouble
    desk.passes(timedelta(hours=5, minutes=59))
    assert (desk.voicemail.audio, desk.alerts()) == (AudioState.WANTED, [])
    desk.passes(timedelta(minutes=20))
    assert (desk.voicemail.audio, desk.voicemail.next_action_at) == (AudioState.LOST, None)
    (line,) = desk.events(EventKind.AUDIO_LOST)
    assert "cannot be heard" in line
    asked = len(desk.shelf.requests)
    desk.passes(timedelta(days=2))  # it is not asked for again
    assert len(desk.shelf.requests) == asked
    (alert,) = desk.alerts()
    assert "is lost" in alert
    assert "Call this customer" in alert
    assert "cannot be heard. Call this customer." in desk.shown()


def test_a_fresh_recording_that_is_denied_for_some_seconds_is_copied(desk: Desk) -> None:
    desk.shelf.trouble = DENIED
    desk.passes(timedelta(seconds=20))
    desk.shelf.trouble = None
    desk.passes(timedelta(minutes=1))
    assert (desk.voicemail.audio, desk.voicemail.missing_since) == (AudioState.COPIED, None)


@pytest.mark.parametrize("trouble", [BROKEN, OSError("No space left on device")])
def test_an_outage_of_half_a_day_loses_nothing(desk: Desk, trouble: CarrierError | OSError) -> None:
    desk.shelf.trouble = trouble
    desk.passes(timedelta(hours=12))
    assert desk.audio() == AudioState.WANTED
    desk.shelf.trouble = None
    desk.passes(timedelta(minutes=15))
    assert desk.audio() == AudioState.COPIED
    alerts = desk.alerts()
    if trouble is BROKEN:
        assert alerts == []
    else:  # the trouble is here, so somebody is told, once
        (alert,) = alerts
        assert "recordings cannot be stored" in alert


def test_what_cannot_be_fetched_for_a_week_is_lost_in_the_end(desk: Desk) -> None:
    def nearly_a_week_has_passed(session: Session) -> None:
        session.scalars(select(Voicemail)).one().tries = LOST_AFTER_TRIES - 2

    desk.database.write(nearly_a_week_has_passed)
    desk.shelf.trouble = BROKEN
    desk.passes(timedelta(minutes=1))
    assert desk.audio() == AudioState.WANTED
    desk.passes(timedelta(minutes=15))
    assert desk.audio() == AudioState.LOST
    (alert,) = desk.alerts()
    assert "HTTP 503" in alert


@pytest.mark.parametrize(
    ("denied_for", "tries", "expected"),
    [
        (None, 1, False),
        (None, LOST_AFTER_TRIES - 1, False),
        (None, LOST_AFTER_TRIES, True),
        (timedelta(0), 1, False),
        (timedelta(hours=5, minutes=59), 30, False),
        (timedelta(hours=6), 30, True),
        (timedelta(days=2), 2, True),  # the worker was away between two denials
    ],
)
def test_when_a_recording_is_given_up(denied_for: timedelta | None, tries: int, expected: bool) -> None:
    missing_since = BEGAN - denied_for if denied_for is not None else None
    assert is_lost(missing_since, tries, BEGAN) is expected


def test_the_tries_before_it_is_given_up_take_a_week() -> None:
    pauses = (PAUSES.after(tries) for tries in range(1, LOST_AFTER_TRIES))
    assert timedelta(days=7) <= sum(pauses, timedelta(0)) <= timedelta(days=7, hours=3)


def test_denials_count_only_when_nothing_else_came_between(desk: Desk) -> None:
    for _ in range(4):
        desk.shelf.trouble = DENIED
        desk.passes(timedelta(hours=5))
        desk.shelf.trouble = BROKEN
        desk.passes(timedelta(minutes=16))
    assert desk.audio() == AudioState.WANTED


def test_a_worker_that_was_down_for_weeks_gives_up_nothing_at_its_first_try(desk: Desk) -> None:
    desk.clock.move_to(BEGAN + timedelta(days=30))
    desk.shelf.trouble = BROKEN
    desk.passes(timedelta(seconds=1))
    desk.shelf.trouble = DENIED
    desk.passes(timedelta(minutes=30))
    assert desk.audio() == AudioState.WANTED


def test_the_alert_about_a_closed_callback_asks_nobody_to_call(desk: Desk) -> None:
    def resolve(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technicians.technician_named(session, "Amy Roy")
        resolves(session, DESK, callback, amy, BEGAN)

    desk.database.write(resolve)
    desk.shelf.trouble = DENIED
    desk.passes(timedelta(hours=6, minutes=30))
    (alert,) = desk.alerts()
    assert "is lost" in alert
    assert "Call this customer" not in alert


@pytest.mark.parametrize("known", [VoicemailState.EXPECTED, VoicemailState.RECORDED])
def test_a_recording_that_the_carrier_confirms_later_is_tried_again(desk: Desk, known: VoicemailState) -> None:
    def said_before(session: Session) -> None:
        session.scalars(select(Voicemail)).one().state = known

    desk.database.write(said_before)
    desk.shelf.trouble = DENIED
    desk.passes(timedelta(hours=6, minutes=30))
    desk.shelf.trouble = None
    news = calls.Recording(VoicemailState.RECORDED, RECORDING, 8)
    desk.database.write(lambda session: calls.record_voicemail(session, DESK, SID, news, desk.clock.now()))
    desk.passes(timedelta(seconds=1))
    assert desk.audio() == AudioState.COPIED


def test_a_worker_that_dies_between_storing_and_recording_it_loses_nothing(
    database: Database, object_store: ObjectStoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = object_store.new_bucket()
    desk = Desk(database, store_in(bucket))
    with monkeypatch.context() as patched:
        patched.setattr(RecordingCopier, "_copied", dies)
        for due in desk.copier.claim(1):
            with pytest.raises(Killed):
                desk.copier.copy(due)
    assert (desk.audio(), list(object_store.kept(bucket).values())) == (AudioState.WANTED, [tone(8)])
    desk.passes(LEASE)
    assert (desk.audio(), list(object_store.kept(bucket).values())) == (AudioState.COPIED, [tone(8)])
    assert desk.events(EventKind.AUDIO_STORED) == ["8 seconds"]


def dies(*_: object) -> None:
    raise Killed


class Killed(BaseException):
    """The process is gone: nothing after this line runs."""


def test_a_copier_that_froze_past_its_lease_changes_nothing(desk: Desk) -> None:
    (frozen,) = desk.copier.claim(1)
    assert desk.copier.claim(1) == []
    desk.clock.pass_time(LEASE + timedelta(seconds=1))
    (taken_over,) = desk.copier.claim(1)
    desk.shelf.trouble = DENIED
    desk.copier.copy(frozen)
    assert (desk.voicemail.tries, desk.voicemail.missing_since) == (0, None)
    desk.shelf.trouble = None
    desk.copier.copy(taken_over)
    assert desk.audio() == AudioState.COPIED


@pytest.mark.parametrize("audio", [b"", b"<html>not here</html>" * 9, tone(1)[:-10], tone(1)[:44]])
def test_anything_but_a_complete_wav_file_is_refused(audio: bytes) -> None:
    with pytest.raises(ValueError, match="WAV"):
        wav_seconds(audio)
