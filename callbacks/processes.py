"""Keeps processes running: restarts any that ends, until a signal stops all of them."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections.abc import Sequence

import structlog

log = structlog.get_logger(__name__)

# All in seconds.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # before a restart; doubled while the process keeps ending
RAN_WELL_AFTER = 60.0  # a process that ran this long is restarted after the first pause
STOP_TIMEOUT = 15.0  # from SIGTERM to SIGKILL


class RestartingProcess:
    """One process, restarted with an increasing pause."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name, self._command = name, command
        self._pause = FIRST_PAUSE
        self._start_at = time.monotonic()
        self.process: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        """Start it when it is not running and the pause is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            log.error("process ended; it will be restarted", process=self.name, exit_code=self.process.returncode)
            ran_well = now - self._start_at > RAN_WELL_AFTER
            self._pause = FIRST_PAUSE if ran_well else min(self._pause * 2, LONGEST_PAUSE)
            self._start_at, self.process = now + self._pause, None
        if self.process is None and now >= self._start_at:
            self._start_at = now
            self.process = subprocess.Popen(self._command)  # noqa: S603 - our own command

    def stop(self) -> None:
        """Ask it to stop, and kill it when it does not."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.process.kill()


def stop_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT (Ctrl-C) set."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping


def keep_running(commands: dict[str, Sequence[str]]) -> None:
    """Run every command until SIGTERM or SIGINT; then stop them all."""
    stopping = stop_signal()
    processes = [RestartingProcess(name, command) for name, command in commands.items()]
    while not stopping.wait(0.2):
        for process in processes:
            process.check()
    for process in processes:
        process.stop()
