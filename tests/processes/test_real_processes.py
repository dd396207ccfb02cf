"""The service as it is run: real processes, real sockets, SIGKILL. The carrier is the simulated one, over HTTP."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.states import PageState
from callbacks.db.tables import Page
from ivr.simulator.ledger import Message
from tests.processes.service import AMY, CUSTOMER, SETTINGS, Service, answers
from tests.waiting import FAR, eventually


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
