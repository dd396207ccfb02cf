"""A story under a moving clock ends the same on any machine: real time decides nothing in it."""

from __future__ import annotations

import threading
import time

from sqlalchemy import event

from callbacks.cli.context import IN_PRODUCTION
from tests.scenarios.conftest import ScenarioDesk


def test_a_database_slower_than_a_caller_would_wait_changes_nothing(desk: ScenarioDesk) -> None:
    """In production the webhook would answer without the database. Here the night goes on as if it had been fast."""
    delays = [IN_PRODUCTION.webhooks.total_seconds() + 0.2]

    def delay(_connection: object) -> None:
        if threading.current_thread().name.startswith("webhook") and delays:
            time.sleep(delays.pop())

    event.listen(desk.service.database.engine, "begin", delay, insert=True)
    desk.leaves_a_message()
    assert delays == []
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.resolves()
    desk.scenario.minutes_pass(40)
