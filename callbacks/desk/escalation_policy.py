"""The escalation policy as data: who is paged when, and what makes a policy unfit for a night. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from callbacks.db.states import Channel

# Two layers stand apart from the desk's own: who hears of a breach, and who stands in where nobody is.
SUPERVISOR, FALLBACK = "supervisor", "fallback"
EVERYONE, EVERYONE_ELSE = "everyone", "everyone else"
PERSON = "person:"  # before a technician's name, where a layer could stand


@dataclass(frozen=True)
class Target:
    """A layer, "supervisor", "everyone", "everyone else" or "person:Amy Roy", and how they are paged."""

    who: str
    channel: Channel | None  # None: as each person's own contact rules say


@dataclass(frozen=True)
class Step:
    """What is done `after` the callback opened (in `again`: after the step before)."""

    after: timedelta
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Escalation:
    """The escalation policy of the desk."""

    layers: tuple[str, ...]
    steps: tuple[Step, ...]
    again: Step
    promise: timedelta
    reminder_after: timedelta
    reminder_before_due: timedelta
    resume_before_due: timedelta

    @property
    def breach(self) -> int:
        """The position of the step that is taken at the deadline."""
        return next(n for n, step in enumerate(self.steps) if step.after >= self.promise)

    def step(self, position: int) -> Step:
        return self.steps[position] if position < len(self.steps) else self.again

    def faults(self) -> Iterator[str]:
        """Everything that makes this policy unfit to be trusted with a night."""
        known = {*self.layers, SUPERVISOR, FALLBACK, EVERYONE, EVERYONE_ELSE}
        for number, step in enumerate((*self.steps, self.again), start=1):
            if not step.targets:
                yield f"step {number} pages nobody. Give it a text or a call."
            for target in step.targets:
                if target.who not in known and not target.who.startswith(PERSON):
                    yield f"step {number} pages {target.who!r}, which is no layer. Known: {', '.join(sorted(known))}."
        times = [step.after for step in self.steps]
        if any(later <= earlier for earlier, later in itertools.pairwise(times)):
            yield "the steps must come one after the other. Sort them by `after`, each with its own."
        if times[0] > timedelta(minutes=1):
            yield "the first step is later than one minute after the call. Page somebody at 0m."
        if not any(after >= self.promise for after in times):
            yield "no step is taken at the deadline. Add one at the promised time that pages the supervisor."
        at_or_after = [*(step for step in self.steps if step.after >= self.promise), self.again]
        if not any(target.who == SUPERVISOR for step in at_or_after for target in step.targets):
            yield "nobody tells the supervisor of a broken promise. Name supervisor at the deadline, or in `again`."
        yield from self._faults_of_reach()

    def _faults_of_reach(self) -> Iterator[str]:
        before = [target.who for step in self.steps if step.after < self.promise for target in step.targets]
        different = {who for who in before if who not in (EVERYONE, EVERYONE_ELSE)}
        if len(different) < 3 and not {EVERYONE, EVERYONE_ELSE} & set(before):
            yield "fewer than three people are paged before the deadline. Add steps for more layers, or for everyone."

    def people_named(self) -> Iterator[str]:
        """The technicians that steps name by name."""
        for step in (*self.steps, self.again):
            yield from (t.who.removeprefix(PERSON).strip() for t in step.targets if t.who.startswith(PERSON))
