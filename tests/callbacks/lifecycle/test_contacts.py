"""A word from the customer: their open callbacks are looked at again, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.states import ReachOutcome
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.contacts import note_contact
from callbacks.lifecycle.transitions import look_again_at
from callbacks.people import technicians

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
LATER, MUCH_LATER = BEGAN + timedelta(hours=1), BEGAN + timedelta(days=1)


def test_only_what_was_tried_for_this_number_is_looked_at_again(database: Database) -> None:
    def work(session: Session) -> None:
        amy = technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        found = []
        for sid, caller in (("CA1", "+15145550199"), ("CA2", "+15145550198"), ("CA3", "+15145550199")):
            arrival = calls.Arrival(sid, "direct", caller, "en", False, "closed", "TN-Validation-Passed-A")
            call = calls.record_call(session, arrival, BEGAN)
            call.is_separate = True
            found.append(open_callback(session, DESK, call, BEGAN))
        for callback in found[:2]:
            record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", BEGAN)
        for callback in found:
            look_again_at(callback, MUCH_LATER)
        note_contact(session, "+15145550199", LATER)
        # The third has not been tried: it escalates at its own pace.
        assert [callback.next_action_at for callback in found] == [LATER, MUCH_LATER, MUCH_LATER]

    database.write(work)
