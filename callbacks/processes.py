"""Keeps processes running: one that ends is started again, until a signal stops all of them."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Sequence

import structlog

log = structlog.get_logger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
RAN_WELL_AFTER = 60.0
PATIENCE_AT_THE_END = 15.0


class Supervised:
    """One process that should be running."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self._command = name, command
        self._pause = FIRST_PAUSE
        self._start_at = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None

    def look_after(self) -> None:
        """Start it when it is not running; a process that keeps dying is started less and less often."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            log.error("a process ended and is started again", process=self.name, exit_code=self.process.returncode)
            ran_well = now - self._start_at > RAN_WELL_AFTER
            self._pause = FIRST_PAUSE if ran_well else min(self._pause * 2, LONGEST_PAUSE)
            self._start_at, self.process = now + self._pause, None
        if self.process is None and now >= self._start_at:
            self._start_at = now
            self.process = subprocess.Popen(self._command)  # noqa: S603 - our own command

    def end(self) -> None:
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_AT_THE_END)
            except subprocess.TimeoutExpired:
                self.process.kill()


def stop_signal() -> threading.Event:
    """Return an event that is set when the process is asked to stop: SIGTERM, or Ctrl-C."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def supervise(commands: dict[str, Sequence[str]]) -> None:
    """Run every command until a signal asks to stop; then stop them all, politely first."""
    stopping = stop_signal()
    processes = [Supervised(name, command) for name, command in commands.items()]
    while not stopping.wait(0.2):
        for process in processes:
            process.look_after()
    for process in processes:
        process.end()
