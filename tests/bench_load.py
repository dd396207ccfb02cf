"""Signed first webhooks from many connections at once, through the real web process, beside commits of one row.

`python -m tests.bench_load [CONNECTIONS ...]`; the load comes from a process of its own.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict

from callbacks.db.database import Database
from callbacks.db.tables import Watermark
from tests.ivr.twilio.signing import sign
from tests.ivr.webhook_client import DIRECT
from tests.ports import held_port
from tests.processes.service import SETTINGS, Service, answers
from tests.waiting import eventually

SECONDS = 6.0
CONNECTIONS = (1, 12, 16)


def bare_commits(folder: Path) -> float:
    """Return how many transactions with one insert the same database commits in a second, one after the other."""
    database = Database(f"sqlite:///{folder / 'bare.db'}")
    Watermark.__table__.create(database.engine)  # type: ignore[attr-defined]
    at, began, done = datetime(2026, 11, 28, tzinfo=UTC), time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS / 3:
        name = f"row {done}"
        database.write(lambda session, name=name: session.add(Watermark(name=name, at=at)))  # type: ignore[misc]
        done += 1
    spent = time.perf_counter() - began
    database.close()
    return done / spent


def calls(url: str, connections: int, seconds: float, first: int) -> tuple[list[float], int]:
    """Post first webhooks for `seconds`. Return how long each answer took, and how many requests were refused."""
    spent, refused, lock = list[float](), 0, threading.Lock()
    until = time.perf_counter() + seconds
    address = urlsplit(url).netloc

    def dial(who: int) -> None:
        nonlocal refused
        line = http.client.HTTPConnection(address, timeout=60)
        n = 0
        while time.perf_counter() < until:
            sid = f"CA{first:08d}{who:012d}{n:012d}"
            fields = {
                "AccountSid": SETTINGS["TWILIO_ACCOUNT_SID"], "CallSid": sid, "To": DIRECT, "Direction": "inbound",
                "From": f"+1514555{(who * 997 + n) % 10000:04d}", "CallStatus": "ringing", "ApiVersion": "2010-04-01",
            }  # fmt: skip
            signature = sign(f"{url}/voice/incoming", MultiDict(fields), SETTINGS["TWILIO_AUTH_TOKEN"])
            headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
            began = time.perf_counter()
            line.request("POST", "/voice/incoming", urlencode(fields), headers)
            answer = line.getresponse()
            answer.read()
            took = time.perf_counter() - began
            with lock:
                spent.append(took)
                refused += answer.status != 200
            n += 1
        line.close()

    threads = [threading.Thread(target=dial, args=(who,)) for who in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return spent, refused


def run(counts: tuple[int, ...] = CONNECTIONS) -> None:
    with tempfile.TemporaryDirectory() as name, held_port() as port, ProcessPoolExecutor(1) as load:
        folder = Path(name)
        service = Service(folder, f"sqlite:///{folder / 'desk.db'}", port)
        try:
            service.run("migrate")
            service.start("web", "--port", str(service.port))
            eventually(lambda: answers(f"{service.url}/healthz") == "up\n", "the web process answers")
            print("\nFirst webhooks of calls, signed, on SQLite, each with its commit on the disk:")
            bare = bare_commits(folder)
            print(f"{'bare commits of one row':<28}{bare:7.0f} a second")
            for number, connections in enumerate(counts):
                spent, refused = load.submit(calls, service.url, connections, SECONDS, number).result()
                rate, late = len(spent) / SECONDS, statistics.quantiles(spent, n=100)[98]
                print(
                    f"{f'{connections} connections':<28}{rate:7.0f} a second ({rate / bare:.2f})   "
                    f"median {statistics.median(spent) * 1000:6.0f} ms   99th percentile {late * 1000:6.0f} ms   "
                    f"longest {max(spent) * 1000:6.0f} ms   refused {refused}"
                )
        finally:
            service.end()


if __name__ == "__main__":
    run(tuple(map(int, sys.argv[1:])) or CONNECTIONS)
