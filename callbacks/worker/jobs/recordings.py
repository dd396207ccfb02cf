"""Copies voicemails into our own storage, checks them, and keeps asking until they are there.

The job is open and people are paged long before: audio is never waited for.
"""

from __future__ import annotations

import hashlib
import os
import re
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.leases import BackOff, Claim
from callbacks.db.tables import Voicemail
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Carrier
from callbacks.records.event_log import tell
from callbacks.worker.senders import Senders
from sla.clock import Clock

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=30)
PAUSES = BackOff(first=timedelta(seconds=5), longest=timedelta(minutes=15))
TOLD_AFTER_TRIES = 8


@dataclass(frozen=True)
class DueRecording:
    """A recording to be copied."""

    claim: Claim[Voicemail]
    sid: str


class RecordingCopier:
    """Copies recordings from the carrier into our own storage."""

    def __init__(self, database: Database, carrier: Carrier, media_dir: Path, clock: Clock) -> None:
        self._database, self._carrier, self._media_dir, self._clock = database, carrier, media_dir, clock

    def next_due_at(self) -> datetime | None:
        """Return when the next recording is to be asked for."""
        earliest = select(func.min(Voicemail.next_action_at)).where(Voicemail.audio == "wanted")
        return self._database.read(lambda session: session.scalar(earliest))

    def start(self, senders: Senders) -> bool:
        """Start to copy what is due, as many as there are senders left. Return whether there may be more."""
        free = senders.free
        if free < 0:
            return False
        claims = self.claim(max(free, 1))  # one may wait for a sender: pages must not keep recordings from their turn
        senders.start(self.copy, claims)
        return len(claims) == free > 0

    def claim(self, limit: int) -> list[DueRecording]:
        """Claim up to `limit` recordings that are due."""
        now = self._clock.now()
        due = (
            select(Voicemail)
            .where(Voicemail.audio == "wanted", Voicemail.next_action_at <= now)
            .order_by(Voicemail.next_action_at)
        )

        def work(session: Session) -> list[DueRecording]:
            claimed = leases.claim(session, Voicemail, due, LEASE, now, limit)
            return [DueRecording(leases.claim_on(row), row.recording_sid or "") for row in claimed]

        return self._database.write(work)

    def copy(self, due: DueRecording) -> None:
        """Fetch, check and keep one recording; when it cannot be had yet, ask again later."""
        try:
            audio = self._carrier.audio(due.sid)
            seconds = wav_seconds(audio)
            name = keep(self._media_dir, due.sid, audio)
        except (CarrierError, ValueError, OSError) as fault:
            reason = str(fault)
            self._database.write(lambda session: self._try_later(session, due, reason))
            return
        digest = hashlib.sha256(audio).hexdigest()
        self._database.write(lambda session: self._copied(session, due, name, digest, seconds))

    def _copied(self, session: Session, due: DueRecording, name: str, digest: str, seconds: int) -> None:
        voicemail = leases.held(session, due.claim)
        if voicemail is None:
            return
        voicemail.tries += 1
        voicemail.audio, voicemail.audio_file, voicemail.audio_sha256 = "copied", name, digest
        voicemail.state, voicemail.next_action_at = "recorded", None
        if voicemail.seconds is None:
            voicemail.seconds = seconds
        tell(session, voicemail.call_sid, self._clock.now(), "desk", "audio kept", f"{voicemail.seconds} seconds")

    def _try_later(self, session: Session, due: DueRecording, reason: str) -> None:
        voicemail = leases.held(session, due.claim)
        if voicemail is None:
            return
        now = self._clock.now()
        voicemail.tries += 1
        voicemail.next_action_at = now + PAUSES.after(voicemail.tries)
        if voicemail.tries == TOLD_AFTER_TRIES:
            log.error("a recording cannot be copied", recording=due.sid, cause=reason)
            tell(session, voicemail.call_sid, now, "desk", "audio not kept yet", f"{reason} It is tried again.")


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
