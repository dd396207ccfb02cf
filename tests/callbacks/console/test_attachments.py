"""Attachments of mails are downloads, for those who may see the callback, and it is recorded who opened one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import delete_content
from callbacks.db.states import CallbackState, MailKind
from callbacks.db.tables import AuditEntry, Callback, JoinedContact, Mail, MailAttachment, MailMessage
from callbacks.records.audit_log import OPENED_AN_ATTACHMENT
from tests.callbacks.console.console import BEGAN, Console

BOB = "bob@acme.example"
HTML = b"<script>alert(1)</script>"


@pytest.fixture
def mail(console: Console) -> Console:
    """A customer has written about the callback, with a page and a file that was refused."""
    (console.media / "ML1-1").write_bytes(HTML)

    def work(session: Session) -> None:
        callback = session.scalars(select(Callback)).unique().one()
        session.add(Mail(sid="ML1", line="", mailbox="support", caller=BOB, began_at=BEGAN, is_open=False))
        session.flush()
        session.add(JoinedContact(contact_sid="ML1", callback_id=callback.id, joined_at=BEGAN))
        row = MailMessage(mailbox="support", digest="1", received_at=BEGAN, sender=BOB, size=9, contact_sid="ML1")
        row.kind, row.subject, row.words, row.quoted = MailKind.MESSAGE, "Help", "It <b>stopped</b>.", "> Earlier"
        row.note = "An image was left out."
        row.attachments = [
            MailAttachment(name="page.html", media_type="text/html", size=25, file="ML1-1", sha256="0", note=""),
            MailAttachment(name="run.exe", media_type="x", size=9, file=None, sha256="0", note="Programs are refused."),
            MailAttachment(name="up", media_type="x", size=9, file="../support.toml", sha256="0", note=""),
        ]
        session.add(row)

    console.database.write(work)
    return console


def opened(console: Console) -> list[str]:
    query = select(AuditEntry.who).where(AuditEntry.what == OPENED_AN_ATTACHMENT)
    return console.database.read(lambda session: list(session.scalars(query)))


def test_it_is_a_download_that_no_browser_shows(mail: Console) -> None:
    mail.logs_in("sue@example.com")
    answer = mail.client.get("/attachments/1")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, HTML, "application/octet-stream")
    assert answer.headers["Content-Disposition"] == "attachment; filename=page.html"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert opened(mail) == ["sue@example.com"]


@pytest.mark.parametrize("attachment", [2, 3, 99])
def test_what_was_refused_or_is_elsewhere_or_unknown_is_not_there(mail: Console, attachment: int) -> None:
    mail.logs_in("sue@example.com")
    assert mail.client.get(f"/attachments/{attachment}").status_code == 404


def test_a_technician_sees_those_of_callbacks_that_they_see(mail: Console) -> None:
    mail.logs_in("amy@example.com")
    assert mail.client.get("/attachments/1").status_code == 200
    closed = update(Callback).values(state=CallbackState.RESOLVED, closed_at=BEGAN + timedelta(hours=1))
    mail.database.write(lambda session: session.execute(closed.values(next_action_at=None)))
    assert mail.client.get("/attachments/1").status_code == 404


def test_the_timeline_has_the_mail_folded_and_escaped_with_its_files(mail: Console) -> None:
    mail.logs_in("sue@example.com")
    page = mail.client.get(f"/callbacks/{mail.reference}").text
    assert "A mail: &#34;Help&#34;. Its words are in the timeline." in page
    assert "Split off the mail of" in page
    assert "It &lt;b&gt;stopped&lt;/b&gt;." in page
    assert "&gt; Earlier" in page
    assert "An image was left out." in page
    assert '<a href="/attachments/1">page.html</a>' in page
    assert "run.exe <small>(1 KB) Programs are refused." in page
    assert "/attachments/2" not in page


def test_of_a_mail_whose_content_is_deleted_nothing_can_be_opened(mail: Console) -> None:
    mail.logs_in("sue@example.com")
    mail.database.write(lambda session: delete_content(session.scalars(select(MailMessage)).one(), BEGAN))
    assert mail.client.get("/attachments/1").status_code == 404
