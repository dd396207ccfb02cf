"""Lives through nights and says what is wrong with them, with a smaller night that shows it."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.simulation.night import lived
from tests.simulation.plan import Plan, made_up, read_plan
from tests.simulation.rules import broken
from tests.simulation.shrink import shrunk
from tests.simulation.world import World

KEPT = Path(__file__).with_name("kept_nights.txt")


def faults_of(world: World, plan: Plan, dies_at: int | None = None) -> list[str]:
    """Return what is wrong with a night, if anything."""
    try:
        return broken(lived(world, plan, dies_at))
    except Exception:
        return [f"the night did not end: {traceback.format_exc(limit=-6)}"]


def failure(world: World, seed: int) -> str | None:
    """Return what is wrong with the night of a seed, and the smallest night that shows it, or None."""
    plan = made_up(seed)
    found = faults_of(world, plan)
    if not found:
        return None
    rule = found[0].partition(":")[0]
    smallest = shrunk(plan, lambda each: any(wrong.startswith(rule) for wrong in faults_of(world, each)))
    wrong = "\n".join(f"  {each}" for each in found)
    return f"The night of seed {seed} fails.\n{wrong}\nTo keep it, add to {KEPT.name}:\n\n# {rule}\n" + "\n".join(
        smallest.lines
    )


@contextmanager
def without_collections() -> Iterator[None]:
    """Collect no garbage meanwhile: it would take a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def kept_nights() -> Sequence[tuple[str, Plan]]:
    """Return the nights that once failed, each with its title."""
    nights = []
    for block in KEPT.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line.strip()]
        comments = [line.removeprefix("#").strip() for line in lines if line.startswith("#")]
        acts = [line for line in lines if not line.startswith("#")]
        if acts:
            nights.append((" ".join(comments), read_plan(acts)))
    return nights
