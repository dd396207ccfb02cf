"""The attachments of mails. Who opens one is recorded. A browser stores it and never shows it: it may be anything."""

from __future__ import annotations

import io
from datetime import datetime

from flask import Response, abort, send_file
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.console.stored_files import not_served_when_away
from callbacks.db.tables import Callback, JoinedContact, MailAttachment, MailMessage
from callbacks.records import audit_log


def attachment_of(
    session: Session, attachment_id: int, which: ColumnElement[bool], who: str, now: datetime
) -> MailAttachment:
    """Return an attachment of a mail about one of the callbacks `which` match, and record who opens it.

    Abort with 404 when there is none.
    """
    joined = select(JoinedContact.callback_id).where(JoinedContact.contact_sid == MailMessage.contact_sid)
    about = (Callback.contact_sid == MailMessage.contact_sid) | Callback.id.in_(joined)
    query = select(MailAttachment, Callback.reference).join(MailMessage, MailMessage.id == MailAttachment.mail_id)
    is_kept = (MailAttachment.id == attachment_id) & MailMessage.content_deleted_at.is_(None)
    found = session.execute(query.join(Callback, about).where(is_kept, which).limit(1)).first()
    if found is None or found[0].file is None:
        abort(404)
    attachment: MailAttachment = found[0]
    audit_log.note(session, now, who, audit_log.OPENED_AN_ATTACHMENT, {"callback": found[1], "file": attachment.name})
    return attachment


def attachment_response(attachment: MailAttachment) -> Response:
    """Return an attachment as a download, whatever it says it is. Abort with 404 when its file is not there."""
    with not_served_when_away():
        content = current().media.read(attachment.file or "")
    response = send_file(
        io.BytesIO(content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=attachment.name or "attachment",
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response
