"""What is announced to a caller, and the text that they ask for by key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from callbacks.announcements import changes
from callbacks.announcements.changes import Content
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.tables import Call, Event, Subscription
from callbacks.inbound import announced, calls
from tests.callbacks.announcements.office import DESK

NOW = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)


def announces(database: Database, *lines: str) -> int:
    content = Content("Mail is delayed.", "Le courriel est retardé.", lines)
    return database.write(lambda session: changes.start(session, DESK, content, "sue", NOW).id)


def test_no_more_than_a_few_are_heard_the_latest_first(database: Database) -> None:
    numbers = [announces(database, *lines) for lines in [("direct",), (), ("toll-free",), (), ("direct",)]]

    def heard(line: str) -> list[int]:
        return database.write(
            lambda session: [row.id for row in announced.announced_on(session, line, NOW, is_waited_for=True)]
        )

    assert heard("direct") == [numbers[4], numbers[3], numbers[1]]
    assert heard("toll-free") == [numbers[3], numbers[2], numbers[1]]


@pytest.mark.parametrize(
    ("caller", "attestation", "expected"),
    [
        ("+15145550199", "TN-Validation-Passed-A", 1),
        ("+15145550199", "", 1),
        ("+15145550199", "TN-Validation-Failed-A", 0),  # the text would go to somebody who did not call
        ("anonymous", "TN-Validation-Passed-A", 0),
        ("+18005550199", "TN-Validation-Passed-A", 0),
    ],
)
def test_a_number_that_can_be_texted_is_told_of_the_end_and_the_log_says_so(
    database: Database, caller: str, attestation: str, expected: int
) -> None:
    number = announces(database)
    came = calls.Arrival("CA1", "direct", caller, "fr", False, "at night", attestation)
    database.write(lambda session: calls.record_call(session, came, NOW))
    for _ in range(2):
        database.write(
            lambda session: announced.tell_when_over(session, DESK, session.get_one(Call, "CA1"), [number], NOW)
        )
    rows = database.read(lambda session: session.scalars(select(Subscription)).all())
    assert [(row.address, row.language, row.announcement_id) for row in rows] == [(caller, "fr", number)] * expected
    kinds = database.read(lambda session: session.scalars(select(Event.kind)).all())
    assert kinds.count(EventKind.SUBSCRIBED) == expected
