"""Copies recordings from the carrier into our own storage, and checks them.

Callbacks are opened and people are paged without waiting for the audio.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.leases import BackOff, Claim
from callbacks.db.states import GONE, AudioState, CallbackState, VoicemailState
from callbacks.db.tables import Callback, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.media.store import MediaStore
from callbacks.paging.alerts import alert_supervisors
from callbacks.paging.channels.twilio import Carrier
from callbacks.records.contacts_of_callback import callback_about
from callbacks.records.event_log import record_event
from callbacks.text.bilingual import Words
from callbacks.text.sids import RECORDING, is_sid
from callbacks.worker.jobs.deletions import remove_files
from callbacks.worker.senders import Senders
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # longer than a slow carrier and a slow object store take together
PAUSES = BackOff(first=timedelta(seconds=5), longest=timedelta(minutes=15))
LOGGED_AFTER_TRIES = 8
# The carrier may answer "not found" for a new recording for some seconds, and for hours during an incident. Six hours
# of nothing but "not found" are final.
DENIALS = (404, 410)  # HTTP
LOST_AFTER_DENIALS = timedelta(hours=6)
# Any other failure (no connection, an error of the carrier, a full disk) does not mean that the recording is gone. It
# is tried for a week: outages and long weekends are shorter. Tries are counted instead of days, so that a worker that
# was down for weeks does not give up at its first try.
LOST_AFTER_TRIES = 680


@dataclass(frozen=True)
class DueRecording:
    """A recording to be copied."""

    claim: Claim[Voicemail]
    sid: str


def is_lost(missing_since: datetime | None, tries: int, now: datetime) -> bool:
    """Return whether to give up a recording, denied each time since an instant (if at all), after so many tries."""
    is_denied_for_good = missing_since is not None and now - missing_since >= LOST_AFTER_DENIALS
    return is_denied_for_good or tries >= LOST_AFTER_TRIES


class RecordingCopier:
    """Copies recordings from the carrier into our own storage."""

    def __init__(self, database: Database, carrier: Carrier, desk: Desk, media: MediaStore, clock: Clock) -> None:
        self._database, self._carrier, self._desk = database, carrier, desk
        self._media, self._clock = media, clock

    def next_due_at(self) -> datetime | None:
        """Return when the next recording is to be asked for."""
        earliest = select(func.min(Voicemail.next_action_at)).where(Voicemail.audio == AudioState.WANTED)
        return self._database.read(lambda session: session.scalar(earliest))

    def start(self, senders: Senders) -> bool:
        """Start to copy what is due, as many as there are senders left. Return whether there may be more."""
        free = senders.free
        if free < 0:
            return False
        claims = self.claim(max(free, 1))  # one may wait for a sender, so that pages cannot crowd out recordings
        senders.start(self.copy, claims)
        return len(claims) == free > 0

    def claim(self, limit: int) -> list[DueRecording]:
        """Claim up to `limit` recordings that are due."""
        now = self._clock.now()
        due = (
            select(Voicemail)
            .where(Voicemail.audio == AudioState.WANTED, Voicemail.next_action_at <= now)
            .order_by(Voicemail.next_action_at)
        )

        def work(session: Session) -> list[DueRecording]:
            claimed = leases.claim(session, Voicemail, due, LEASE, now, limit)
            return [DueRecording(leases.claim_on(row), row.recording_sid or "") for row in claimed]

        return self._database.write(work)

    def copy(self, due: DueRecording) -> None:
        """Fetch, check and store one recording. If that fails, try again later or give it up."""
        try:
            audio = self._carrier.audio(due.sid)
            seconds = wav_seconds(audio)
            name = store_audio(self._media, due.sid, audio)
        except (CarrierError, ValueError, OSError) as error:
            failure = error
            self._database.write(lambda session: self._failed(session, due, failure))
            return
        digest = hashlib.sha256(audio).hexdigest()
        if not self._database.write(lambda session: self._copied(session, due, name, digest, seconds)):
            remove_files(self._media, due.sid)

    def _copied(self, session: Session, due: DueRecording, name: str, digest: str, seconds: int) -> bool:
        """Record that it is stored. Return False if somebody had it deleted meanwhile."""
        voicemail = leases.held(session, due.claim)
        if voicemail is None:
            found = session.get(Voicemail, due.claim.key, populate_existing=True)
            return found is None or found.audio not in GONE
        voicemail.tries += 1
        voicemail.audio, voicemail.audio_file, voicemail.audio_sha256 = AudioState.COPIED, name, digest
        voicemail.state, voicemail.next_action_at, voicemail.missing_since = VoicemailState.RECORDED, None, None
        if voicemail.seconds is None:
            voicemail.seconds = seconds
        now, detail = self._clock.now(), f"{voicemail.seconds} seconds"
        record_event(session, voicemail.call_sid, now, Actor.DESK, EventKind.AUDIO_STORED, detail)
        return True

    def _failed(self, session: Session, due: DueRecording, failure: Exception) -> None:
        voicemail = leases.held(session, due.claim)
        if voicemail is None:
            return
        now = self._clock.now()
        voicemail.tries += 1
        voicemail.missing_since = (voicemail.missing_since or now) if _is_denial(failure) else None
        if is_lost(voicemail.missing_since, voicemail.tries, now):
            self._give_up(session, voicemail, failure, now)
            return
        voicemail.next_action_at = now + PAUSES.after(voicemail.tries)
        if voicemail.tries == LOGGED_AFTER_TRIES:
            log.error("a recording could not be copied", recording=due.sid, cause=str(failure))
            detail = f"{failure} It is tried again."
            record_event(session, voicemail.call_sid, now, Actor.DESK, EventKind.AUDIO_DELAYED, detail)
            if isinstance(failure, OSError):
                alert_supervisors(session, self._desk, "recordings are not stored", NOT_STORED, now, daily=True)

    def _give_up(self, session: Session, voicemail: Voicemail, failure: Exception, now: datetime) -> None:
        log.error("a recording is lost", recording=voicemail.recording_sid, cause=str(failure))
        voicemail.audio, voicemail.next_action_at = AudioState.LOST, None
        why = DENIED if voicemail.missing_since else _not_for_a_week(failure)
        detail = f"The message cannot be heard. {why.english}"
        record_event(session, voicemail.call_sid, now, Actor.DESK, EventKind.AUDIO_LOST, detail)
        callback = callback_about(session, voicemail.call_sid)
        words = _alert(callback, why) if callback is not None else Words(detail, detail)
        alert_supervisors(session, self._desk, f"recording lost {voicemail.recording_sid}", words, now)


NOT_STORED = Words(
    "recordings cannot be stored, so they cannot be heard. The carrier keeps them, and it is tried again. Check the "
    "media folder or the object store.",
    "les enregistrements ne peuvent pas être stockés et sont impossibles à écouter. Le fournisseur les conserve et on "
    "réessaie. Vérifiez le dossier média ou le stockage d'objets.",
)
DENIED = Words("The carrier no longer has it.", "Le fournisseur ne l'a plus.")


def _not_for_a_week(failure: Exception) -> Words:
    return Words(
        f"It could not be fetched for a week. {failure}",
        f"Impossible de le récupérer depuis une semaine. {getattr(failure, 'french', failure)}",
    )


def _is_denial(failure: Exception) -> bool:
    return isinstance(failure, CarrierError) and (failure.permanent or failure.code in DENIALS)


def _alert(callback: Callback, why: Words) -> Words:
    english = f"the message of {callback.reference} is lost and cannot be heard. {why.english}"
    french = f"le message de {callback.reference} est perdu: impossible de l'écouter. {why.french}"
    if callback.state is CallbackState.OPEN:
        return Words(f"{english} Call this customer.", f"{french} Appelez ce client.")
    return Words(english, french)


def wav_seconds(audio: bytes) -> int:
    """Return the length of a complete WAV file in seconds. Raise ValueError for anything else.

    The standard library's `wave` refuses mu-law, which a carrier may send.
    """
    if len(audio) < 44 or audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        raise ValueError("This is not a WAV file.")
    position, bytes_a_second = 12, 0
    while position + 8 <= len(audio):
        kind, size = audio[position : position + 4], struct.unpack_from("<I", audio, position + 4)[0]
        if kind == b"fmt " and position + 20 <= len(audio):
            bytes_a_second = struct.unpack_from("<I", audio, position + 16)[0]
        if kind == b"data":
            if position + 8 + size > len(audio):
                raise ValueError("The WAV file is incomplete.")
            return round(size / bytes_a_second) if bytes_a_second else 0
        position += 8 + size + size % 2
    raise ValueError("The WAV file has no audio.")


def store_audio(media: MediaStore, recording_sid: str, audio: bytes) -> str:
    """Write a recording to its file, all of it or nothing. Return the file name. Raise ValueError for a bad SID."""
    if not is_sid(recording_sid, RECORDING):
        raise ValueError(f"{recording_sid!r} is not a recording's SID.")
    name = f"{recording_sid}.wav"
    media.write(name, audio)
    return name
