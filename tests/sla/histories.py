"""Histories of one callback, written briefly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sla.priorities import P2, Priority
from sla.promises import History, Promise, Wait, resolution
from sla.targets import AFTER_HOURS, Target
from tests.sla.desk import DESK, local

# A desk may count a resolution in support hours.
P2_IN_SUPPORT_HOURS = replace(P2, resolution=Target(timedelta(hours=24), business_time=True))


def history(
    began_at: str,
    *priorities: Priority | tuple[str, Priority],
    waits: tuple[tuple[str, str | None], ...] = (),
    attempted: str | None = None,
    resolved: str | None = None,
    workaround: str | None = None,
    after_hours: bool = False,
) -> History:
    return History(
        local(began_at),
        tuple(
            (local(given[0]), given[1]) if isinstance(given, tuple) else (local(began_at), given)
            for given in priorities
        ),
        tuple(Wait(local(since), local(until) if until else None) for since, until in waits),
        local(attempted) if attempted else None,
        local(resolved) if resolved else None,
        AFTER_HOURS if after_hours else None,
        local(workaround) if workaround else None,
    )


def resolution_at(what: History, now: str) -> Promise:
    promise = resolution(what, DESK, local(now))
    assert promise is not None
    return promise
