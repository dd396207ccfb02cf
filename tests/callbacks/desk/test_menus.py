"""Destinations and hours of keys, as the desk file writes them."""

from __future__ import annotations

from datetime import datetime

import pytest

from callbacks.desk.menus import ChoiceHours, Destination, Leads, choice_hours, destination
from tests.callbacks.desk.flows import desk_with


@pytest.mark.parametrize(
    ("text", "leads", "name"),
    [
        ("support", Leads.SUPPORT, ""),
        ("menu:sales", Leads.MENU, "sales"),
        ("dial:+1 514 555 0140", Leads.DIAL, "+15145550140"),
        ("voicemail:support", Leads.VOICEMAIL, "support"),
    ],
)
def test_a_destination_is_read_and_written(text: str, leads: Leads, name: str) -> None:
    found = destination(text)
    assert found == Destination(leads, name)
    assert destination(str(found)) == found


@pytest.mark.parametrize(
    ("hours", "local", "covers"),
    [
        (["09:00-17:00"], "2026-11-28T16:59", True),
        (["09:00-17:00"], "2026-11-28T17:00", False),
        (["monday-friday 09:00-17:00"], "2026-11-27T09:00", True),
        (["monday-friday 09:00-17:00"], "2026-11-28T09:00", False),
        (["friday 22:00-06:00"], "2026-11-28T05:59", True),  # the night that began on Friday
        (["saturday 22:00-06:00"], "2026-11-28T05:59", False),
        (["saturday-monday 10:00-12:00"], "2026-11-29T10:00", True),  # over the end of the week
        (["saturday-monday 10:00-12:00"], "2026-12-01T10:00", False),
        (["saturday 10:00-12:00", "sunday 13:00-14:00"], "2026-11-29T13:30", True),
    ],
)
def test_hours_with_days(hours: list[str], local: str, covers: bool) -> None:
    found = choice_hours(hours)
    assert isinstance(found, ChoiceHours)
    assert found.cover(is_open=False, local=datetime.fromisoformat(local)) is covers


def test_open_and_closed_follow_the_desk() -> None:
    found, noon = choice_hours("closed"), datetime.fromisoformat("2026-11-27T12:00")
    assert isinstance(found, ChoiceHours)
    assert (found.cover(is_open=True, local=noon), found.cover(is_open=False, local=noon)) == (False, True)


def test_where_callers_come_from_is_known() -> None:
    flow = desk_with().flow
    assert flow.leading_to("menus.sales") == {"menus.main"}
    assert flow.leading_to("menus.main") == frozenset()
    assert flow.first == {"toll-free": "menus.main"}
