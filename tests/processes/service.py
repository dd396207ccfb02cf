"""The service as it is run: real processes and real sockets. The carrier is the simulated one, over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.serving import BaseWSGIServer, make_server

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.states import VoicemailState
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from ivr.simulator import SimulatedTwilio
from sla.clock import SystemClock
from tests.waiting import FAR

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
    settings: dict[str, str] = field(default_factory=dict)  # beside those that every service has

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
            **self.settings,
        }

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "app.py", *arguments]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, *arguments: str, program: Sequence[str] = ("app.py",)) -> subprocess.Popen[bytes]:
        command = [sys.executable, *program, *arguments]
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
        arrival = calls.Arrival(
            "CA" + "7" * 32, "direct", CUSTOMER, "en", False, "outside support hours", "TN-Validation-Passed-A"
        )
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


def answers(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=FAR.total_seconds()) as answer:
            return str(answer.read().decode())
    except OSError as fault:
        return str(fault)
