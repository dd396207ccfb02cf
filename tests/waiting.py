"""How long tests wait in real time: far longer than any machine takes, so that only what never comes fails a test.

An upper limit that a slow machine could exceed is allowed in `tests/processes/test_frozen.py` and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

FAR = timedelta(minutes=3)
LOOKS_EVERY = timedelta(milliseconds=20)


class NeverHappened(AssertionError):
    """What the test waited for did not come."""


def eventually(happens: Callable[[], bool], what: str, within: timedelta = FAR) -> None:
    """Wait for what happens in another thread or process. Raises NeverHappened."""
    ends = time.monotonic() + within.total_seconds()
    while not happens():
        if time.monotonic() > ends:
            raise NeverHappened(f"Waited {within} in vain for this: {what}.")
        time.sleep(LOOKS_EVERY.total_seconds())
