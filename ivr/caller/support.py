"""Support: a technician in support hours, else why nobody answers, and a message."""

from __future__ import annotations

from ivr.caller import ringing, urgency
from ivr.caller.turns import Reply, Step
from ivr.prompts import why_closed


def to_support(step: Step) -> Reply:
    """Return what a caller hears who has come to support."""
    language, facts = step.turn.language, step.facts
    if not facts.is_open:
        return urgency.ask(step, why_closed(language, facts.reason))
    return ringing.begin(step)
