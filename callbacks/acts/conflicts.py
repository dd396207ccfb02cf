"""Which events make an act on an older view of a callback a mistake.

Somebody who listens to the message, or does not pick up, is in nobody's way.
"""

from __future__ import annotations

from callbacks.db.event_kinds import EventKind

ENDED = frozenset({EventKind.RESOLVED, EventKind.CANCELLED, EventKind.AUTO_CLOSED, EventKind.REOPENED})
OWNER_CHANGED = ENDED | {EventKind.TAKEN, EventKind.ASSIGNED, EventKind.PASSED}
TRIED = OWNER_CHANGED | {EventKind.ATTEMPT, EventKind.OUTCOME_REPORTED}
NUMBER_CHANGED = frozenset({EventKind.NUMBER_CHANGED, EventKind.NUMBER_BLOCKED})
WAITING_CHANGED = frozenset({EventKind.WAITING_STARTED, EventKind.WAITING_ENDED})
