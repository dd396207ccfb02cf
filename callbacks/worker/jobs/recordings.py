"""Copies voicemails into our own storage, checks them, and keeps asking until they are there.

The job is open and people are paged long before: audio is never waited for.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import Voicemail
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Carrier
from callbacks.records.event_log import record_event
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=15)
TOLD_AFTER_TRIES = 8


@dataclass(frozen=True)
class Wanted:
    voicemail_id: int
    recording_sid: str
    token: int


class AudioCopier:
    """Brings recordings home."""

    def __init__(self, database: Database, carrier: Carrier, media_dir: Path, clock: Clock) -> None:
        self._database, self._carrier, self._media_dir, self._clock = database, carrier, media_dir, clock

    def claim(self, limit: int) -> list[Wanted]:
        now = self._clock.now()

        def work(session: Session) -> list[Wanted]:
            due = (
                select(Voicemail)
                .where(Voicemail.audio == AudioState.WANTED, Voicemail.next_action_at <= now)
                .order_by(Voicemail.next_action_at)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            claims = []
            for voicemail in session.scalars(due).all():
                voicemail.token += 1
                voicemail.tries += 1
                voicemail.next_action_at = now + LEASE
                claims.append(Wanted(voicemail.id, voicemail.recording_sid or "", voicemail.token))
            return claims

        return self._database.write(work)

    def copy(self, wanted: Wanted) -> None:
        """Fetch, check and keep one recording; when it cannot be had yet, ask again later."""
        try:
            audio = self._carrier.audio(wanted.recording_sid)
            seconds = wav_seconds(audio)
            name = keep(self._media_dir, wanted.recording_sid, audio)
        except (CarrierError, ValueError, OSError) as fault:
            reason = str(fault)
            self._database.write(lambda session: self._try_later(session, wanted, reason))
            return
        digest = hashlib.sha256(audio).hexdigest()
        self._database.write(lambda session: self._copied(session, wanted, name, digest, seconds))

    def _copied(self, session: Session, wanted: Wanted, name: str, digest: str, seconds: int) -> None:
        voicemail = self._mine(session, wanted)
        if voicemail is None:
            return
        voicemail.audio, voicemail.audio_file, voicemail.audio_sha256 = AudioState.COPIED, name, digest
        voicemail.state, voicemail.next_action_at = VoicemailState.RECORDED, None
        if voicemail.seconds is None:
            voicemail.seconds = seconds
        now, detail = self._clock.now(), f"{voicemail.seconds} seconds"
        record_event(session, voicemail.call_sid, now, Actor.DESK, EventKind.AUDIO_STORED, detail)

    def _try_later(self, session: Session, wanted: Wanted, reason: str) -> None:
        voicemail = self._mine(session, wanted)
        if voicemail is None:
            return
        now = self._clock.now()
        voicemail.next_action_at = now + min(FIRST_PAUSE * 2 ** min(voicemail.tries - 1, 10), LONGEST_PAUSE)
        if voicemail.tries == TOLD_AFTER_TRIES:
            log.error("a recording cannot be copied", recording=wanted.recording_sid, cause=reason)
            record_event(
                session, voicemail.call_sid, now, Actor.DESK, EventKind.AUDIO_DELAYED, f"{reason} It is tried again."
            )

    def _mine(self, session: Session, wanted: Wanted) -> Voicemail | None:
        voicemail = session.get(Voicemail, wanted.voicemail_id, with_for_update={"of": Voicemail})
        return voicemail if voicemail is not None and voicemail.token == wanted.token else None


def wav_seconds(audio: bytes) -> int:
    """Check that this is a whole WAV file and give its length. Raises ValueError.

    Read by hand: the standard library's reader refuses the mu-law that a carrier may send.
    """
    if len(audio) < 44 or audio[:4] != b"RIFF" or audio[8:12] != b"WAVE":
        raise ValueError("What was fetched is no WAV file.")
    position, bytes_a_second = 12, 0
    while position + 8 <= len(audio):
        kind, size = audio[position : position + 4], struct.unpack_from("<I", audio, position + 4)[0]
        if kind == b"fmt " and position + 20 <= len(audio):
            bytes_a_second = struct.unpack_from("<I", audio, position + 16)[0]
        if kind == b"data":
            if position + 8 + size > len(audio):
                raise ValueError("The WAV file is cut short.")
            return round(size / bytes_a_second) if bytes_a_second else 0
        position += 8 + size + size % 2
    raise ValueError("The WAV file holds no sound.")


def keep(media_dir: Path, recording_sid: str, audio: bytes) -> str:
    """Write a recording so that it is there whole or not at all, and give its file name."""
    if not re.fullmatch(r"RE[0-9A-Za-z]{1,62}", recording_sid):
        raise ValueError(f"{recording_sid!r} is no recording's SID.")
    media_dir.mkdir(parents=True, exist_ok=True)
    name = f"{recording_sid}.wav"
    unfinished = media_dir / f".{name}.{os.getpid()}"
    with unfinished.open("wb") as file:
        file.write(audio)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(media_dir / name)
    return name
