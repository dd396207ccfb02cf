"""The timeline of a callback."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.states import AttemptState, CarrierStatus
from callbacks.db.tables import Page, PageAttempt
from tests.callbacks.console.console import BEGAN, Console


def test_the_story_is_one_line_of_time_with_every_page_and_its_delivery(sue: Console) -> None:
    def delivered(session: Session) -> None:
        first = session.scalars(select(Page)).all()[0]
        attempt = PageAttempt(page_id=first.id, started_at=BEGAN + timedelta(seconds=2), state=AttemptState.ACCEPTED)
        attempt.carrier_status, attempt.status_at = CarrierStatus.DELIVERED, BEGAN + timedelta(seconds=5)
        session.add(attempt)

    sue.database.write(delivered)
    found = sue.reads("/callbacks/{reference}")
    assert "text to Amy Roy: page: arrived on the phone at 22:12:05" in found
    order = [found.index(words) for words in ("called: direct line", "opened the callback", "text to Amy Roy:")]
    assert order == sorted(order)
