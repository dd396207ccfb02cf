"""A user in words: the address, the role, and which technician they are."""

from __future__ import annotations

from callbacks.db.states import Role
from callbacks.db.tables import Technician, User
from callbacks.people.user_words import in_words


def test_the_role_and_the_technician_are_named() -> None:
    assert in_words(User(email="ada@example.com", role=Role.ADMINISTRATOR)) == "ada@example.com (administrator)"
    sue = User(email="sue@example.com", role=Role.TECHNICIAN, technician=Technician(name="Sue Roy"))
    assert in_words(sue) == "sue@example.com (technician, Sue Roy)"
