"""What a caller chose is stored once, and a turn without it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from callbacks.db.states import Urgency
from callbacks.db.tables import Call
from callbacks.inbound.caller_choices import CallerChoices, record_choices

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)


def test_a_choice_stays_when_a_later_turn_does_not_have_it() -> None:
    call = Call(product="", box="", is_separate=False, urgency=Urgency.NONE)
    record_choices(call, CallerChoices(Urgency.DOWN, "modusMail", is_separate=True, wants_manager=True), NOW)
    record_choices(call, CallerChoices(wants_manager=True), NOW + timedelta(seconds=9))
    record_choices(call, CallerChoices(), NOW + timedelta(seconds=9))
    assert (call.urgency, call.product, call.is_separate) == (Urgency.DOWN, "modusMail", True)
    assert call.wants_manager_at == NOW


def test_the_last_choice_of_urgency_counts() -> None:
    call = Call(product="", box="", is_separate=False, urgency=Urgency.NONE)
    for urgency in (Urgency.DOWN, Urgency.CAN_WAIT):
        record_choices(call, CallerChoices(urgency), NOW)
    assert call.urgency is Urgency.CAN_WAIT
