"""Sixty logins at once against `serve`: every one and every call is answered, and the memory stays bounded."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest

from ivr.simulator.signing import signature
from tests.ports import held_port
from tests.waiting import FAR, eventually

PASSWORD = "correct horse battery"
AUTH_TOKEN = "token of the test"
SETTINGS = {
    "TWILIO_ACCOUNT_SID": f"AC{'0' * 32}",
    "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
    "TWILIO_FROM": "+18884847266",
    "SECRET_KEY": "of the test, long enough to be taken",
    "TWILIO_API_URL": "http://127.0.0.1:9",
}
STORM = 60
Call = tuple[int, str, float]  # its status, its TwiML, and how long it took
# Two hashes of 64 MiB at a time, and what else the requests take. Unbounded, sixty took 1.2 GiB.
MOST_GROWTH = 250 * 1024  # KiB


@dataclass
class Web:
    """A `serve` on SQLite, and what its web process takes."""

    port: int
    serve: subprocess.Popen[bytes]

    def asks(
        self,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        peer: str = "127.0.0.1",
    ) -> tuple[int, str, str]:
        """Return the status, the body and the cookies of an answer. `peer` is the address that the request is from."""
        address = ("127.0.0.1", self.port)
        connection = http.client.HTTPConnection(*address, timeout=FAR.total_seconds(), source_address=(peer, 0))
        form = {"Content-Type": "application/x-www-form-urlencoded"} if fields is not None else {}
        connection.request(method, path, urlencode(fields or {}) or None, {**form, **(headers or {})})
        answer = connection.getresponse()
        body = answer.read().decode()
        cookies = "; ".join(each.partition(";")[0] for each in answer.headers.get_all("Set-Cookie") or [])
        connection.close()
        return answer.status, body, cookies

    def peak(self) -> int:
        """Return the most memory that any process of the service ever took, in KiB (VmHWM)."""
        return max(_peak_of(pid) for pid in (self.serve.pid, *_descendants(self.serve.pid)))


def _status_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def _descendants(pid: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and re.search(rf"^PPid:\t{pid}$", _status_of(int(folder.name)), re.MULTILINE):
            yield int(folder.name)
            yield from _descendants(int(folder.name))


def _peak_of(pid: int) -> int:
    found = re.search(r"^VmHWM:\s+(\d+) kB", _status_of(pid), re.MULTILINE)
    return int(found[1]) if found else 0


@pytest.fixture
def web(sqlite_url: str, tmp_path: Path) -> Iterator[Web]:
    with held_port() as port:
        url = f"http://127.0.0.1:{port}"
        settings = {**SETTINGS, "DATABASE_URL": sqlite_url, "PUBLIC_URL": url, "MEDIA_DIR": str(tmp_path / "media")}
        environment, command = {**os.environ, **settings}, [sys.executable, "app.py"]
        (tmp_path / "password").write_text(PASSWORD)
        user = ["user", "add", "sue@example.com", "--role", "supervisor", "--password-file", str(tmp_path / "password")]
        subprocess.run([*command, *user], env=environment, check=True, capture_output=True)
        with (tmp_path / "serve.log").open("wb") as log:
            serve = subprocess.Popen(
                [*command, "serve", "--port", str(port)],
                env=environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        web = Web(port, serve)
        eventually(lambda: _is_ready(web), "the service is ready")
        yield web
        os.killpg(serve.pid, signal.SIGKILL)
        serve.wait(FAR.total_seconds())


def _is_ready(web: Web) -> bool:
    try:
        return web.asks("GET", "/readyz")[0] == 200
    except OSError:
        return False


def calls_in(web: Web, number: int) -> Call:
    """Answer one signed call."""
    fields = {"CallSid": f"CA{number:032x}", "AccountSid": SETTINGS["TWILIO_ACCOUNT_SID"], "From": "+15145550199",
              "To": "+15148458474", "CallStatus": "ringing", "Direction": "inbound"}  # fmt: skip
    signed = signature(f"http://127.0.0.1:{web.port}/voice/incoming", fields, AUTH_TOKEN)
    began = time.monotonic()
    status, body, _ = web.asks("POST", "/voice/incoming", fields, headers={"X-Twilio-Signature": signed})
    return status, body, time.monotonic() - began


def storm(web: Web, peers: list[str], emails: list[str]) -> tuple[Counter[int], list[Call]]:
    """Log in from all peers at once, while one call after another comes in. Return how everybody was answered."""
    together, over = threading.Barrier(len(peers)), threading.Event()
    statuses, calls = Counter[int](), list[Call]()

    def logs_in(peer: str, email: str) -> None:
        _, form, cookies = web.asks("GET", "/login", peer=peer)
        token = re.findall(r'name="token" value="([^"]+)"', form)[0]
        together.wait(FAR.total_seconds())
        fields = {"email": email, "password": "wrong password", "token": token}
        statuses[web.asks("POST", "/login", fields, peer=peer, headers={"Cookie": cookies})[0]] += 1

    def keeps_calling() -> None:
        while not over.is_set() or not calls:
            calls.append(calls_in(web, len(calls) + 1000 * len(set(peers))))

    caller = threading.Thread(target=keeps_calling)
    threads = [threading.Thread(target=logs_in, args=each) for each in zip(peers, emails, strict=True)]
    for thread in (caller, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    over.set()
    caller.join()
    return statuses, calls


def assert_served(statuses: Counter[int], calls: list[Call], refused: int) -> None:
    assert sum(statuses.values()) == STORM
    assert set(statuses) <= {401, 429}
    assert statuses[429] >= refused
    assert {status for status, _, _ in calls} == {200}
    assert all("<Response>" in body for _, body, _ in calls)


@pytest.mark.soak
def test_sixty_logins_at_once_stop_no_call_and_take_little_memory(web: Web) -> None:
    calls_in(web, 1)
    web.asks("GET", "/login")
    before = web.peak()
    nobody = [f"{n}@example.com" for n in range(STORM)]
    from_one, calls = storm(web, ["127.0.0.1"] * STORM, nobody)
    # Ten a minute are looked at; a minute may end while they come in.
    assert_served(from_one, calls, STORM - 20)
    slowest = max(took for _, _, took in calls)
    print(f"one peer: {dict(from_one)}, {len(calls)} calls, slowest {slowest:.2f} s, peak {before} -> {web.peak()} KiB")
    from_many, calls = storm(web, [f"127.0.1.{n}" for n in range(1, STORM + 1)], nobody)
    assert_served(from_many, calls, 0)
    slowest = max(took for _, _, took in calls)
    print(f"many peers: {dict(from_many)}, {len(calls)} calls, slowest {slowest:.2f} s, peak {web.peak()} KiB")
    assert web.peak() - before < MOST_GROWTH
