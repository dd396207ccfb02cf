"""Removes stored files that belong to nothing: a process died after it had stored them, and before their row was.

Most of them find their row at the next try. What has none a day later is removed, so that no message is kept of which
nobody knows. Files that are not named as ours are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import chain, islice

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import GONE
from callbacks.db.tables import MailAttachment, MailMessage, Voicemail
from callbacks.desk.desk_file import Desk
from callbacks.media.store import MediaStore
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from sla.clock import Clock

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=6)
FOUND_AFTER = timedelta(days=1)
# More at once are no accident: another desk uses the same store, or the database is an older copy.
MOST_AT_ONCE = 20
BATCH = 500
RECORDING = re.compile(r"(RE[0-9a-f]{32})\.wav")
OF_A_MAIL = re.compile(r".+-[0-9a-f]{64}(\.eml|-[0-9]+\.attachment)")


class OrphanRemover:
    """Removes the files that belong to no call and no mail."""

    def __init__(self, database: Database, media: MediaStore, desk: Desk, clock: Clock) -> None:
        self._database, self._media, self._desk, self._clock = database, media, desk, clock

    def run(self) -> None:
        """Remove the orphans of yesterday and before, or alert the supervisors if there are too many."""
        try:
            orphans = list(self._orphans())
            if len(orphans) > MOST_AT_ONCE:
                self._alert(len(orphans))
                return
            still_old = set(self._orphans()) if orphans else set()
            for name in orphans:  # one may have been received again in the meantime, with or without its row yet
                if name in still_old and self._without_row([name]):
                    self._media.remove(name)
                    log.warning("a stored file that belonged to nothing was removed", file=name)
        except OSError as fault:
            log.warning("stored files could not be looked through", cause=str(fault))

    def _orphans(self) -> Iterator[str]:
        before = self._clock.now() - FOUND_AFTER
        stored = chain(self._media.files(), self._media.unfinished())
        old = (each.name for each in stored if each.stored_at <= before and is_ours(each.name))
        while some := list(islice(old, BATCH)):
            yield from self._without_row(some)

    def _without_row(self, names: Sequence[str]) -> list[str]:
        kept = self._database.read(lambda session: _with_row(session, names))
        return [name for name in names if name not in kept]

    def _alert(self, count: int) -> None:
        now, words = self._clock.now(), too_many(count)
        log.error("many stored files belong to nothing, so none was removed", count=count)
        self._database.write(
            lambda session: alert_supervisors(session, self._desk, "files of nobody", words, now, daily=True)
        )


def is_ours(name: str) -> bool:
    """Return whether a file has the name of a recording, a mail or an attachment."""
    return bool(RECORDING.fullmatch(name) or OF_A_MAIL.fullmatch(name))


def _with_row(session: Session, names: Sequence[str]) -> set[str]:
    """Return those of these names that belong to a call or a mail."""
    found = set[str]()
    for column in (Voicemail.audio_file, MailMessage.file, MailAttachment.file):
        found.update(name for name in session.scalars(select(column).where(column.in_(names))) if name is not None)
    recordings = [match[1] for name in names if (match := RECORDING.fullmatch(name))]
    expected = select(Voicemail.recording_sid).where(
        Voicemail.recording_sid.in_(recordings), Voicemail.audio.not_in(GONE)
    )
    return found | {f"{sid}.wav" for sid in session.scalars(expected)}


def too_many(count: int) -> Words:
    return Words(
        f"{count} stored files belong to no call and no mail, so none was removed. Check that no other desk uses this "
        "media folder or object store, and that the database is not an older copy.",
        f"{count} fichiers stockés n'appartiennent à aucun appel ni courriel; aucun n'a été supprimé. Vérifiez "
        "qu'aucun autre service n'utilise ce stockage et que la base de données n'est pas une vieille copie.",
    )
