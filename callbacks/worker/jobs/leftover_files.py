"""Deletes the files of recordings and mails that belong to none: their worker died before it stored the rest.

Such a recording or mail is usually offered again, and its files are written again. This is for the others. Only names
that the desk gives are deleted, so a file that somebody else puts into the media folder stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import GONE
from callbacks.db.tables import MailAttachment, MailMessage, Voicemail
from callbacks.private_files import remove_private_file
from callbacks.text.sids import RECORDING, is_sid
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(days=1)
OLDER_THAN = timedelta(days=1)  # far longer than it takes to store a mail
AT_ONCE = 500  # names in one query
_OF_MAILS = re.compile(r"[a-z][a-z0-9-]*-[0-9a-f]{64}(?:\.eml|-[0-9]+\.attachment)")
_UNFINISHED = re.compile(r"\.(?P<name>.+)\.[0-9]+")


class LeftoverFiles:
    """Deletes files of recordings and mails that belong to none."""

    def __init__(self, database: Database, media_dir: Path, clock: Clock) -> None:
        self._database, self._media_dir, self._clock = database, media_dir, clock

    def run(self) -> None:
        """Delete those that are older than a day."""
        if not self._media_dir.is_dir():
            return
        old = sorted({name_in(file.name) for file in self._media_dir.iterdir() if self._is_old(file)} - {""})
        batches = [old[start : start + AT_ONCE] for start in range(0, len(old), AT_ONCE)]
        count = sum(self._delete(name) for some in batches for name in self._unknown(some))
        if count:
            log.warning("files that belong to no recording and no mail were deleted", count=count)

    def _unknown(self, names: Sequence[str]) -> Sequence[str]:
        return self._database.read(lambda session: unknown_of(session, names))

    def _is_old(self, file: Path) -> bool:
        try:
            written_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
        except OSError:  # it is gone
            return False
        return self._clock.now() - written_at > OLDER_THAN

    def _delete(self, name: str) -> bool:
        file = self._media_dir / name
        if file.exists() and not self._is_old(file):  # its mail was offered again meanwhile
            return False
        try:
            remove_private_file(self._media_dir, name)
        except OSError:
            log.exception("a file that belongs to no recording and no mail could not be deleted", file=name)
            return False
        return True


def name_in(file: str) -> str:
    """Return the name that a recording or mail has for a file, also for an unfinished one; "" if it is not ours."""
    unfinished = _UNFINISHED.fullmatch(file)
    name = unfinished["name"] if unfinished is not None else file
    is_recording = name.endswith(".wav") and is_sid(name.removesuffix(".wav"), RECORDING)
    return name if is_recording or _OF_MAILS.fullmatch(name) is not None else ""


def unknown_of(session: Session, names: Sequence[str]) -> Sequence[str]:
    """Return the names that no recording and no mail has, or will have."""
    recordings = [name.removesuffix(".wav") for name in names if name.endswith(".wav")]
    wanted = select(Voicemail.recording_sid).where(
        Voicemail.recording_sid.in_(recordings), Voicemail.audio.not_in(GONE)
    )
    known = {f"{sid}.wav" for sid in session.scalars(wanted)}
    known.update(_files(session.scalars(select(MailMessage.file).where(MailMessage.file.in_(names)))))
    known.update(_files(session.scalars(select(MailAttachment.file).where(MailAttachment.file.in_(names)))))
    return [name for name in names if name not in known]


def _files(found: Iterable[str | None]) -> Iterator[str]:
    return (each for each in found if each is not None)
