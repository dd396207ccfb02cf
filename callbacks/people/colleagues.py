"""The mail addresses of the people of the desk. The sender of a mail can be forged, so they prove nothing."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.tables import User
from callbacks.people.technicians import everybody


def addresses_of_colleagues(session: Session) -> frozenset[str]:
    """Return the addresses of technicians and users, in lower case."""
    technicians = [technician.email for technician in everybody(session)]
    return frozenset(each.lower() for each in [*technicians, *session.scalars(select(User.email))] if each)
