"""A user in words, for the audit log."""

from __future__ import annotations

from callbacks.db.tables import User


def in_words(user: User) -> str:
    """Return who a user is: "sue@example.com (technician, Sue Roy)"."""
    name = f", {user.technician.name}" if user.technician is not None else ""
    return f"{user.email} ({user.role.value}{name})"
