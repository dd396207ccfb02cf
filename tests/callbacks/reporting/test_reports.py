"""What a report says about one callback, and the closures that decide over it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import add_closure, add_holiday, remove_holiday, support_hours
from callbacks.errors import WrongState
from callbacks.lifecycle.sla_status import explanations
from tests.callbacks.reporting.facts import BEGAN, DESK, HOUR, night


def test_a_supervisor_can_read_the_promise_to_the_customer(database: Database) -> None:
    database.write(night)
    callback = database.read(lambda session: session.scalars(select(Callback).order_by(Callback.id)).first())
    assert callback is not None
    said = database.read(lambda s: explanations(s, DESK, DESK.regular_hours, callback, BEGAN + HOUR))
    assert said[0] == (
        "A first reaction was promised within 30 minutes from Sat 28 Nov 2026 22:12 EST: counting every hour of the "
        "day and night, and skipping nothing, it was due Sat 28 Nov 2026 22:42 EST, and was done Sat 28 Nov 2026 "
        "22:24 EST, in time."
    )
    assert said[1].startswith("A resolution was promised within 24 hours from")


def test_closures_and_corrected_holidays_decide_over_hours(database: Database) -> None:
    noon = datetime(2026, 11, 24, 17, tzinfo=UTC)  # a Tuesday
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)

    def decide(session: Session) -> None:
        add_closure(session, noon, noon + HOUR, "the move", "le déménagement")
        add_closure(session, BEGAN, BEGAN + HOUR, "the migration", "la migration", opens=True)
        remove_holiday(session, thanksgiving.date())
        add_holiday(session, (noon + timedelta(days=1)).date(), "the founder's day", "la fête du fondateur")

    database.write(decide)
    hours = database.read(lambda session: support_hours(session, DESK))
    said = [hours.verdict(at) for at in (noon, noon + HOUR, BEGAN, thanksgiving, noon + timedelta(days=1))]
    assert [verdict.is_open for verdict in said] == [False, True, True, True, False]
    assert said[0].reason.spoken("fr") == "le déménagement"
    assert said[4].reason.spoken("en") == "the founder's day"
    with pytest.raises(WrongState, match="ends before it begins"):
        database.write(lambda session: add_closure(session, noon, noon, "x", "x"))
