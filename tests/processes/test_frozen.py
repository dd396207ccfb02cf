"""Nothing inside a frozen thread can help it: the caller is answered all the same, and the worker ends itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from callbacks.db.database import Database
from callbacks.db.migrations import migrate
from callbacks.worker.loop import BITTEN
from tests.ivr.webhooks import CALL, DIRECT, Carrier, said, waiting_for_what_callers_gave_up
from tests.postgres import NoPostgres, postgres_server

STUCK = """
import threading
from callbacks.worker import loop
loop.WATCHDOG_BITES_AFTER = 2.0
bell = loop.Bell(threading.Event().wait)  # a sweep that never comes back
bell.start()
threading.Event().wait(60)
"""


def test_a_worker_whose_sweep_hangs_ends_itself_to_be_started_again() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=30, capture_output=True, check=False)
    assert done.returncode == BITTEN


@pytest.fixture
def server() -> Iterator[str]:
    """A PostgreSQL of this test's own, since it is frozen."""
    try:
        with postgres_server() as url:
            yield url
    except NoPostgres as why:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NO POSTGRESQL: {why}")


def everybody_in(server: str) -> list[int]:
    """The server's first process and all that it has started."""
    folder = Path(parse_qs(urlsplit(server).query)["host"][0])
    first = int((folder / "data" / "postmaster.pid").read_text().split()[0])
    children = [
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if stat.exists() and int(stat.read_text().rpartition(")")[2].split()[1]) == first
    ]
    return [first, *children]


def test_while_postgresql_is_frozen_the_caller_can_still_leave_a_message(server: str) -> None:
    database = Database(server.format(name="postgres"))
    migrate(database)
    carrier = Carrier(database)
    carrier.calls(DIRECT, sid="CA" + "2" * 32)  # so that there is a connection to freeze
    frozen = everybody_in(server)
    for process in frozen:
        os.kill(process, signal.SIGSTOP)
    with waiting_for_what_callers_gave_up():
        try:
            began = time.monotonic()
            document = carrier.calls(DIRECT)
            beep = carrier.posts("/voice/beep?lang=en", CallSid=CALL, To=DIRECT, From="+15145550199")
            waited = time.monotonic() - began
        finally:
            for process in frozen:
                os.kill(process, signal.SIGCONT)
    assert "leave a message after the beep" in said(document)
    assert "<Record" in beep.text
    assert waited < 10  # two turns, three seconds of patience each
    database.close()
