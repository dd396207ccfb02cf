"""What goes wrong on request: requests refused, answers lost, webhooks lost, doubled or late."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

Where = Literal[
    "sending",  # texts and calls alike
    "messages",
    "calls",
    "media",
    "lists",
    "voice",
    "status",
    "recording",
    "sms",
    "message-status",
    "phone rings",
    "text arrives",
]
What = Literal[
    "429",
    "account",
    "500",
    "500 but done",
    "answer lost",
    "refused connection",
    "lost",
    "doubled",
    "late",
    "reordered",
    "404",
    "cut short",
    "busy",
    "unreachable",
    "voicemail",
    "undelivered",
    "silent",
    "landline",
    "unregistered",
]
UNTIL_SWITCHED_OFF = math.inf


@dataclass
class Fault:
    """One kind of trouble, at one place, so many times.

    To requests for messages or calls: "429", "account" and "500" (nothing is done), "500 but done" and "answer lost"
    (it is done all the same), "refused connection". To webhooks: "lost", "doubled", "late", "reordered" (the next one
    comes first). To lists: "500". To media: "404", "cut short". To a phone that rings, and to a text that arrives:
    what the phone does instead of its habit (`Habit`, `SmsHabit`).
    """

    where: Where
    what: What
    times: float = 1
    by: timedelta = timedelta(seconds=10)  # how late
    match: str = ""  # only requests whose fields or URL contain this


@dataclass
class Faults:
    """Every trouble that is still to come."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def next(self, where: str, about: str) -> Fault | None:
        """Take the trouble that meets this request, if any."""
        for fault in self.waiting:
            if _meets(fault, where) and fault.match in about and fault.times > 0:
                fault.times -= 1
                return fault
        return None


def _meets(fault: Fault, where: str) -> bool:
    return fault.where == where or (fault.where == "sending" and where in ("messages", "calls"))
