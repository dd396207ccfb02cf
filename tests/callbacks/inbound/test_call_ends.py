"""What the caller of a call that has ended is owed: a table of what happened in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from callbacks.db.states import OWED, CallbackOrigin, CallOutcome
from callbacks.inbound.call_ends import EndedCall, outcome_of

BEGAN = datetime(2026, 11, 24, 15, tzinfo=UTC)
MISSED_AFTER = timedelta(seconds=20)


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


NOTHING = EndedCall(at(60), beep_at=None, promised_at=None, waited_from=None, is_answered=False)
WAITED = replace(NOTHING, waited_from=at(3))
PROMISED = replace(NOTHING, promised_at=at(55))


@pytest.mark.parametrize(
    ("call", "outcome"),
    [
        (NOTHING, CallOutcome.HUNG_UP_BEFORE_THE_BEEP),
        (replace(NOTHING, beep_at=at(30)), CallOutcome.VOICEMAIL),
        (replace(WAITED, is_answered=True), CallOutcome.ANSWERED),
        (replace(WAITED, is_answered=True, beep_at=at(40)), CallOutcome.VOICEMAIL),  # nobody was connected after all
        (WAITED, CallOutcome.MISSED),
        (replace(WAITED, ended_at=at(23)), CallOutcome.HUNG_UP_BEFORE_THE_BEEP),  # 20 seconds, and no longer
        (replace(WAITED, ended_at=at(24)), CallOutcome.MISSED),
        (PROMISED, CallOutcome.PROMISED),
        (replace(PROMISED, ended_at=at(55)), CallOutcome.PROMISED),
        (replace(PROMISED, ended_at=at(54)), CallOutcome.HUNG_UP_BEFORE_THE_BEEP),
        (replace(PROMISED, waited_from=at(3)), CallOutcome.PROMISED),  # what was spoken comes first
        (replace(PROMISED, waited_from=at(3), ended_at=at(50)), CallOutcome.MISSED),  # hung up on the promise
    ],
)
def test_how_a_call_ended(call: EndedCall, outcome: CallOutcome) -> None:
    assert outcome_of(call, MISSED_AFTER) is outcome


def test_what_each_outcome_leaves() -> None:
    nothing = {CallOutcome.IN_PROGRESS, CallOutcome.ANSWERED, CallOutcome.HUNG_UP_BEFORE_THE_BEEP}
    nothing |= {CallOutcome.TECHNICIAN, CallOutcome.PUT_THROUGH}
    assert set(CallOutcome) - set(OWED) == nothing
    assert OWED[CallOutcome.MISSED] is CallbackOrigin.MISSED_CALL
    assert OWED[CallOutcome.PROMISED] is CallbackOrigin.VOICEMAIL
