"""Measures what the simulation promises: how soon the first page leaves, and how late each step of the policy is.

`python -m tests.bench_nights [NIGHTS]` lives through nights in which a database and a worker run, and prints the lines
for a table of benchmarks: the times are virtual, those of the carrier's ledger, and the same on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta

from tests.simulation.night import lived
from tests.simulation.outside_pytest import world_of_a_command
from tests.simulation.plan import made_up
from tests.simulation.rules import broken, first_pages, is_calm, steps
from tests.simulation.running import without_collections

NIGHTS = 60


def main(nights: int) -> int:
    """Return 1 if a rule is broken."""
    first, later, wrong, lived_through = list[timedelta](), list[timedelta](), 0, 0
    with world_of_a_command() as world, without_collections():
        for plan in map(made_up, range(nights)):
            # Once as it is, and once with the calls alone: then every step of the policy is taken.
            for each in (plan, plan.with_acts([act for act in plan.acts if act.what == "calls"][:1])):
                night = lived(world, each)
                lived_through += 1
                wrong += bool(broken(night))
                if is_calm(night):
                    first += [late.by for late in first_pages(night)]
                    later += [late.by for late in steps(night)]
    print(f"{lived_through} nights, {wrong} with a broken rule")
    print("| from when it is due until it leaves | count | median | 99 % | longest |")
    print("| --- | --- | --- | --- | --- |")
    print(_line("first page, after the end of the call", first))
    print(_line("step of the policy", later))
    return 1 if wrong else 0


def _line(what: str, measured: Sequence[timedelta]) -> str:
    if not measured:
        return f"| {what} | 0 | | | |"
    seconds = sorted(each.total_seconds() for each in measured)
    middle, most = seconds[len(seconds) // 2], seconds[min(len(seconds) - 1, len(seconds) * 99 // 100)]
    return f"| {what} | {len(seconds)} | {middle:.1f} s | {most:.1f} s | {seconds[-1]:.1f} s |"


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else NIGHTS))
