"""How long Twilio waits for us: one call's first webhook, on SQLite, beside a route that does nothing but check it."""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from callbacks.db.database import Database
from callbacks.db.migrations import migrate
from tests.ivr.webhook_client import DIRECT, WebhookClient

CALLS = 300


def milliseconds(work: Callable[[int], object]) -> tuple[float, float]:
    """Give the median and the 95th percentile."""
    spent = []
    for n in range(CALLS):
        began = time.perf_counter()
        work(n)
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def run() -> None:
    print("\nA webhook, from the signed request to its answer, on SQLite with every commit on the disk:")
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'desk.db'}")
        migrate(database)
        carrier = WebhookClient(database)
        refused = milliseconds(lambda _: carrier.client.post("/voice/incoming", data={"CallSid": "CA1"}))
        known = milliseconds(lambda n: carrier.posts("/voice/screen?line=direct", CallSid=f"CA{n:032d}"))
        first = milliseconds(lambda n: carrier.calls(DIRECT, sid=f"CA{n:032d}"))
        beep = milliseconds(lambda n: carrier.posts("/voice/beep?lang=en", CallSid=f"CA{n:032d}", To=DIRECT, From="+1"))
        for name, (median, late) in {
            "a forged webhook (signature only)": refused,
            "a signed webhook without the database": known,
            "a call comes in (logged, answered)": first,
            "the beep (noted, recording begins)": beep,
        }.items():
            print(f"{name:<42}median {median:6.2f} ms   95th percentile {late:6.2f} ms")
        database.close()
