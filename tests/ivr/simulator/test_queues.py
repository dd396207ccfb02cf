"""A queue of callers: in their order, and what it says about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ivr.simulator import queues
from ivr.simulator.ledger import Call, CallStatus, Direction
from ivr.simulator.phones import Leg, Phone
from ivr.simulator.queues import CallQueue

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)


def leg(sid: str) -> Leg:
    call = Call(sid, "+15148458474", "+15145550199", Direction.INBOUND, CallStatus.IN_PROGRESS, NOW)
    return Leg(Phone(None, "+15145550199"), call)  # type: ignore[arg-type]


def test_callers_are_taken_in_their_order() -> None:
    queue = CallQueue("QU1")
    first, second = leg("CA1"), leg("CA2")
    queue.join(first, NOW)
    later = queue.join(second, NOW)
    assert queue.fields(later, NOW)["QueuePosition"] == "2"
    assert queue.take_first() is first
    assert queue.fields(later, NOW)["QueuePosition"] == "1"
    assert queue.take_first() is second


def test_the_average_is_of_those_who_have_left() -> None:
    queue = CallQueue("QU1")
    queue.leave(queue.join(leg("CA1"), NOW), NOW + timedelta(seconds=20))
    waiting = queue.join(leg("CA2"), NOW + timedelta(seconds=30))
    fields = queue.fields(waiting, NOW + timedelta(seconds=35))
    assert (fields["AvgQueueTime"], fields["QueueTime"], fields["CurrentQueueSize"]) == ("20", "5", "1")


def test_a_queue_can_be_full() -> None:
    queue = CallQueue("QU1")
    for number in range(queues.LARGEST):
        assert not queue.is_full
        queue.join(leg(f"CA{number}"), NOW)
    assert queue.is_full
