"""Makes a night that fails as small as it can, so that what matters in it can be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.simulation.plan import Act, Plan


def shrunk(plan: Plan, fails: Callable[[Plan], bool]) -> Plan:
    """Return a smaller night that still fails: as few acts as possible, and one process at a time if that is enough."""
    for simpler in (replace(plan, gives_way=0.0, workers=1), replace(plan, gives_way=0.0), replace(plan, workers=1)):
        if simpler != plan and fails(simpler):
            plan = simpler
            break
    return plan.with_acts(_fewest(plan.acts, lambda acts: fails(plan.with_acts(acts))))


def _fewest(acts: Sequence[Act], fails: Callable[[Sequence[Act]], bool]) -> Sequence[Act]:
    """Return the acts without those that do not matter (delta debugging): halves first, then single ones."""
    size = max(1, len(acts) // 2)
    while True:
        place = 0
        while place < len(acts):
            fewer = [*acts[:place], *acts[place + size :]]
            if fewer and fails(fewer):
                acts = fewer
            else:
                place += size
        if size == 1:
            return acts
        size //= 2
