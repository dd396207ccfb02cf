"""Times as an operator types them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from callbacks.cli.times import desk_time, length_of_time, optional_desk_time
from callbacks.desk.desk_file import read_desk

DESK = read_desk(Path("support.toml"))
TEN_AT_NIGHT = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["2026-11-28T22:00", "2026-11-28 22:00", " 2026-11-28T22:00 ", "2026-11-29T03:00Z"])
def test_a_time_is_the_desks_unless_it_names_its_zone(typed: str) -> None:
    assert desk_time(DESK, typed) == TEN_AT_NIGHT


@pytest.mark.parametrize("typed", ["yesterday", "", "22:00"])
def test_what_is_not_a_time_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(click.BadParameter, match=r"is not a time\. Write it as 2026-11-27T18:00\."):
        desk_time(DESK, typed)


def test_a_time_may_be_left_out() -> None:
    assert optional_desk_time(DESK, None) is None
    assert optional_desk_time(DESK, "2026-11-28 22:00") == TEN_AT_NIGHT


def test_a_length_of_time_has_a_unit() -> None:
    assert length_of_time("12h") == timedelta(hours=12)
    with pytest.raises(click.BadParameter, match="is not a duration"):
        length_of_time("soon")
