"""Next actions: the next step of the policy for callbacks that nobody looks after, and what follows an attempt."""

from __future__ import annotations

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.paging.follow_up import take_next_action
from callbacks.worker.due_callbacks import DueCallbacks
from sla.clock import Clock


def next_actions(database: Database, desk: Desk, clock: Clock) -> DueCallbacks:
    """Return the job that takes the next action of every open callback."""
    return DueCallbacks(database, clock, lambda session, callback, now: take_next_action(session, desk, callback, now))
