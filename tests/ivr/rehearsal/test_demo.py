"""The demo answers at one address: the console at its root, the phones beside it, on a clock that runs."""

from __future__ import annotations

import socket
import time
import urllib.request

import requests

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


def test_a_message_of_minutes_can_be_spoken_into_a_phone(compose: Compose, desk: Desk) -> None:
    port, clock = free_port(), RunningClock(desk_time(desk, "2026-11-28T22:00"))
    recording = bytes(2 * 60 * 8000)  # two minutes, a byte a sample
    with running_demo(compose, desk, clock, "127.0.0.1", port):
        url = f"http://127.0.0.1:{port}/simulator/legs/CA{'0' * 32}/speak"
        answer = requests.post(url, data=recording, headers={"Content-Type": "audio/wav"}, timeout=60)
    assert answer.status_code == 403  # it did not come from the page; one that is too large would get 413
