"""What the caller of a call that has ended is owed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.db.states import CallOutcome


@dataclass(frozen=True)
class EndedCall:
    """A call that is over, as far as the decision depends on it."""

    ended_at: datetime
    beep_at: datetime | None
    promised_at: datetime | None  # when the prompts that promise a call back were over, at the earliest
    waited_from: datetime | None  # when the wait for a technician began
    is_answered: bool  # a technician took the call, and nothing shows that the two were not connected


def outcome_of(call: EndedCall, missed_after: timedelta) -> CallOutcome:
    """Return how a call ended.

    A caller who reached the beep left a voicemail, whatever was recorded. One who hung up during the prompts before it
    changed their mind, and is only logged. But the beep is requested from us as soon as the prompts are over: a call
    that went on after that, without a beep, is one that we did not answer, and its caller had heard the promise. The
    end of the prompts is estimated by fast speech, so that in doubt the caller is called back. In support hours, a
    caller who hangs up after a longer wait for a technician than `missed_after` is a missed call.
    """
    if call.beep_at is not None:
        return CallOutcome.VOICEMAIL
    if call.is_answered:
        return CallOutcome.ANSWERED
    if call.promised_at is not None and call.ended_at >= call.promised_at:
        return CallOutcome.PROMISED
    if call.waited_from is not None and call.ended_at - call.waited_from > missed_after:
        return CallOutcome.MISSED
    return CallOutcome.HUNG_UP_BEFORE_THE_BEEP
