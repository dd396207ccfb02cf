"""Groups of events that acts conflict with, when someone else caused them after the requester loaded the callback.

Events that change nothing, such as listening to the message, are in none.
"""

from __future__ import annotations

from callbacks.db.event_kinds import EventKind

ENDED = frozenset(
    {
        EventKind.RESOLVED,
        EventKind.CANCELLED,
        EventKind.AUTO_CLOSED,
        EventKind.CLOSED_UNREACHABLE,
        EventKind.REOPENED,
        EventKind.JOINED,
    }
)
OWNER_CHANGED = ENDED | {EventKind.TAKEN, EventKind.ASSIGNED, EventKind.PASSED}
TRIED = OWNER_CHANGED | {EventKind.ATTEMPT, EventKind.OUTCOME_REPORTED}
NUMBER_CHANGED = frozenset({EventKind.NUMBER_CHANGED, EventKind.NUMBER_BLOCKED})
WAITING_CHANGED = frozenset({EventKind.WAITING_STARTED, EventKind.WAITING_ENDED})
