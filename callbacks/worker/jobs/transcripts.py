"""Writes down what messages say, as a machine hears it, to be read beside the player and found by.

Callback, pages and player wait for none of it, and what a person wrote down is never written over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import Claim
from callbacks.db.states import AudioState, TranscribedBy
from callbacks.db.tables import Call, Voicemail
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.worker.speech import PATIENCE, NotHeard, words_in
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=PATIENCE + 60)
LOOKS_BACK = timedelta(days=1)  # where it is switched on, the archive is not gone through
LONGEST = 4000  # characters


@dataclass(frozen=True)
class Unheard:
    """A message to be written down."""

    claim: Claim[Voicemail]
    audio_file: str
    language: str


class Transcription:
    """Has a machine hear the messages."""

    def __init__(self, database: Database, media_dir: Path, model: Path | None, clock: Clock) -> None:
        self._database, self._media_dir, self._model, self._clock = database, media_dir, model, clock

    def next_due_at(self) -> datetime | None:
        """Return the present instant while messages wait, when transcription is set up."""
        now = self._clock.now()
        if self._model is None or not self._database.read(lambda session: session.scalars(_waiting(now)).first()):
            return None
        return now

    def write_down(self) -> bool:
        """Write down the oldest message that waits, and return whether there was one."""
        unheard = self._database.write(self._claim) if self._model is not None else None
        if unheard is None or self._model is None:
            return False
        self._hear(unheard, self._model)
        return True

    def _hear(self, unheard: Unheard, model: Path) -> None:
        try:
            words, by = words_in(self._media_dir / unheard.audio_file, model, unheard.language), TranscribedBy.MACHINE
        except NotHeard as fault:
            log.warning("a message was not written down", voicemail=unheard.claim.key, cause=str(fault))
            words, by = str(fault), TranscribedBy.NOBODY
        self._database.write(lambda session: self._keep(session, unheard, words[:LONGEST], by))

    def _claim(self, session: Session) -> Unheard | None:
        now = self._clock.now()
        for voicemail in leases.claim(session, Voicemail, _waiting(now), LEASE, now):
            return Unheard(leases.claim_on(voicemail), voicemail.audio_file or "", voicemail.call.language)
        return None

    def _keep(self, session: Session, unheard: Unheard, words: str, by: TranscribedBy) -> None:
        voicemail = leases.held(session, unheard.claim)
        if voicemail is None or voicemail.transcribed_by is not TranscribedBy.NOT_YET:
            return
        voicemail.transcribed_by, voicemail.next_action_at = by, None
        if by is TranscribedBy.NOBODY:
            kind = EventKind.MACHINE_TRANSCRIPTION_FAILED
            record_event(session, voicemail.call_sid, self._clock.now(), Actor.DESK, kind, words)
            return
        voicemail.transcript = words
        record_event(
            session,
            voicemail.call_sid,
            self._clock.now(),
            Actor.DESK,
            EventKind.MACHINE_TRANSCRIBED,
            words or "No words.",
        )
        callback = voicemail.call.callback
        if callback is not None:
            index_words(session, callback, words)


def _waiting(now: datetime) -> Select[Voicemail]:
    """The messages that nobody has written down, the oldest first."""
    is_free = Voicemail.next_action_at.is_(None) | (Voicemail.next_action_at <= now)
    is_unheard = (Voicemail.audio == AudioState.COPIED) & (Voicemail.transcribed_by == TranscribedBy.NOT_YET)
    recent = select(Voicemail).join(Call, Call.sid == Voicemail.call_sid).where(Call.began_at > now - LOOKS_BACK)
    return recent.where(is_unheard, is_free).order_by(Call.began_at)
