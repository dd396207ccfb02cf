"""The whole service with a user of each role, and clients that log in to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.cli.context import UNDER_A_MOVING_CLOCK, Compose, Service
from callbacks.customers import store
from callbacks.customers.contacts import Contact
from callbacks.customers.details import Details
from callbacks.db.states import AudioState, ContactKind, MailKind, VoicemailState
from callbacks.db.tables import Callback, JoinedContact, Mail, MailAttachment, MailMessage, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.people import technicians, users
from callbacks.settings import Settings
from ivr.rehearsal.audio import tone
from sla.clock import MovingClock

BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"


def service_on(
    compose: Compose, database_url: str, folder: Path, *, smtp_url: str = "", mail_from: str = ""
) -> Iterator[Service]:
    """The whole service, with a user of each role and one open callback with a message."""
    settings = Settings(
        public_url="https://desk.test",
        account_sid="AC" + "0" * 32,
        auth_token="t" * 32,
        sender="+18005550100",
        secret_key="x" * 64,
        database_url=database_url,
        media_dir=folder,
        smtp_url=smtp_url,
        mail_from=mail_from,
    )
    desk = read_desk(Path("support.toml"))
    service = compose(settings, desk, MovingClock(BEGAN), limits=UNDER_A_MOVING_CLOCK)

    def seed(session: Session) -> None:
        technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        for role in users.ROLES:
            technician = "Amy Roy" if role == "technician" else ""
            users.add_user(session, f"{role}@example.com", role, PASSWORD, BEGAN, technician)
        details = Details("Joe Dow", "Bex", products=("modusMail",))
        store.add_customer(session, details, [Contact(ContactKind.PHONE, "+15145550177")], BEGAN)
        calls.record_call(
            session,
            calls.Arrival("CA1", "direct", "+15145550199", "en", False, "at night", "TN-Validation-Passed-A"),
            BEGAN,
        )
        recording = calls.Recording(VoicemailState.RECORDED, "RE" + "2" * 32, 8)
        calls.record_voicemail(session, desk, "CA1", recording, BEGAN)
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.audio, voicemail.audio_file = AudioState.COPIED, "RE.wav"
        (folder / "RE.wav").write_bytes(tone(1))
        _writes(session)
        (folder / "ML1-1").write_bytes(b"a log")

    service.database.write(seed)
    yield service
    service.close()


def _writes(session: Session) -> None:
    """The customer writes about the open callback, and attaches a file."""
    callback = session.scalars(select(Callback)).unique().one()
    session.add(Mail(sid="ML1", line="", mailbox="support", caller="bob@acme.example", began_at=BEGAN, is_open=False))
    session.flush()
    session.add(JoinedContact(contact_sid="ML1", callback_id=callback.id, joined_at=BEGAN))
    mail = MailMessage(mailbox="support", digest="1", received_at=BEGAN, size=9, contact_sid="ML1")
    mail.sender, mail.kind, mail.words = "bob@acme.example", MailKind.MESSAGE, "See the log."
    mail.attachments = [
        MailAttachment(name="a.log", media_type="text/plain", size=5, file="ML1-1", sha256="0", note="")
    ]
    session.add(mail)


def client_of(service: Service, role: str | None) -> FlaskClient:
    client = service.web.test_client()
    if role is not None:
        assert post(client, "/login", {"email": f"{role}@example.com", "password": PASSWORD}).status_code == 302
    return client


def post(client: FlaskClient, path: str, fields: dict[str, str]) -> TestResponse:
    token = re.search(r'name="token" value="([^"]+)"', client.get("/login").text)
    assert token is not None
    return client.post(path, data={"token": token[1], **fields})


def reference(service: Service) -> str:
    return service.database.read(lambda session: session.scalars(select(Callback.reference)).one())
