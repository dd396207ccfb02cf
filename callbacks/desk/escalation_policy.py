"""The escalation policy as data: who is paged when, and which policies are refused. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from callbacks.db.states import Channel

# Two layers beside the desk's own: who is alerted to a breach, and who is paged when a layer is empty.
SUPERVISOR, FALLBACK = "supervisor", "fallback"
EVERYONE, EVERYONE_ELSE = "everyone", "everyone else"
PERSON = "person:"  # before a technician's name, in place of a layer


@dataclass(frozen=True)
class Target:
    """Who is paged (a layer, "supervisor", "everyone", "everyone else" or "person:Amy Roy"), and on which channel."""

    who: str
    channel: Channel | None  # None: by each person's own contact rules


@dataclass(frozen=True)
class Step:
    """Who is paged `after` the callback opened or, in `again`, after the previous step."""

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
        """The position of the step at the deadline."""
        return next(n for n, step in enumerate(self.steps) if step.after >= self.promise)

    @property
    def shortest_pause(self) -> timedelta:
        """The least time that a step leaves people to react before the next one."""
        pauses = (later.after - step.after for step, later in itertools.pairwise(self.steps))
        return min((pause for pause in pauses if pause > timedelta(0)), default=self.again.after)

    def step(self, position: int) -> Step:
        return self.steps[position] if position < len(self.steps) else self.again

    def faults(self) -> Iterator[str]:
        """Yield every reason to refuse this policy."""
        known = {*self.layers, SUPERVISOR, FALLBACK, EVERYONE, EVERYONE_ELSE}
        names = ", ".join(sorted(known))
        for number, step in enumerate((*self.steps, self.again), start=1):
            if not step.targets:
                yield f"step {number} pages nobody. Give it a text or a call."
            for target in step.targets:
                if target.who not in known and not target.who.startswith(PERSON):
                    yield f"step {number} pages {target.who!r}, which is not a layer. Known: {names}."
        times = [step.after for step in self.steps]
        if any(later <= earlier for earlier, later in itertools.pairwise(times)):
            yield "each step must come after the one before it. Sort the steps by `after`."
        if times[0] > timedelta(minutes=1):
            yield "the first step is later than one minute after the call. Page somebody at 0m."
        if not any(after >= self.promise for after in times):
            yield "no step is at the deadline. Add one at the promised time that pages the supervisor."
        at_or_after = [*(step for step in self.steps if step.after >= self.promise), self.again]
        if not any(target.who == SUPERVISOR for step in at_or_after for target in step.targets):
            yield "the supervisor is not paged about a breach. Add supervisor at the deadline, or to `again`."
        yield from self._too_few_people()

    def _too_few_people(self) -> Iterator[str]:
        before = [target.who for step in self.steps if step.after < self.promise for target in step.targets]
        different = {who for who in before if who not in (EVERYONE, EVERYONE_ELSE)}
        if len(different) < 3 and not {EVERYONE, EVERYONE_ELSE} & set(before):
            yield "fewer than three people are paged before the deadline. Add steps for more layers, or for everyone."

    def people_named(self) -> Iterator[str]:
        """Yield the names of technicians that steps page directly."""
        for step in (*self.steps, self.again):
            yield from (t.who.removeprefix(PERSON).strip() for t in step.targets if t.who.startswith(PERSON))
