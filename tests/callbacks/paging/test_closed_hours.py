"""Who is paged while the desk is closed: for a voicemail and a critical callback at once, else when it opens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackOrigin, PriorityLevel
from callbacks.db.tables import Callback
from callbacks.paging.closed_hours import not_while_closed
from tests.callbacks.paging.paging_desk import DESK, PagingDesk

SATURDAY = datetime(2026, 11, 28, 15, tzinfo=UTC)
MONDAY = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)  # 8:30 at the desk
MONDAY_LATER = datetime(2026, 11, 30, 14, tzinfo=UTC)
VOICEMAIL, MISSED_CALL, BY_HAND = CallbackOrigin.VOICEMAIL, CallbackOrigin.MISSED_CALL, CallbackOrigin.BY_HAND


@pytest.mark.parametrize(
    ("origin", "priority", "planned", "at"),
    [
        (VOICEMAIL, PriorityLevel.P3, SATURDAY, SATURDAY),
        (MISSED_CALL, PriorityLevel.P1, SATURDAY, SATURDAY),
        (MISSED_CALL, PriorityLevel.P2, SATURDAY, MONDAY),
        (BY_HAND, PriorityLevel.P3, SATURDAY, MONDAY),
        (MISSED_CALL, PriorityLevel.P2, MONDAY_LATER, MONDAY_LATER),
    ],
)
def test_when_the_next_step_comes(
    desk: PagingDesk, origin: CallbackOrigin, priority: PriorityLevel, planned: datetime, at: datetime
) -> None:
    def work(session: Session, callback: Callback) -> datetime:
        callback.origin, callback.priority = origin, priority
        return not_while_closed(session, DESK, callback, planned)

    assert desk.write(work) == at


def test_the_step_at_the_deadline_is_never_put_off(desk: PagingDesk) -> None:
    """An hour of support time that ends at closing time is due at that instant."""

    def work(session: Session, callback: Callback) -> datetime:
        callback.origin, callback.due_at = MISSED_CALL, SATURDAY
        return not_while_closed(session, DESK, callback, SATURDAY)

    assert desk.write(work) == SATURDAY
