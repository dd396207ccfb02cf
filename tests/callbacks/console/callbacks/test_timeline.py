"""The timeline of a callback."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptProof, AttemptState, CarrierStatus, ReachOutcome
from callbacks.db.tables import Callback, Page, PageAttempt, Technician
from callbacks.records.event_log import record_event
from tests.callbacks.console.console import BEGAN, Console
from tests.tried import tried


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


def test_an_attempt_in_the_story_has_its_proof(sue: Console) -> None:
    rang_at, reported_at = BEGAN + timedelta(minutes=5, seconds=4), BEGAN + timedelta(minutes=5, seconds=30)
    words_at = BEGAN + timedelta(minutes=9)

    def work(session: Session) -> None:
        amy, row = session.scalars(select(Technician)).all()[0], session.scalars(select(Callback)).one()
        tried(session, row, amy, BEGAN + timedelta(minutes=5), AttemptProof.CARRIER, rang_at=rang_at)
        tried(session, row, amy, words_at - timedelta(minutes=2), AttemptProof.NONE, ReachOutcome.NOT_RUNG)
        tried(session, row, amy, words_at, AttemptProof.WORD)
        for at in (reported_at, words_at):
            record_event(session, row.contact_sid, at, "Amy Roy", EventKind.ATTEMPT, "no answer")
        record_event(session, row.contact_sid, rang_at, "Ben Cole", EventKind.ATTEMPT, "of an early release")

    sue.database.write(work)
    found = sue.reads("/callbacks/{reference}")
    assert "22:17:30 Amy Roy tried the customer: no answer Proven by the carrier" in found
    assert "22:21:00 Amy Roy tried the customer: no answer By a technician's word" in found
    assert re.search(r"Ben Cole tried the customer: of an early release (?!Proven|By)", found)
