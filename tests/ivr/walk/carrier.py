"""The carrier's side of a walk: signed requests to the whole service, whose database can be put back and taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlencode, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from callbacks.db.sqlite import sqlite
from callbacks.db.states import AudioState, CallbackState
from callbacks.db.tables import Call, Callback, Contact, JoinedContact, Voicemail
from ivr.rehearsal.scenario import Scenario
from ivr.twilio.context import DatabaseUnavailable, WebhookContext
from tests.ivr.twilio.signing import sign

CALL = "CA" + "1" * 32
# What decides how a call goes on: columns that matter, or all but those that do not.
STATE = {
    "contacts": "",
    "callbacks": "state owner_id",
    "voicemails": "audio",
}
WITHOUT_MEANING = {"sid", "key_pressed", "webhooks_missed", "promised_at", "ended_at", "caller", "hours_reason"}
IS_OPEN = Callback.state == CallbackState.OPEN
INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")


@dataclass
class Carrier:
    """One call to a desk, as the carrier has it."""

    scenario: Scenario
    monkeypatch: pytest.MonkeyPatch
    caller: str
    line: str
    more: Mapping[str, str] = field(default_factory=dict)  # further fields of each request

    def __post_init__(self) -> None:
        service = self.scenario.service
        self._web = service.web.test_client()
        self._file = service.settings.database_url.removeprefix("sqlite:///")
        self._live = sqlite.connect(self._file, isolation_level=None)
        self._live.execute("PRAGMA synchronous=OFF")
        self._holds: sqlite.Connection | None = None  # the copy that the database is equal to
        self._is_away = False

    def close(self) -> None:
        self._live.close()

    @property
    def public_url(self) -> str:
        return self.scenario.service.settings.public_url

    # The call

    def posts(self, url: str, fields: Mapping[str, str]) -> TestResponse:
        """Request one of our URLs in the caller's call, or in another that the fields name."""
        service = self.scenario.service
        values = {
            "AccountSid": service.settings.account_sid,
            "CallSid": CALL,
            "From": self.caller,
            "To": service.desk.lines[self.line].number,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "ApiVersion": "2010-04-01",
            **self.more,
            **fields,
        }
        where = urlsplit(url)
        self._holds = self._holds if self._is_away else None
        return self._web.post(
            where.path, query_string=where.query, data=urlencode(values), base_url=self.public_url,
            headers={"X-Twilio-Signature": sign(url, MultiDict(values), service.settings.auth_token)},
            content_type="application/x-www-form-urlencoded",
        )  # fmt: skip

    def reports_the_end(self) -> TestResponse:
        now = format_datetime(self.scenario.clock.now())
        fields = {"CallStatus": "completed", "Timestamp": now, "CallDuration": "30"}
        return self.posts(f"{self.public_url}/voice/status", fields)

    # The database

    @contextmanager
    def away(self) -> Iterator[None]:
        """The database does not answer."""

        def unavailable(*_: object) -> None:
            raise DatabaseUnavailable("it is away")

        with self.monkeypatch.context() as patch:
            patch.setattr(WebhookContext, "write", unavailable)
            self._is_away = True
            yield
            self._is_away = False

    def snapshot(self) -> sqlite.Connection:
        """Return a copy of the database."""
        copy = sqlite.connect(":memory:")
        self._live.backup(copy)
        self._holds = copy
        return copy

    def put_back(self, snapshot: sqlite.Connection, at: datetime) -> None:
        """Make the database what it was, and the clock."""
        if self._holds is not snapshot:
            snapshot.backup(self._live)
            self._holds = snapshot
        self.scenario.clock.move_to(at)

    def state(self) -> str:
        """Return what the database holds of the call, to know a state that was met before."""
        found = []
        for table, columns in STATE.items():
            named = ", ".join(columns.split()) or "*"
            rows = self._live.execute(f"SELECT {named} FROM {table} ORDER BY 1")
            names = [column[0] for column in rows.description]
            found += [(table, *(_meaning(*pair) for pair in zip(names, row, strict=True))) for row in rows]
        return repr(found)

    def message_is_copied(self) -> None:
        """The worker has copied the message from the carrier."""

        def copied(session: Session) -> None:
            for voicemail in session.scalars(select(Voicemail).where(Voicemail.call_sid == CALL)):
                voicemail.audio, voicemail.next_action_at = AudioState.COPIED, None

        self._holds = None
        self.scenario.service.database.write(copied)

    def call(self) -> Call | None:
        return self.scenario.service.database.read(lambda session: session.get(Call, CALL))

    def is_owed(self, *, by_this_call: bool) -> bool:
        """Return whether somebody will call the caller because of this call, or at all.

        A message in another box is answered by whoever reads that box.
        """

        def owed(session: Session) -> bool:
            call = session.get(Call, CALL)
            if call is not None and call.box:
                return True
            own = select(Callback.id).where(Callback.contact_sid == CALL)
            joined = select(JoinedContact.contact_sid).where(JoinedContact.contact_sid == CALL)
            open_one = select(Callback.id).join(Callback.contact).where(Contact.caller == self.caller, IS_OPEN)
            asked = [own, joined] if by_this_call else [own, joined, open_one]
            return any(session.scalar(query.limit(1)) is not None for query in asked)

        return self.scenario.service.database.read(owed)


def _meaning(name: str, value: object) -> object:
    if name in WITHOUT_MEANING:
        return ""
    return "at" if isinstance(value, str) and INSTANT.match(value) else value
