"""Closures and extra openings: days that a supervisor decided, over hours and holidays."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.desk import Desk
from callbacks.tables import ClosureRow
from sla.hours import Closure, SupportHours


def support_hours(session: Session, desk: Desk) -> SupportHours:
    """The desk's hours with every closure and opening on record."""
    rows = session.scalars(select(ClosureRow).order_by(ClosureRow.starts_at)).all()
    if not rows:
        return desk.regular_hours
    return desk.regular_hours.with_closures(
        tuple(
            Closure(row.starts_at, row.ends_at, row.opens, {"en": row.reason_en, "fr": row.reason_fr}) for row in rows
        )
    )
