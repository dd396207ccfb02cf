"""Accounts: roles, passwords, lockout. How slowly passwords are hashed is checked in a process of its own."""

from __future__ import annotations

import subprocess
import sys


def test_the_service_hashes_as_slowly_as_advised() -> None:
    """RFC 9106's second choice: three passes over 64 MiB."""
    ask = "from callbacks.people.users import _hasher as h; print(h.time_cost, h.memory_cost, h.type.name)"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert (int(said[0]) >= 3, int(said[1]) >= 65536, said[2]) == (True, True, "ID")
