"""What commands of the tests do as `tests/conftest.py` does."""

from __future__ import annotations

from argon2 import PasswordHasher

from callbacks.people import passwords
from sla.zones import use_newest_rules


def quick_passwords() -> None:
    """Use the newest rules of time zones, and hash passwords quickly."""
    use_newest_rules()
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
