"""Every story has a sentence and a time at which it begins. `tests/scenarios` plays them all."""

from __future__ import annotations

import pytest

from callbacks.cli.times import desk_time
from callbacks.desk.desk_file import Desk
from ivr.rehearsal.stories import STORIES


@pytest.mark.parametrize("name", STORIES)
def test_a_story_says_what_it_shows_and_when_it_begins(name: str, desk: Desk) -> None:
    assert STORIES[name].about.endswith(".")
    assert desk_time(desk, STORIES[name].begins).tzinfo is not None
