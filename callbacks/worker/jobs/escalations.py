"""Escalations: the next step of the policy for every callback without an attempt to reach the customer."""

from __future__ import annotations

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.paging.escalate import take_next_step
from callbacks.worker.due_callbacks import DueCallbacks
from sla.clock import Clock


def escalations(database: Database, desk: Desk, clock: Clock) -> DueCallbacks:
    """Return the job that takes escalation steps."""
    return DueCallbacks(
        database, clock, lambda session, callback, now: take_next_step(session, desk, callback, now), tried=False
    )
