"""Amy and Ben take weekly turns on primary."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.people import technicians


def add_weekly_turns(session: Session, desk: Desk, now: datetime) -> None:
    """Add Amy and Ben, who take weekly turns on primary, and Sue, who is always the supervisor."""
    amy, ben, sue = (
        technicians.add_technician(session, name, f"+1514555010{n}", now, verified=True)
        for n, name in enumerate(("Amy Roy", "Ben Cole", "Sue Tran"))
    )
    store.add_rotation(session, desk, "primary", [amy, ben], date(2026, 10, 23), "18:00", timedelta(days=7), now)
    store.add_shift(session, desk, sue, "supervisor", None, None, now)
