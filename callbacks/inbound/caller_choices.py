"""What a caller chose by key, stored with the call. Each turn of the call brings all of it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from callbacks.db.states import Urgency
from callbacks.db.tables import Call


@dataclass(frozen=True)
class CallerChoices:
    """Everything that a caller has chosen so far in a call."""

    urgency: Urgency = Urgency.NONE
    product: str = ""
    is_separate: bool = False  # not about the callback that is open
    wants_manager: bool = False
    box: str = ""  # the voicemail box of a menu; "" for support


def record_choices(call: Call, choices: CallerChoices, now: datetime) -> None:
    """Store what the caller has chosen. What they have not chosen in this turn's URL changes nothing."""
    if choices.urgency is not Urgency.NONE:
        call.urgency = choices.urgency
    call.product = choices.product or call.product
    call.is_separate = choices.is_separate or call.is_separate
    call.box = choices.box or call.box
    if choices.wants_manager and call.wants_manager_at is None:
        call.wants_manager_at = now
