"""Live through any number of nights: `python -m tests.simulation FIRST LAST`. It stops at the first that fails."""

from __future__ import annotations

import gc
import sys
import time

from tests.simulation.outside_pytest import world_of_a_command
from tests.simulation.running import failure, without_collections

GARBAGE_EVERY = 20  # nights


def main(first: int, last: int) -> int:
    """Return 1 if a night fails."""
    began = time.monotonic()
    with world_of_a_command() as world, without_collections():
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
