"""The console: who gets in, who may do what, and that what callers say stays text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from callbacks.acts.attempts import record_attempt
from callbacks.acts.promises import SetPriority, WaitForCustomer
from callbacks.console.access import ConsoleParts
from callbacks.console.blueprint import console_blueprint, media_blueprint
from callbacks.db.database import UNHURRIED, Database
from callbacks.db.states import AudioState, CallbackState, Channel, PriorityLevel, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, User, Voicemail
from callbacks.desk.desk_file import read_desk
from callbacks.errors import WrongState
from callbacks.inbound import calls
from callbacks.links import Links
from callbacks.oncall import store
from callbacks.people import technicians, users
from callbacks.people.person import Way
from ivr.rehearsal.audio import tone
from sla.clock import MovingClock
from tests.acting import supervisor_acts

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
PASSWORD = "correct horse battery"
RECORDING = "RE" + "2" * 32


@dataclass
class Console:
    """The console, with Sue the supervisor, Rita who may only read, and a callback of somebody called <script>."""

    database: Database
    folder: Path
    clock: MovingClock = field(default_factory=lambda: MovingClock(BEGAN + timedelta(minutes=2)))
    demo: bool = False

    def __post_init__(self) -> None:
        self.media = self.folder / "media"
        self.media.mkdir()
        self.links = Links("x" * 32, "https://desk.test", self.clock)
        parts = ConsoleParts(self.database, DESK, self.clock, self.media, "https://desk.test", self.demo)
        web = Flask("console", static_folder=None)
        web.secret_key = "x" * 32
        web.register_blueprint(media_blueprint(parts, self.links))
        web.register_blueprint(console_blueprint(parts))
        self.web, self.client = web, web.test_client()
        self.database.write(self._seed)

    def _seed(self, session: Session) -> None:
        for email, role in (("sue@example.com", "supervisor"), ("rita@example.com", "reader")):
            users.add_user(session, email, role, PASSWORD, BEGAN)
        for name, number in (("Amy Roy", "+15145550101"), ("Ben Cole", "+15145550102")):
            row = technicians.add_technician(session, name, number, BEGAN, verified=True)
            store.add_shift(session, DESK, row, "primary" if name == "Amy Roy" else "backup", None, None, BEGAN)
        arrival = calls.Arrival("CA1", "direct", "<script>alert(1)</script>", "en", False, "outside support hours")
        calls.call_arrives(session, arrival, BEGAN)
        calls.voicemail_said(session, DESK, "CA1", calls.Recording(VoicemailState.RECORDED, RECORDING, 8), BEGAN)
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


@pytest.fixture
def console(sqlite_url: str, tmp_path: Path) -> Iterator[Console]:
    database = Database(sqlite_url, UNHURRIED)
    yield Console(database, tmp_path)
    database.close()


def test_a_supervisor_gives_notes_and_resolves(console: Console) -> None:
    console.logs_in("sue@example.com")
    base = f"/callbacks/{console.reference}"
    refused = console.client.get(base) and console.posts(f"{base}/resolve", {})
    assert refused.status_code == 302
    assert "Nobody has it yet" in console.client.get(base).text
    console.posts(f"{base}/give", {"technician": "Amy Roy"})
    console.posts(f"{base}/note", {"words": "<b>rang twice</b>"})
    page = console.client.get(base).text
    assert "Amy Roy" in page
    assert "&lt;b&gt;rang twice&lt;/b&gt;" in page
    console.posts(f"{base}/resolve", {})
    assert console.callback.state == CallbackState.RESOLVED


def test_what_a_caller_calls_himself_stays_text(console: Console) -> None:
    console.logs_in("sue@example.com")
    for path in ("/", "/calls", "/callbacks/{reference}"):
        page = console.client.get(path.format(reference=console.reference)).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


def test_every_page_forbids_what_it_does_not_need(console: Console) -> None:
    for path in ("/login", "/", "/callbacks/XX-000", "/nowhere"):
        headers = console.client.get(path).headers
        if path != "/nowhere":
            assert "default-src 'none'" in headers["Content-Security-Policy"]
            assert "unsafe" not in headers["Content-Security-Policy"]
            assert headers["Cache-Control"] == "no-store"


def test_the_wrong_password_and_the_wrong_name_get_the_same_answer(console: Console) -> None:
    answers = [console.logs_in("sue@example.com", "wrong"), console.logs_in("nobody@example.com", "wrong")]
    assert {answer.status_code for answer in answers} == {401}
    assert all("do not belong together" in answer.text for answer in answers)


def test_five_wrong_passwords_lock_the_account_for_a_while(console: Console) -> None:
    for _ in range(5):
        console.logs_in("sue@example.com", "wrong")
    assert console.logs_in("sue@example.com").status_code == 401
    console.clock.pass_time(timedelta(minutes=6))
    assert console.logs_in("sue@example.com").status_code == 302


def test_a_session_ends_after_twelve_hours_and_when_it_is_ended_elsewhere(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert console.client.get("/").status_code == 200
    console.database.write(
        lambda s: users.end_sessions(s.scalars(select(User).where(User.email == "sue@example.com")).one())
    )
    assert console.client.get("/").status_code == 302
    console.logs_in("sue@example.com")
    console.clock.pass_time(timedelta(hours=13))
    assert console.client.get("/").status_code == 302


def test_logging_out_is_a_change_like_any_other(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert console.client.get("/logout").status_code == 405
    console.posts("/logout", {})
    assert console.client.get("/").status_code == 302


def test_a_message_is_played_to_those_who_may_and_it_is_on_record(console: Console) -> None:
    assert console.client.get("/voicemails/1.wav").status_code == 302
    console.logs_in("rita@example.com")
    whole = console.client.get("/voicemails/1.wav")
    part = console.client.get("/voicemails/1.wav", headers={"Range": "bytes=0-99"})
    assert (whole.data, part.status_code, len(part.data)) == (tone(1), 206, 100)
    assert console.client.get("/voicemails/2.wav").status_code == 404
    assert "rita@example.com</strong> heard the message" in console.client.get(f"/callbacks/{console.reference}").text


def test_the_carriers_link_plays_until_it_expires_and_cannot_be_forged(console: Console) -> None:
    path = console.links.message(1).removeprefix("https://desk.test")
    assert console.client.get(path).data == tone(1)
    assert console.client.get(path.replace("/media/", "/media/x")).status_code == 404
    console.clock.pass_time(timedelta(hours=2))
    assert console.client.get(path).status_code == 404


def test_the_demo_tells_its_password_and_nothing_else_does(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url, UNHURRIED)
    shown = Console(database, tmp_path, demo=True).client.get("/login").text
    database.close()
    assert "night-desk-demo" in shown


def test_outside_the_demo_no_password_is_shown(console: Console) -> None:
    assert "night-desk-demo" not in console.client.get("/login").text


def test_the_list_says_how_every_callback_stands(console: Console) -> None:
    console.logs_in("rita@example.com")
    assert "28 min left" in console.client.get("/").text
    console.clock.pass_time(timedelta(minutes=20))
    assert "at risk" in console.client.get("/").text
    console.clock.pass_time(timedelta(minutes=20))
    assert "by 12 min" in console.client.get("/").text

    def tried(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        amy = technicians.technician_named(session, "Amy Roy")
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", console.clock.now())

    console.database.write(tried)
    assert "tried late" in console.client.get("/").text


def test_what_was_tried_is_owed_a_resolution_and_says_so_until_it_is_made(console: Console) -> None:
    console.logs_in("sue@example.com")

    def tried(session: Session) -> None:
        amy, now = technicians.technician_named(session, "Amy Roy"), console.clock.now()
        callback = session.scalars(select(Callback)).one()
        supervisor_acts(session, DESK, callback, SetPriority(PriorityLevel.P1), "sue@example.com", now)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", now)

    console.database.write(tried)
    page = console.client.get("/").text
    assert "to be resolved by <time" in page
    assert '<span class="standing overdue">overdue</span>' not in page
    console.clock.pass_time(timedelta(hours=4))
    page = console.client.get("/").text
    assert '<span class="standing overdue">overdue</span>' in page
    assert '<span class="standing overdue">overdue</span>' in console.client.get(f"/callbacks/{console.reference}").text
    console.database.write(
        lambda s: supervisor_acts(
            s, DESK, s.scalars(select(Callback)).one(), WaitForCustomer(""), "sue@example.com", console.clock.now()
        )
    )
    assert "overdue" in console.client.get("/").text  # a repair never undoes a breach


@pytest.mark.parametrize(
    ("email", "role", "password", "fault"),
    [
        ("new@example.com", "king", PASSWORD, "no role"),
        ("new@example.com", "reader", "short", "too short"),
        ("SUE@example.com", "reader", PASSWORD, "already"),
    ],
)
def test_a_user_that_cannot_be_is_refused(console: Console, email: str, role: str, password: str, fault: str) -> None:
    with pytest.raises(WrongState, match=fault):
        console.database.write(lambda session: users.add_user(session, email, role, password, BEGAN))


def test_what_if_answers_by_an_address_that_can_be_sent(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.client.get("/what-if?line=direct&at=2026-11-28T22:12").text
    assert "the direct line is <strong>closed</strong>" in page
    assert "Amy Roy" in page
    assert "is no time." in console.client.get("/what-if?at=soon&line=fax").text
    assert "This is about now." in console.client.get("/what-if?at=0001-01-01T00:00").text


def test_now_says_who_is_on_call_until_when_the_gaps_and_what_is_wrong(console: Console) -> None:
    console.logs_in("rita@example.com")
    ends = console.clock.now() + timedelta(hours=9)
    console.database.write(
        lambda s: store.add_shift(
            s, DESK, technicians.technician_named(s, "Ben Cole"), "supervisor", None, ends, console.clock.now()
        )
    )
    console.database.write(
        lambda s: technicians.note_trouble(technicians.technician_named(s, "Ben Cole"), Way(Channel.TEXT), "sent STOP")
    )
    page = console.client.get("/").text
    assert 'data-label="Who">Amy Roy</td>' in page
    assert "further notice" in page
    assert "Sun 29 Nov 07:14" in page  # when Ben goes off
    assert "<strong>supervisor</strong>: nobody from" in page
    assert "Nobody was ever put on manager." in page
    assert "Ben Cole cannot be reached by text first: sent STOP" in page
    assert "No worker has finished a sweep yet" in page
