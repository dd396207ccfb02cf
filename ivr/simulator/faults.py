"""Faults on request: what a carrier and the network between do on a bad night.

    carrier.faults.add(Fault("messages", "answer lost"))
    carrier.faults.add(Fault("recording", "late", times=3, by=timedelta(minutes=2)))

Every fault strikes `times` times and then is over. Nothing is random unless a `random.Random` is handed in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random

Params = Mapping[str, str]
Match = str | Mapping[str, str] | Callable[[Params], bool]

REQUESTS = ("429", "500", "503", "500 but done", "503 but done", "answer lost", "refused connection", "reset", "slow")
NOTICES = ("lost", "doubled", "late", "reordered")
KINDS: Mapping[str, tuple[str, ...]] = {
    # Creating something. "429", "500", "503", "refused connection", "reset": nothing is done. Otherwise it is done:
    # the answer is an error, never arrives, or takes long ("slow"; in process, that is a timeout or nothing).
    "messages": REQUESTS,
    "calls": REQUESTS,
    "lists": ("429", "500", "503", "answer lost", "refused connection", "reset", "slow"),
    # Webhooks that ask for a document: the `action` of a verb, or any other ("voice"). Lost, the call fails as it
    # would at Twilio; late, it is the answer that comes late (15 seconds is too late).
    "voice": ("lost", "doubled", "late"),
    "action": ("lost", "doubled", "late"),
    "sms": ("lost", "doubled", "late"),
    # Webhooks that only report. Reordered: it comes after the next one of its kind.
    "status": NOTICES,
    "recording": NOTICES,
    "message-status": NOTICES,
    # Recordings: their audio, and whether they come about at all (RecordingStatus=failed).
    "media": ("404", "cut short"),
    "recordings": ("failed",),
}


@dataclass
class Fault:
    """One kind of trouble, at one place, so many times; perhaps only where the fields match."""

    where: str
    what: str
    times: int = 1
    by: timedelta = timedelta(seconds=10)
    match: Match = ""
    chance: float = 1.0

    def __post_init__(self) -> None:
        if self.where not in KINDS:
            raise ValueError(f"There is no place {self.where!r} for a fault; there are {', '.join(KINDS)}.")
        if self.what not in KINDS[self.where]:
            raise ValueError(f"{self.where!r} cannot be {self.what!r}; it can be {', '.join(KINDS[self.where])}.")

    @property
    def is_done(self) -> bool:
        """Whether what was asked for is done all the same."""
        return self.what.endswith("but done") or self.what in ("answer lost", "slow")

    @property
    def status(self) -> int:
        """The HTTP status that it answers with, if any."""
        first = self.what.partition(" ")[0]
        return int(first) if first.isdigit() else 0

    def meets(self, where: str, params: Params) -> bool:
        if self.where != where or self.times <= 0:
            return False
        if isinstance(self.match, str):
            return not self.match or any(self.match in value for value in params.values())
        if callable(self.match):
            return self.match(params)
        return all(params.get(name) == value for name, value in self.match.items())


class Faults:
    """The faults that are yet to strike."""

    def __init__(self) -> None:
        self.random: Random | None = None
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        if fault.chance < 1 and self.random is None:
            raise ValueError("A fault by chance needs carrier.faults.random = random.Random(seed) first.")
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        self._faults.clear()

    def strike(self, where: str, params: Params) -> Fault | None:
        """Give the fault that this one meets, if any, and count it."""
        with self._lock:
            for fault in self._faults:
                if fault.meets(where, params) and self._happens(fault):
                    fault.times -= 1
                    return fault
        return None

    def _happens(self, fault: Fault) -> bool:
        return fault.chance >= 1 or (self.random is not None and self.random.random() < fault.chance)
