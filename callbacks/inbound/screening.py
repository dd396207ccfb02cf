"""Whether a call is let in. Pure.

A caller who is not let in can still leave a message: a blocked number may have a new owner, and the caller ID of a
real customer may be forged by somebody else.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from callbacks.db.states import NumberRuleKind
from callbacks.text.attestation import has_failed


class Admission(enum.Enum):
    """What happens to a call at its beginning."""

    LET_IN = "let in"
    ASK_FOR_KEY = "ask for a key"
    BLOCKED = "blocked"  # may leave a message, which wakes nobody
    CAPPED = "capped"  # goes to the message at once
    CANARY = "canary"  # our own test call: goes to the message at once, with nothing said before


@dataclass(frozen=True)
class CallerFacts:
    """What is known of a caller before anything is said."""

    rule: NumberRuleKind | None
    is_withheld: bool
    attestation: str  # StirVerstat, as the carrier gave it
    calls_in_the_last_hour: int  # from the same number, this one not counted


@dataclass(frozen=True)
class ScreeningRules:
    """When the desk asks for a key, and how many calls an hour it takes from one number."""

    ask_withheld: bool
    ask_failed_attestation: bool
    calls_an_hour: int


def admit(rules: ScreeningRules, caller: CallerFacts) -> Admission:
    """Return whether a call is let in. What a person decided about the number comes first."""
    if caller.rule is NumberRuleKind.ALLOWED:
        return Admission.LET_IN
    if caller.rule is NumberRuleKind.BLOCKED:
        return Admission.BLOCKED
    if not caller.is_withheld and caller.calls_in_the_last_hour >= rules.calls_an_hour:
        return Admission.CAPPED
    is_forged = has_failed(caller.attestation)
    if (caller.is_withheld and rules.ask_withheld) or (is_forged and rules.ask_failed_attestation):
        return Admission.ASK_FOR_KEY
    return Admission.LET_IN
