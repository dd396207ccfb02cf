"""Deletes the files of mails whose content is deleted: the mail as it came, and its attachments.

That the content is deleted is stored first. A worker that dies in between leaves the names of the files, and the next
one goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db import leases
from callbacks.db.database import Database
from callbacks.db.leases import Claim
from callbacks.db.tables import MailMessage
from callbacks.desk.desk_file import Desk
from callbacks.media.store import MediaStore
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from callbacks.worker.jobs.deletions import LEASE, PAUSES, TOLD_AFTER_TRIES
from sla.clock import Clock

log = structlog.get_logger(__name__)

NOT_DELETED = Words(
    "the files of a deleted mail cannot be deleted. Check the media folder or the object store, "
    "and what the service may do there.",
    "les fichiers d'un courriel supprimé ne peuvent pas être supprimés. Vérifiez le dossier média ou le stockage "
    "d'objets, et ses permissions.",
)


@dataclass(frozen=True)
class DueFiles:
    """The files of a mail, to be deleted."""

    claim: Claim[MailMessage]
    names: Sequence[str]


class MailFileDeleter:
    """Deletes the files of mails, one mail at a time."""

    def __init__(self, database: Database, desk: Desk, media: MediaStore, clock: Clock) -> None:
        self._database, self._desk, self._media, self._clock = database, desk, media, clock

    def next_due_at(self) -> datetime | None:
        """Return when the files of the next mail are to be deleted."""
        earliest = select(func.min(MailMessage.next_action_at))
        return self._database.read(lambda session: session.scalar(earliest))

    def delete_next(self) -> bool:
        """Delete the files of the next mail that is due. Return whether there was one."""
        due = self._database.write(self._claim)
        if due is None:
            return False
        try:
            remove_mail_files(self._media, due.names)
        except OSError as failure:
            cause = str(failure)
            self._database.write(lambda session: self._failed(session, due, cause))
        else:
            self._database.write(lambda session: self._deleted(session, due))
        return True

    def _claim(self, session: Session) -> DueFiles | None:
        now = self._clock.now()
        due = select(MailMessage).where(MailMessage.next_action_at <= now).order_by(MailMessage.next_action_at)
        for mail in leases.claim(session, MailMessage, due, LEASE, now):
            names = (mail.file, *(attachment.file for attachment in mail.attachments))
            return DueFiles(leases.claim_on(mail), [name for name in names if name is not None])
        return None

    def _deleted(self, session: Session, due: DueFiles) -> None:
        mail = leases.held(session, due.claim)
        if mail is None:
            return
        mail.file, mail.next_action_at = None, None
        for attachment in mail.attachments:
            attachment.file = None

    def _failed(self, session: Session, due: DueFiles, cause: str) -> None:
        mail = leases.held(session, due.claim)
        if mail is None:
            return
        now = self._clock.now()
        mail.tries += 1
        mail.next_action_at = now + PAUSES.after(mail.tries)
        if mail.tries == TOLD_AFTER_TRIES:
            log.error("the files of a mail could not be deleted", mail=mail.id, cause=cause)
            alert_supervisors(session, self._desk, "files of mails are not deleted", NOT_DELETED, now, daily=True)


def remove_mail_files(media: MediaStore, names: Sequence[str]) -> None:
    """Remove files from the media store, and what a worker that died may have left of them."""
    for name in names:
        media.remove(name)
