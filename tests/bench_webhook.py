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
from ivr.twilio.webhook import FORM, LARGEST_FORM
from tests.ivr.webhook_client import ACCOUNT, CALL, DIRECT, WebhookClient

CALLS = 300
BADLY_SIGNED = "A" * 27 + "="
FORMS = (("", LARGEST_FORM), (BADLY_SIGNED, LARGEST_FORM), (BADLY_SIGNED, 500))


def milliseconds(work: Callable[[int], object]) -> tuple[float, float]:
    """Give the median and the 95th percentile."""
    spent = []
    for n in range(CALLS):
        began = time.perf_counter()
        work(n)
        spent.append((time.perf_counter() - began) * 1000)
    return statistics.median(spent), statistics.quantiles(spent, n=20)[-1]


def refusal(carrier: WebhookClient, signature: str, size: int) -> tuple[float, float]:
    """Refuse a form that has the right account, as only somebody who knows it can send."""
    start = f"AccountSid={ACCOUNT}&CallSid={CALL}&From=%2B15145550199&To={DIRECT}".encode()
    form = start + b"&Body=" + b"%41" * ((size - len(start)) // 3 - 3)
    client, headers = carrier.client, {"X-Twilio-Signature": signature, "Content-Type": FORM}
    return milliseconds(lambda _: client.post("/voice/incoming", data=form, headers=headers))


def run() -> None:
    print("\nA webhook, from the signed request to its answer, on SQLite with every commit on the disk:")
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'desk.db'}")
        migrate(database)
        carrier = WebhookClient(database)
        unsigned, forged, few = (refusal(carrier, signature, size) for signature, size in FORMS)
        known = milliseconds(lambda n: carrier.posts("/voice/screen?line=direct", CallSid=f"CA{n:032d}"))
        first = milliseconds(lambda n: carrier.calls(DIRECT, sid=f"CA{n:032d}"))
        beep = milliseconds(lambda n: carrier.posts("/voice/beep?lang=en", CallSid=f"CA{n:032d}", To=DIRECT, From="+1"))
        for name, (median, late) in {
            "64 KiB of fields, unsigned": unsigned,
            "64 KiB of fields, badly signed": forged,
            "a common form, badly signed": few,
            "a signed webhook without the database": known,
            "a call comes in (logged, answered)": first,
            "the beep (noted, recording begins)": beep,
        }.items():
            print(f"{name:<42}median {median:6.2f} ms   95th percentile {late:6.2f} ms")
        database.close()
