"""Lists are filtered and come one page at a time, newest first."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ivr.simulator.rest.lists import matches, on_days, page_of
from tests.ivr.simulator.simulation import AMY, CUSTOMER, OURS, Simulation


def test_lists_filter_and_page(simulation: Simulation) -> None:
    for number in range(5):
        simulation.client.messages.create(to=AMY, from_=OURS, body=f"number {number}")
    simulation.client.messages.create(to=CUSTOMER, from_=OURS, body="else")
    found = simulation.client.messages.list(to=AMY, page_size=2)
    assert [message.body for message in found] == [f"number {n}" for n in reversed(range(5))]
    day = simulation.clock.now().date()
    assert len(simulation.client.messages.list(date_sent_after=day)) == 6
    assert simulation.client.messages.list(date_sent_after=day + timedelta(days=1)) == []
    simulation.dial("<Say>hello</Say>", 10)
    assert [call.direction for call in simulation.client.calls.list(to=OURS)] == ["inbound"]


def test_a_call_that_has_not_ended_is_in_no_list_of_ended_ones(simulation: Simulation) -> None:
    leg = simulation.dial("<Pause length='60'/>", 1)
    today = simulation.clock.now().date()
    assert simulation.client.calls.list(end_time_after=today) == []
    leg.hang_up()
    simulation.advance(1)
    assert [call.sid for call in simulation.client.calls.list(end_time_after=today)] == [leg.call.sid]
    assert simulation.client.calls.list(end_time_after=today + timedelta(days=1)) == []


def test_a_number_is_found_by_itself(simulation: Simulation) -> None:
    assert len(simulation.client.incoming_phone_numbers.list(phone_number=OURS)) == 1
    assert simulation.client.incoming_phone_numbers.list(phone_number=AMY) == []


@pytest.mark.parametrize(
    ("parameters", "days"),
    [
        ({}, [27, 28, 29]),
        ({"StartTime": "2026-11-28"}, [28]),
        ({"StartTime>": "2026-11-28"}, [28, 29]),
        ({"StartTime<": "2026-11-28T23:59:59Z"}, [27, 28]),
        ({"StartTime>": "2026-11-28", "StartTime<": "2026-11-28"}, [28]),
        ({"DateSent": "2026-11-28"}, [27, 28, 29]),
    ],
)
def test_a_list_is_filtered_by_whole_utc_days(parameters: dict[str, str], days: list[int]) -> None:
    rows = [datetime(2026, 11, day, 23, 30, tzinfo=UTC) for day in (27, 28, 29)]
    assert on_days(rows, parameters, "StartTime", lambda row: row) == [
        row for row in rows if row.date() in [date(2026, 11, day) for day in days]
    ]


def test_a_parameter_that_is_not_given_matches_everything() -> None:
    assert matches({}, "To", AMY)
    assert matches({"To": AMY}, "To", AMY)
    assert not matches({"To": ""}, "To", AMY)


def test_a_page_names_the_next_one_until_the_last() -> None:
    parameters = {"PageSize": "2", "To": AMY}
    first = page_of([1, 2, 3, 4], parameters)
    assert (first.rows, first.next_url("/Calls.json", parameters)) == (
        [4, 3],
        "/Calls.json?PageSize=2&To=%2B15145550101&Page=1",
    )
    second = page_of([1, 2, 3, 4], {**parameters, "Page": "1"})
    assert (second.rows, second.next_url("/Calls.json", parameters)) == ([2, 1], None)
