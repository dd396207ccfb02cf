"""The groups of events that acts conflict with. Each act's own conflicts are in the table of test_base.py."""

from __future__ import annotations

import pytest

from callbacks.acts.conflicts import ENDED, NUMBER_CHANGED, OWNER_CHANGED, TRIED, WAITING_CHANGED
from callbacks.db.event_kinds import EventKind

BY_NOBODY = [
    *(EventKind.MESSAGE_HEARD, EventKind.NOTE, EventKind.PAGE_NOT_TAKEN, EventKind.CALL_ANSWERED),
    *(EventKind.PAGED, EventKind.STEP, EventKind.REMINDER, EventKind.BREACHED),
]


def test_each_group_holds_the_one_before() -> None:
    assert ENDED < OWNER_CHANGED < TRIED


@pytest.mark.parametrize("kind", BY_NOBODY)
def test_what_changes_nothing_conflicts_with_nothing(kind: EventKind) -> None:
    assert kind not in ENDED | OWNER_CHANGED | TRIED | NUMBER_CHANGED | WAITING_CHANGED
