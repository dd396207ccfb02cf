"""When a caller is called back, as it is said to them, and from when on people are paged for it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import Urgency
from callbacks.desk.desk_file import Desk
from sla.hours import SupportHours


@dataclass(frozen=True)
class SpokenPromise:
    """They are called between `counted_from` and `due_at`."""

    counted_from: datetime
    due_at: datetime
    held_until: datetime | None = None  # nobody is paged before


def spoken_promise(
    desk: Desk, began_at: datetime, urgency: Urgency, opens_at: datetime | None, named_at: datetime | None
) -> SpokenPromise:
    """Return what is said to a caller. `opens_at` is when the desk opens; None when that is not known."""
    within = desk.callback.promise
    if named_at is not None:
        return SpokenPromise(named_at, named_at + within, named_at - desk.callback.paged_ahead)
    if urgency is Urgency.CAN_WAIT and opens_at is not None:
        return SpokenPromise(opens_at, opens_at + within, opens_at)
    return SpokenPromise(began_at, began_at + within)


def opens_next(hours: SupportHours, at: datetime) -> datetime | None:
    """Return when the desk opens next, after it has closed if it is open. None: not for years."""
    verdict = hours.verdict(at)
    if not verdict.is_open:
        return verdict.until
    return hours.verdict(verdict.until).until if verdict.until is not None else None
