"""The stories that `rehearse` plays, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ivr.rehearsal.stories import STORIES
from tests.scenarios.conftest import POSTGRES_IN_SOAK, DeskNight

pytestmark = POSTGRES_IN_SOAK


@pytest.mark.parametrize("name", STORIES)
def test_the_night_goes_as_told(name: str, open_desk: Callable[[str], DeskNight]) -> None:
    desk = open_desk(STORIES[name].begins)
    STORIES[name].plays(desk.night)
