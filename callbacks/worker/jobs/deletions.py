"""Deletes recordings that nobody may hear any more: in our own storage, then at the carrier.

That a recording is to be deleted is stored first. A worker that dies in between leaves it so, and the next one goes on:
what is gone already counts as deleted. It is tried until it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import BackOff, Claim
from callbacks.db.states import AudioState
from callbacks.db.tables import Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.media.store import MediaStore
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.twilio import Carrier
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.sids import RECORDING, is_sid
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
PAUSES = BackOff(first=timedelta(minutes=1), longest=timedelta(hours=6))
TOLD_AFTER_TRIES = 8  # some two hours
NOT_DELETED = Words(
    "the carrier does not delete a recording. Delete it in the carrier's console, or check the account.",
    "le fournisseur ne supprime pas un enregistrement. Supprimez-le dans sa console, ou vérifiez le compte.",
)
NOT_REMOVED = Words(
    "our copy of a recording cannot be deleted. Check the media folder or the object store, and what the service may "
    "do there.",
    "notre copie d'un enregistrement ne peut pas être supprimée. Vérifiez le dossier média ou le stockage d'objets, et "
    "ses permissions.",
)


@dataclass(frozen=True)
class DueDeletion:
    """A recording to be deleted."""

    claim: Claim[Voicemail]
    sid: str | None


class RecordingDeleter:
    """Deletes recordings, one at a time."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, media: MediaStore, clock: Clock) -> None:
        self._database, self._carrier, self._desk = database, carrier, desk
        self._media, self._clock = media, clock

    def next_due_at(self) -> datetime | None:
        """Return when the next recording is to be deleted."""
        earliest = select(func.min(Voicemail.next_action_at)).where(Voicemail.audio == AudioState.DELETING)
        return self._database.read(lambda session: session.scalar(earliest))

    def delete_next(self) -> bool:
        """Delete the next recording that is due. Return whether there was one."""
        due = self._database.write(self._claim)
        if due is None:
            return False
        try:
            if due.sid is not None:
                remove_files(self._media, due.sid)
                self._carrier.delete_recording(due.sid)
        except (CarrierError, OSError) as failure:
            why = failure
            self._database.write(lambda session: self._failed(session, due, why))
        else:
            self._database.write(lambda session: self._deleted(session, due))
        return True

    def _claim(self, session: Session) -> DueDeletion | None:
        now = self._clock.now()
        due = select(Voicemail).where(Voicemail.audio == AudioState.DELETING, Voicemail.next_action_at <= now)
        for voicemail in leases.claim(session, Voicemail, due.order_by(Voicemail.next_action_at), LEASE, now):
            return DueDeletion(leases.claim_on(voicemail), voicemail.recording_sid)
        return None

    def _deleted(self, session: Session, due: DueDeletion) -> None:
        voicemail = leases.held(session, due.claim)
        if voicemail is None:
            return
        if voicemail.recording_sid != due.sid:  # the carrier has just named it
            voicemail.next_action_at = self._clock.now()
            return
        voicemail.audio, voicemail.next_action_at = AudioState.DELETED, None
        voicemail.audio_file = voicemail.audio_sha256 = None
        if due.sid is not None:
            record_event(session, voicemail.call_sid, self._clock.now(), Actor.DESK, EventKind.AUDIO_DELETED)

    def _failed(self, session: Session, due: DueDeletion, failure: Exception) -> None:
        voicemail = leases.held(session, due.claim)
        if voicemail is None:
            return
        now = self._clock.now()
        voicemail.tries += 1
        voicemail.next_action_at = now + PAUSES.after(voicemail.tries)
        if voicemail.tries == TOLD_AFTER_TRIES:
            log.error("a recording could not be deleted", recording=due.sid, cause=str(failure))
            words = NOT_REMOVED if isinstance(failure, OSError) else NOT_DELETED
            alert_supervisors(session, self._desk, "recordings are not deleted", words, now, daily=True)


def remove_files(media: MediaStore, recording_sid: str) -> None:
    """Remove the file of a recording, and what a worker that died may have left of it."""
    if is_sid(recording_sid, RECORDING):
        media.remove(f"{recording_sid}.wav")
