"""The demo answers at one address: the console at its root, the phones beside it, on a clock that runs."""

from __future__ import annotations

import socket
import time
import urllib.request

from callbacks.cli.context import Compose
from callbacks.cli.times import desk_time
from callbacks.desk.desk_file import Desk
from ivr.rehearsal.demo import running_demo
from sla.clock import RunningClock

STARTS_WITHIN = 20.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_console_and_phones_answer_and_the_scenario_follows_the_clock(compose: Compose, desk: Desk) -> None:
    clock, port = RunningClock(desk_time(desk, "2026-11-28T22:00")), free_port()
    with running_demo(compose, desk, clock, "127.0.0.1", port) as scenario:
        began, until = scenario.clock.now(), time.monotonic() + STARTS_WITHIN
        assert "night-desk-demo" in read(f"http://127.0.0.1:{port}/login")
        assert "Amy Roy" in read(f"http://127.0.0.1:{port}/simulator/phones")
        while scenario.clock.now() == began:
            assert time.monotonic() < until
            time.sleep(0.05)
