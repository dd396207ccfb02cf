"""Faults on request: what a carrier and the network between do on a bad night.

    carrier.faults.add(answer_lost("Messages"))
    carrier.faults.add(late("recording", by=timedelta(minutes=2), times=3))

Every fault strikes `times` times and then is over. Nothing is random unless a `random.Random` is handed in.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

Params = Mapping[str, str]
Match = Callable[[Params], bool] | Mapping[str, str] | None

RESOURCES = ("Messages", "Calls")
WEBHOOKS = ("voice", "action", "status", "recording", "sms", "message-status")
DOCUMENTS = ("voice", "action", "sms")
FOR_EVER = 1_000_000_000


@dataclass
class Fault:
    """One thing that goes wrong. Make it with a function of this module."""

    where: str
    what: str
    times: int = 1
    match: Match = None
    chance: float = 1.0
    status: int = 0
    performed: bool = False
    span: timedelta = timedelta(0)
    struck: int = field(default=0)

    @property
    def is_over(self) -> bool:
        return self.struck >= self.times

    def concerns(self, where: str, params: Params) -> bool:
        if self.is_over or self.where != where:
            return False
        if callable(self.match):
            return self.match(params)
        return all(params.get(name) == value for name, value in (self.match or {}).items())


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
                if fault.concerns(where, params) and self._happens(fault):
                    fault.struck += 1
                    return fault
        return None

    def _happens(self, fault: Fault) -> bool:
        return fault.chance >= 1 or (self.random is not None and self.random.random() < fault.chance)


# Creating messages and calls


def refused(resource: str, status: int = 429, *, times: int = 1, match: Match = None, chance: float = 1.0) -> Fault:
    """Answer 429, 500, 503...; nothing was done."""
    return _rest(Fault(resource, "refused", times, match, chance, status=status))


def failed_but_done(resource: str, status: int = 500, *, times: int = 1, match: Match = None) -> Fault:
    """Answer 5xx although it was done."""
    return _rest(Fault(resource, "refused", times, match, status=status, performed=True))


def answer_lost(resource: str, *, times: int = 1, match: Match = None, chance: float = 1.0) -> Fault:
    """It is done, and the answer never arrives."""
    return _rest(Fault(resource, "answer lost", times, match, chance, performed=True))


def connection_reset(resource: str, *, times: int = 1, match: Match = None) -> Fault:
    """It is not done, and the connection breaks."""
    return _rest(Fault(resource, "connection reset", times, match))


def slow(resource: str, by: timedelta, *, times: int = 1, match: Match = None) -> Fault:
    """It is done, and the answer takes so long. In process, that is a timeout or nothing at all."""
    return _rest(Fault(resource, "slow", times, match, span=by, performed=True))


# Webhooks


def lost(kind: str, *, times: int = 1, match: Match = None, chance: float = 1.0) -> Fault:
    """The webhook never arrives. Where a document was asked for, the call fails as it would at Twilio."""
    return _webhook(Fault(kind, "lost", times, match, chance))


def doubled(kind: str, *, times: int = 1, match: Match = None, chance: float = 1.0) -> Fault:
    """The webhook arrives twice."""
    return _webhook(Fault(kind, "doubled", times, match, chance))


def late(kind: str, by: timedelta, *, times: int = 1, match: Match = None, chance: float = 1.0) -> Fault:
    """The webhook arrives late; where a document was asked for, its answer does (15 seconds is too late)."""
    return _webhook(Fault(kind, "late", times, match, chance, span=by))


def reordered(kind: str, *, times: int = 1, match: Match = None) -> Fault:
    """The webhook arrives after the next one of its kind."""
    if kind in DOCUMENTS:
        raise ValueError(f"A {kind!r} webhook is waited for; it cannot change places with another.")
    return _webhook(Fault(kind, "reordered", times, match))


# Recordings


def media_missing(times: int = 1) -> Fault:
    """The audio is not there yet: 404."""
    return Fault("media", "missing", times)


def media_cut(times: int = 1) -> Fault:
    """The audio arrives cut short."""
    return Fault("media", "cut", times)


def recording_failed(times: int = 1) -> Fault:
    """The recording fails at the carrier (RecordingStatus=failed)."""
    return Fault("recording made", "failed", times)


def _rest(fault: Fault) -> Fault:
    if fault.where not in RESOURCES:
        raise ValueError(f"{fault.where!r} is no resource that is created; name one of {', '.join(RESOURCES)}.")
    return fault


def _webhook(fault: Fault) -> Fault:
    if fault.where not in WEBHOOKS:
        raise ValueError(f"There is no {fault.where!r} webhook; name one of {', '.join(WEBHOOKS)}.")
    return fault
