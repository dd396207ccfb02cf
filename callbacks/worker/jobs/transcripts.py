"""Transcribes voicemails by machine, to be read beside the player and found by search.

Nothing waits for a transcript, and one that a person wrote is never overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import Claim
from callbacks.db.states import AudioState, TranscribedBy
from callbacks.db.tables import Call, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.inbound.transcripts import LONGEST, lock_callback_about, record_transcript
from callbacks.media.store import MediaStore, StoreUnavailable
from callbacks.records.event_log import record_event
from callbacks.worker.speech import TIME_LIMIT, TranscriptionFailed, transcribe
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = TIME_LIMIT + timedelta(minutes=1)
LOOKS_BACK = timedelta(days=1)  # when transcription is switched on, older voicemails are left alone
IS_UNTRANSCRIBED = (Voicemail.audio == AudioState.COPIED) & (Voicemail.transcribed_by == TranscribedBy.NOT_YET)


@dataclass(frozen=True)
class DueTranscript:
    """A voicemail to be transcribed."""

    claim: Claim[Voicemail]
    call_sid: str
    audio_file: str
    language: str


class Transcriber:
    """Transcribes voicemails, one at a time."""

    def __init__(self, database: Database, desk: Desk, media: MediaStore, model: Path | None, clock: Clock) -> None:
        self._database, self._desk, self._media, self._clock = database, desk, media, clock
        self._model = model if desk.transcript.by == "model" else None

    def next_due_at(self) -> datetime | None:
        """Return when the next voicemail is to be transcribed, or None if there is none or no model is set up."""
        if self._model is None:
            return None
        due_at = func.coalesce(Voicemail.next_action_at, Call.began_at)
        earliest = select(func.min(due_at)).join(Call, Call.sid == Voicemail.call_sid)
        waiting = earliest.where(IS_UNTRANSCRIBED, Call.began_at > self._clock.now() - LOOKS_BACK)
        return self._database.read(lambda session: session.scalar(waiting))

    def transcribe_next(self) -> bool:
        """Transcribe the oldest voicemail that waits. Return whether there was one."""
        due = self._database.write(self._claim) if self._model is not None else None
        if due is None or self._model is None:
            return False
        self._transcribe(due, self._model)
        return True

    def _transcribe(self, due: DueTranscript, model: Path) -> None:
        try:
            with self._media.as_file(due.audio_file) as audio:
                words = transcribe(audio, model, due.language)[:LONGEST]
        except StoreUnavailable as fault:  # it is tried again when its lease has run out
            log.warning("a voicemail could not be read to be transcribed", voicemail=due.claim.key, cause=str(fault))
        except (TranscriptionFailed, FileNotFoundError) as fault:
            log.warning("a voicemail could not be transcribed", voicemail=due.claim.key, cause=str(fault))
            cause = str(fault)[:LONGEST]
            self._database.write(lambda session: self._record_failure(session, due, cause))
        else:
            self._database.write(lambda session: self._record_words(session, due, words))

    def _claim(self, session: Session) -> DueTranscript | None:
        now = self._clock.now()
        for voicemail in leases.claim(session, Voicemail, _waiting(now), LEASE, now):
            call = voicemail.call
            return DueTranscript(leases.claim_on(voicemail), call.sid, voicemail.audio_file or "", call.language)
        return None

    def _record_words(self, session: Session, due: DueTranscript, words: str) -> None:
        lock_callback_about(session, due.call_sid)
        voicemail = _held(session, due)
        if voicemail is None:
            return
        voicemail.next_action_at = None
        record_transcript(session, self._desk, voicemail, words, Actor.DESK, self._clock.now())

    def _record_failure(self, session: Session, due: DueTranscript, cause: str) -> None:
        voicemail = _held(session, due)
        if voicemail is None:
            return
        voicemail.transcribed_by, voicemail.next_action_at = TranscribedBy.NOBODY, None
        self._log(session, voicemail, EventKind.MACHINE_TRANSCRIPTION_FAILED, cause)

    def _log(self, session: Session, voicemail: Voicemail, kind: EventKind, detail: str) -> None:
        record_event(session, voicemail.call_sid, self._clock.now(), Actor.DESK, kind, detail)


def _held(session: Session, due: DueTranscript) -> Voicemail | None:
    """Return the claimed voicemail, or None if another worker or a person has transcribed it since."""
    voicemail = leases.held(session, due.claim)
    return voicemail if voicemail is not None and voicemail.transcribed_by is TranscribedBy.NOT_YET else None


def _waiting(now: datetime) -> Select[Voicemail]:
    """Select the voicemails that have no transcript yet, the oldest first."""
    is_free = Voicemail.next_action_at.is_(None) | (Voicemail.next_action_at <= now)
    recent = select(Voicemail).join(Call, Call.sid == Voicemail.call_sid).where(Call.began_at > now - LOOKS_BACK)
    return recent.where(IS_UNTRANSCRIBED, is_free).order_by(Call.began_at)
