"""Processes that are kept running: restarted with an increasing pause, and stopped by a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from callbacks.processes import STOP_TIMEOUT, RestartingProcess, keep_running, stop_signal


@dataclass
class FakeProcess:
    """A process whose end the test decides."""

    returncode: int | None = None
    calls: list[str] = field(default_factory=list)
    ignores_sigterm: bool = False

    def poll(self) -> int | None:
        return self.returncode

    def terminate(self) -> None:
        self.calls.append("terminate")

    def wait(self, timeout: float) -> None:
        self.calls.append(f"wait {timeout}")
        if self.ignores_sigterm:
            raise subprocess.TimeoutExpired("command", timeout)

    def kill(self) -> None:
        self.calls.append("kill")


class Machine:
    """The time and the processes started on it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.started = 1000.0, list[FakeProcess]()
        monkeypatch.setattr("callbacks.processes.time.monotonic", lambda: self.now)
        monkeypatch.setattr("callbacks.processes.subprocess.Popen", self._start)
        self.process = RestartingProcess("web", ["web"])

    def _start(self, _command: list[str]) -> FakeProcess:
        self.started.append(FakeProcess())
        return self.started[-1]

    def ends_after(self, seconds: float) -> float:
        """Let the process end, and return the pause before it is started again."""
        count = len(self.started)
        self.now += seconds
        self.started[-1].returncode = 1
        ended_at = self.now
        while len(self.started) == count:
            self.process.check()
            self.now += 0.25
        return self.now - 0.25 - ended_at


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(monkeypatch)
    machine.process.check()
    return machine


def test_a_process_is_started_once(machine: Machine) -> None:
    machine.process.check()
    assert len(machine.started) == 1


def test_one_that_keeps_ending_is_restarted_less_and_less_often(machine: Machine) -> None:
    pauses = [machine.ends_after(1) for _ in range(7)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]


def test_one_that_ran_well_is_restarted_soon(machine: Machine) -> None:
    assert [machine.ends_after(1), machine.ends_after(1), machine.ends_after(120)] == [1.0, 2.0, 0.5]


@pytest.mark.parametrize(
    ("ignores_sigterm", "calls"),
    [(False, ["terminate", f"wait {STOP_TIMEOUT}"]), (True, ["terminate", f"wait {STOP_TIMEOUT}", "kill"])],
)
def test_it_is_asked_to_stop_and_killed_when_it_does_not(
    machine: Machine, ignores_sigterm: bool, calls: list[str]
) -> None:
    machine.started[0].ignores_sigterm = ignores_sigterm
    machine.process.stop()
    assert machine.started[0].calls == calls


def test_one_that_never_started_needs_no_stop() -> None:
    RestartingProcess("web", ["web"]).stop()


@pytest.fixture
def handlers() -> Iterator[None]:
    """Signal handlers as they were before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop(number: signal.Signals) -> None:
    stopping = stop_signal()
    assert not stopping.is_set()
    os.kill(os.getpid(), number)
    assert stopping.wait(5)


@pytest.mark.usefixtures("handlers")
def test_every_command_runs_until_a_signal_stops_them(monkeypatch: pytest.MonkeyPatch) -> None:
    running = [sys.executable, "-c", "import time; time.sleep(60)"]
    start, started = subprocess.Popen, list[subprocess.Popen[bytes]]()

    def start_and_note(command: list[str]) -> subprocess.Popen[bytes]:
        started.append(start(command))
        return started[-1]

    monkeypatch.setattr("callbacks.processes.subprocess.Popen", start_and_note)
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGTERM)).start()
    keep_running({"web": running, "worker": running})
    assert [process.poll() for process in started] == [-signal.SIGTERM, -signal.SIGTERM]
