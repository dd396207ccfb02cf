"""The console alone, with a few users and one callback."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.console.blueprint import register_console
from callbacks.console.context import ConsoleContext
from callbacks.db.database import Database
from callbacks.db.states import AudioState, VoicemailState
from callbacks.db.tables import AuditEntry, Callback, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.links import Links
from callbacks.media.folder import Folder
from callbacks.oncall import store
from callbacks.paging.escalate import take_next_step
from callbacks.people import technicians, users
from callbacks.records import audit_log
from ivr.rehearsal.audio import tone
from sla.clock import MovingClock

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
RECORDING = "RE" + "2" * 32


@dataclass
class Console:
    """The console, with Ada the administrator, Sue the supervisor, Amy the technician, Rita who only reads, and a
    callback of somebody called <script>.
    """

    database: Database
    folder: Path
    clock: MovingClock = field(default_factory=lambda: MovingClock(BEGAN + timedelta(minutes=2)))
    demo: bool = False
    public_url: str = "https://desk.test"

    def __post_init__(self) -> None:
        self.media = self.folder / "media"
        self.media.mkdir()
        self.links = Links("x" * 32, self.public_url, self.clock)
        self.web = Flask("console", static_folder=None)
        self.web.secret_key = "x" * 32
        register_console(
            self.web,
            ConsoleContext(self.database, DESK, self.clock, self.links, Folder(self.media), self.public_url, self.demo),
        )
        self.client = self.web.test_client()
        self.database.write(self._seed)

    def _seed(self, session: Session) -> None:
        for name, role in (("ada", "administrator"), ("sue", "supervisor"), ("rita", "reader")):
            users.add_user(session, f"{name}@example.com", role, PASSWORD, BEGAN)
        for name, number in (("Amy Roy", "+15145550101"), ("Ben Cole", "+15145550102")):
            row = technicians.add_technician(session, name, number, BEGAN, verified=True)
            store.add_shift(session, DESK, row, "primary" if name == "Amy Roy" else "backup", None, None, BEGAN)
        users.add_user(session, "amy@example.com", "technician", PASSWORD, BEGAN, "Amy Roy")
        arrival = calls.Arrival(
            "CA1", "direct", "<script>alert(1)</script>", "en", False, "outside support hours", "TN-Validation-Passed-A"
        )
        calls.record_call(session, arrival, BEGAN)
        calls.record_voicemail(session, DESK, "CA1", calls.Recording(VoicemailState.RECORDED, RECORDING, 8), BEGAN)
        voicemail = session.scalars(select(Voicemail)).one()
        voicemail.audio, voicemail.audio_file = AudioState.COPIED, f"{RECORDING}.wav"
        (self.media / f"{RECORDING}.wav").write_bytes(tone(1))

    @property
    def reference(self) -> str:
        return self.database.read(lambda session: session.scalars(select(Callback.reference)).one())

    @property
    def callback(self) -> Callback:
        return self.database.read(lambda session: session.scalars(select(Callback)).one())

    def logs_in(self, email: str, password: str = PASSWORD, client: FlaskClient | None = None) -> TestResponse:
        return self.posts("/login", {"email": email, "password": password}, client)

    def posts(self, path: str, fields: dict[str, str], client: FlaskClient | None = None) -> TestResponse:
        client = client or self.client
        page = client.get("/login").text
        found = re.search(r'name="token" value="([^"]+)"', page)
        assert found is not None
        return client.post(path, data={"token": found[1], **fields})

    def seen_from(self, address: str, client: FlaskClient | None = None) -> FlaskClient:
        """Return a browser, a new one by default, that connects from another address."""
        client = client or self.web.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        return client

    def follows(self, response: TestResponse) -> str:
        """Return the screen that a response redirects to."""
        return self.client.get(response.headers["Location"]).text

    def reads(self, path: str) -> str:
        """Return the words on a screen, without the markup."""
        address = path.format(reference=self.reference) if "{" in path else path
        content = self.client.get(address).text
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", content)).split())

    def takes_next_step(self, after: timedelta) -> None:
        """Take the next step of the escalation, so long after the call began."""
        self.database.write(
            lambda session: take_next_step(session, DESK, session.scalars(select(Callback)).one(), BEGAN + after)
        )

    def audit_details(self, what: str) -> list[str]:
        query = select(AuditEntry).where(AuditEntry.what == what).order_by(AuditEntry.id)
        found = self.database.read(lambda session: session.scalars(query).all())
        return [", ".join(audit_log.details_of(entry).values()) for entry in found]

    def audit_entries(self) -> list[tuple[str, str]]:
        found = self.database.read(lambda session: session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all())
        return [(entry.who, entry.what) for entry in found]
