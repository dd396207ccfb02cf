"""The service as it is run: real processes, real sockets, SIGKILL. The carrier is the simulated one, over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.serving import BaseWSGIServer, make_server

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.states import PageState, VoicemailState
from callbacks.db.tables import Page
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from ivr.simulator import SimulatedTwilio
from ivr.simulator.ledger import Message
from sla.clock import SystemClock
from tests.ports import held_port
from tests.waiting import FAR, eventually

AMY = "+15145550101"
CUSTOMER = "+15145550199"


SETTINGS = {
    "PUBLIC_URL": "https://desk.example.com",
    "TWILIO_ACCOUNT_SID": "AC5f0c9d1e7a3b4826c0d1e8f7a9b3c542",
    "TWILIO_AUTH_TOKEN": "token of the test",
    "TWILIO_FROM": "+18884847266",
    "SECRET_KEY": "of the test, long enough to be taken",
}


@dataclass
class Service:
    """Settings for real processes, and the carrier that they talk to."""

    folder: Path
    database_url: str
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SystemClock()
        self.carrier = SimulatedTwilio(self.clock, SETTINGS["TWILIO_ACCOUNT_SID"], SETTINGS["TWILIO_AUTH_TOKEN"])
        self.server: BaseWSGIServer = make_server("127.0.0.1", 0, self.carrier.wsgi, threaded=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.stopping = threading.Event()
        threading.Thread(target=self._live, daemon=True).start()
        for line in read_desk(Path("support.toml")).lines.values():
            self.carrier.own_number(
                line.number,
                voice_url=f"{self.url}/voice/incoming",
                status_callback=f"{self.url}/voice/status",
                sms_url=f"{self.url}/sms/incoming",
            )

    def _live(self) -> None:
        while not self.stopping.wait(0.05):
            self.carrier.run_due()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **SETTINGS,
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.url,
            "TWILIO_API_URL": f"http://127.0.0.1:{self.server.server_port}",
            "MEDIA_DIR": str(self.folder / "media"),
        }

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "app.py", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "app.py", *arguments]
        with (self.folder / f"{arguments[0]}.{len(self.processes)}.log").open("wb") as log:
            process = subprocess.Popen(command, env=self.environment, stdout=log, stderr=log, start_new_session=True)
        self.processes.append(process)
        return process

    def staff(self) -> None:
        self.run("migrate")
        self.run("technician", "add", "Amy Roy", "--phone", AMY, "--verified")
        self.run("shift", "add", "Amy Roy")

    def owes_a_callback(self) -> None:
        """What a call would leave behind, without the minute that it takes."""
        database, desk, now = Database(self.database_url, UNHURRIED), read_desk(Path("support.toml")), self.clock.now()
        arrival = calls.Arrival("CA" + "7" * 32, "direct", CUSTOMER, "en", False, "outside support hours")
        database.write(lambda session: calls.record_call(session, arrival, now))
        news = calls.Recording(VoicemailState.EXPECTED)
        database.write(lambda session: calls.record_voicemail(session, desk, arrival.sid, news, now))
        database.close()

    def texts_to_amy(self) -> int:
        return sum(m.to == AMY and m.direction == "outbound-api" for m in self.carrier.ledger.messages)

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(FAR.total_seconds())
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def service(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Service]:
    """On PostgreSQL, or on the database that the test names: each of these takes half a minute."""
    marker = request.node.get_closest_marker("on")
    url = str(request.getfixturevalue(f"{marker.args[0] if marker else 'postgres'}_url"))
    with held_port() as port:
        service = Service(tmp_path, url, port)
        yield service
        service.end()


def answers(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=FAR.total_seconds()) as answer:
            return str(answer.read().decode())
    except OSError as fault:
        return str(fault)


@pytest.mark.soak
@pytest.mark.on("sqlite")
def test_serve_takes_a_call_pages_and_starts_a_dead_worker_again(service: Service) -> None:
    service.staff()
    serve = service.start("serve", "--port", str(service.port))
    eventually(lambda: answers(f"{service.url}/readyz") == "ready\n", "the service is ready")
    assert "nightdesk_callbacks_open" in answers(f"{service.url}/metrics")
    phone = service.carrier.phone(CUSTOMER)
    leg = phone.dial("+15148458474")
    eventually(lambda: any(h.kind == "beep" or "Please hold" in h.text for h in leg.heard), "the call is taken")
    leg.hang_up()
    service.owes_a_callback()
    amy = service.carrier.phone(AMY)
    eventually(lambda: len(amy.texts) > 0, "Amy gets a page")
    worker = _child(serve.pid, "worker")
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: _child(serve.pid, "worker") not in (0, worker), "the worker is started again")
    serve.send_signal(signal.SIGTERM)
    assert serve.wait(FAR.total_seconds()) == 0


def _child(parent: int, name: str) -> int:
    """Find a child process by a word of its command line; 0 when there is none."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat, command = (folder / "stat").read_text(), (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if int(stat.rpartition(")")[2].split()[1]) == parent and name.encode() in command:
            return int(folder.name)
    return 0


@pytest.mark.soak
def test_a_worker_killed_while_its_request_is_on_the_wire_pages_once(service: Service) -> None:
    """SIGKILL after the carrier took the text and before the worker heard of it: looked up, adopted, not sent again."""
    service.staff()
    worker, taken = service.start("worker"), threading.Event()
    send = service.carrier.texts.send

    def send_and_kill(*args: Any, **options: Any) -> Message:
        message = send(*args, **options)
        if not taken.is_set():
            taken.set()
            worker.kill()
            worker.wait(FAR.total_seconds())
        return message

    service.carrier.texts.send = send_and_kill  # type: ignore[method-assign]
    service.owes_a_callback()
    assert taken.wait(FAR.total_seconds())
    service.start("worker")

    def settled() -> bool:
        database = Database(service.database_url, UNHURRIED)
        state = database.read(lambda session: session.scalars(select(Page.state).order_by(Page.id)).first())
        database.close()
        return state == PageState.SENT

    eventually(settled, "the page counts as sent")
    assert service.texts_to_amy() == 1


def test_without_its_settings_it_refuses_to_start_and_names_them_all() -> None:
    clean = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "app.py", "serve"], env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    for name in ("PUBLIC_URL", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "SECRET_KEY"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "command",
    [
        "check",
        *(pytest.param(c, marks=pytest.mark.soak) for c in ("oncall", "technician list", "worker", "web", "report")),
    ],
)
def test_without_its_schema_every_command_says_what_to_do(command: str, tmp_path: Path) -> None:
    settings = {**os.environ, **SETTINGS, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    done = subprocess.run(
        [sys.executable, "app.py", *command.split()], env=settings, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "python app.py migrate" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.on("sqlite")
def test_check_says_what_to_enter_at_twilio_and_what_is_missing(service: Service) -> None:
    service.staff()
    said = service.run("check")
    assert f"{service.url}/voice/incoming" in said
    assert "nobody is ever on backup" in said
    assert "No worker has finished a sweep yet" in said
    assert "tzdata" in said


@pytest.mark.soak
def test_each_command_is_a_process_of_its_own(service: Service) -> None:
    service.staff()
    assert "Amy Roy" in service.run("oncall")
    assert "+15145550101" in service.run("technician", "list")
    assert "Saint-Jean-Baptiste" in service.run("holidays", "2027")
    assert service.run("export").startswith("reference,line,caller")
    assert "kept in time" in service.run("report")
