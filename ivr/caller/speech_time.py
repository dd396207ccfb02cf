"""How long the carrier takes to speak, at the least."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from ivr.twilio.verbs import Gather, Pause, Say, Verb

# The voices as shipped speak two and a half to three words a second.
FASTEST = 3.5  # words a second


def shortest_time(verbs: Iterable[Verb]) -> timedelta:
    """Return how long these verbs take when they are spoken fast."""
    return timedelta(seconds=sum(_seconds(verb) for verb in verbs))


def _seconds(verb: Verb) -> float:
    match verb:
        case Say(text, _):
            return len(text.split()) / FASTEST
        case Pause(seconds):
            return seconds
        case Gather(_, prompts, timeout, even_without_key, _, _) if (
            not even_without_key
        ):  # what follows is heard after it
            return timeout + sum(_seconds(prompt) for prompt in prompts)
    return 0
