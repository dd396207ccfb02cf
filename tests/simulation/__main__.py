"""Live through any number of nights: `python -m tests.simulation FIRST LAST`. It stops at the first that fails."""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from pathlib import Path

import app
from tests.simulation.night import MAILBOXES
from tests.simulation.quick import quick_passwords
from tests.simulation.running import failure, without_collections
from tests.simulation.world import new_world

GARBAGE_EVERY = 20  # nights


def main(first: int, last: int) -> int:
    """Return 1 if a night fails."""
    quick_passwords()
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        new_world(app.compose, Path(folder), mailboxes=MAILBOXES) as world,
        without_collections(),
    ):
        for seed in range(first, last):
            wrong = failure(world, seed)
            if wrong is not None:
                print(wrong)
                return 1
            if seed % GARBAGE_EVERY == 0:
                gc.collect()
    took = time.monotonic() - began
    print(
        f"{last - first} nights hold ({first} to {last - 1}), in {took:.0f} s: {took / (last - first):.2f} s a night."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
