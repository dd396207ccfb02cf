"""Queues of callers, by name. A queue is created when the first call joins it, and stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.simulator.account import Account
from ivr.simulator.phones import Leg

LARGEST = 1000  # calls, Twilio's default


@dataclass(eq=False)
class QueuedCall:
    """A call that waits in a queue, or has waited there."""

    leg: Leg
    since: datetime
    is_taken: bool = False  # somebody dialed the queue and got this caller


@dataclass(eq=False)
class CallQueue:
    sid: str
    waiting: list[QueuedCall] = field(default_factory=list)
    dialing: list[Leg] = field(default_factory=list)  # who has dialed it and waits for a caller
    waits: list[timedelta] = field(default_factory=list)  # of those who have left it

    @property
    def is_full(self) -> bool:
        return len(self.waiting) >= LARGEST

    def join(self, leg: Leg, now: datetime) -> QueuedCall:
        call = QueuedCall(leg, now)
        self.waiting.append(call)
        return call

    def take_first(self) -> Leg:
        """Take the caller who has waited longest out of the queue."""
        call = self.waiting.pop(0)
        call.is_taken = True
        return call.leg

    def leave(self, call: QueuedCall, now: datetime) -> None:
        self.waits.append(now - call.since)
        if call in self.waiting:
            self.waiting.remove(call)

    def fields(self, call: QueuedCall, now: datetime) -> dict[str, str]:
        """Return what a request for a waiting caller's document says about the queue."""
        average = sum(self.waits, timedelta()) / len(self.waits) if self.waits else timedelta()
        return {
            "QueueSid": self.sid,
            "QueuePosition": str(self.waiting.index(call) + 1),
            "QueueTime": str(round((now - call.since).total_seconds())),
            "AvgQueueTime": str(round(average.total_seconds())),
            "CurrentQueueSize": str(len(self.waiting)),
        }


class Queues:
    """Every queue of an account."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._by_name: dict[str, CallQueue] = {}

    def find(self, name: str) -> CallQueue | None:
        return self._by_name.get(name)

    def create(self, name: str) -> CallQueue:
        """Return the queue with this name, which is created if there is none."""
        if name not in self._by_name:
            self._by_name[name] = CallQueue(self._account.new_sid("QU"))
        return self._by_name[name]
