"""Writes down what messages say, as a machine hears it, to be read beside the player and found by.

Callback, pages and player wait for none of it, and what a person wrote down is never written over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, TranscribedBy
from callbacks.db.tables import Call, Callback, Voicemail
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
    """A message to be written down; who holds the token writes."""

    voicemail_id: int
    audio_file: str
    language: str
    token: int


class Transcription:
    """Has a machine hear the messages."""

    def __init__(self, database: Database, media_dir: Path, model: Path | None, clock: Clock) -> None:
        self._database, self._media_dir, self._model, self._clock = database, media_dir, model, clock

    @property
    def is_on(self) -> bool:
        return self._model is not None

    def write_down(self) -> None:
        """Write down every message that waits, the oldest first."""
        while self._model is not None and (unheard := self._database.write(self._claim)) is not None:
            self._hear(unheard, self._model)

    def _hear(self, unheard: Unheard, model: Path) -> None:
        try:
            words, by = words_in(self._media_dir / unheard.audio_file, model, unheard.language), TranscribedBy.MACHINE
        except NotHeard as fault:
            log.warning("a message was not written down", voicemail=unheard.voicemail_id, cause=str(fault))
            words, by = str(fault), TranscribedBy.NOBODY
        self._database.write(lambda session: self._keep(session, unheard, words[:LONGEST], by))

    def _claim(self, session: Session) -> Unheard | None:
        now = self._clock.now()
        is_unheard = (Voicemail.audio == AudioState.COPIED) & (Voicemail.transcribed_by == TranscribedBy.NOT_YET)
        is_free = Voicemail.next_action_at.is_(None) | (Voicemail.next_action_at <= now)
        waiting = (
            select(Voicemail, Call.language)
            .join(Call, Call.sid == Voicemail.call_sid)
            .where(Call.began_at > now - LOOKS_BACK, is_unheard, is_free)
            .order_by(Call.began_at)
            .limit(1)
            .with_for_update(of=Voicemail, skip_locked=True)
        )
        found = session.execute(waiting).first()
        if found is None:
            return None
        voicemail, language = found
        voicemail.token += 1
        voicemail.next_action_at = now + LEASE
        return Unheard(voicemail.id, voicemail.audio_file or "", language, voicemail.token)

    def _keep(self, session: Session, unheard: Unheard, words: str, by: TranscribedBy) -> None:
        voicemail = session.get_one(Voicemail, unheard.voicemail_id, with_for_update={"of": Voicemail})
        if voicemail.token != unheard.token or voicemail.transcribed_by is not TranscribedBy.NOT_YET:
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
        callback = session.scalar(select(Callback).where(Callback.call_sid == voicemail.call_sid))
        if callback is not None:
            index_words(session, callback, words)
