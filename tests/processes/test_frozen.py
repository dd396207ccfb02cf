"""Nothing inside a frozen thread can help it: the caller is answered all the same, and the worker ends itself.

The only tests in which a deadline is meant to be reached in real time.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from callbacks.cli.context import IN_PRODUCTION, Compose
from callbacks.db.database import UNHURRIED, Database
from callbacks.db.migrations import migrate
from callbacks.desk.desk_file import read_desk
from callbacks.settings import Settings
from callbacks.worker.timer import WATCHDOG_EXIT
from sla.clock import MovingClock
from tests.ivr.webhook_client import (
    ACCOUNT,
    CALL,
    DIRECT,
    PUBLIC,
    SATURDAY_NIGHT,
    TOKEN,
    WebhookClient,
    said,
    waiting_for_late_transactions,
)
from tests.postgres import NoPostgres, postgres_server
from tests.waiting import FAR

TWILIO_GIVES_UP_AFTER = timedelta(seconds=15)

STUCK = """
import threading
from datetime import timedelta
from callbacks.worker.timer import SweepTimer
SweepTimer(threading.Event().wait, patience=timedelta(seconds=2)).start()  # a sweep that never comes back
threading.Event().wait()
"""


def test_a_worker_whose_sweep_hangs_ends_itself_to_be_started_again() -> None:
    done = subprocess.run([sys.executable, "-c", STUCK], timeout=FAR.total_seconds(), capture_output=True, check=False)
    assert done.returncode == WATCHDOG_EXIT


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


def test_while_postgresql_is_frozen_the_caller_can_still_leave_a_message(
    server: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.format(name="postgres")
    unhurried, database = Database(url, UNHURRIED), Database(url)
    migrate(unhurried)
    unhurried.close()
    carrier = WebhookClient(database, timeout=IN_PRODUCTION.webhooks)
    carrier.calls(DIRECT, sid="CA" + "2" * 32)  # so that there is a connection to freeze
    frozen = everybody_in(server)
    for process in frozen:
        os.kill(process, signal.SIGSTOP)
    with waiting_for_late_transactions():
        try:
            with answered_in_time():
                document = carrier.calls(DIRECT)
            with answered_in_time():
                beep = carrier.posts("/voice/beep?lang=en", CallSid=CALL, To=DIRECT, From="+15145550199")
        finally:
            for process in frozen:
                os.kill(process, signal.SIGCONT)
    assert "stay on the line" in said(document)
    assert "<Record" in beep.text
    assert "no answer within 3 seconds" in caplog.text
    database.close()


@contextmanager
def answered_in_time() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < TWILIO_GIVES_UP_AFTER.total_seconds()


@contextmanager
def written_to_by_another(url: str) -> Iterator[None]:
    """Hold the lock of a SQLite database, from another thread, as a transaction does that does not end."""
    database, holding, done = Database(url), threading.Event(), threading.Event()

    def hold() -> None:
        with database.engine.begin() as connection:
            connection.execute(text("DELETE FROM closures"))
            holding.set()
            assert done.wait(FAR.total_seconds())

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert holding.wait(FAR.total_seconds())
        yield
    finally:
        done.set()
        thread.join()
        database.close()


def test_while_the_database_is_busy_the_caller_can_still_leave_a_message(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The database itself would wait for an hour: only the timeout of the webhook can have ended these turns."""
    carrier = WebhookClient(Database(sqlite_url, UNHURRIED), timeout=timedelta(seconds=0.2))
    with waiting_for_late_transactions(), written_to_by_another(sqlite_url):
        document = carrier.calls(DIRECT)
        assert "stay on the line" in said(document)
        beep = carrier.posts("/voice/beep?lang=en", CallSid=CALL, To=DIRECT, From="+15145550199")
        assert "<Record" in beep.text
        assert carrier.posts("/voice/status", CallSid=CALL, CallStatus="completed").status_code == 503
    assert caplog.text.count("no answer within 0.2 seconds") == 3
    carrier.database.close()


def test_the_service_as_it_is_run_waits_three_seconds_for_a_busy_database(
    compose: Compose, sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(
        PUBLIC, ACCOUNT, TOKEN, "+15145550000", "x" * 32, database_url=sqlite_url, media_dir=tmp_path / "media"
    )
    service = compose(settings, read_desk(Path("support.toml")), MovingClock(SATURDAY_NIGHT))
    carrier = WebhookClient(service.database)
    carrier.client = service.web.test_client()
    with waiting_for_late_transactions(), written_to_by_another(sqlite_url), answered_in_time():
        document = carrier.calls(DIRECT)
    assert "stay on the line" in said(document)
    assert "no answer within 3 seconds" in caplog.text
    service.worker.close()
    service.database.close()
