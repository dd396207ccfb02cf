"""The report of a night, read by another program, is what happened on the phones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from callbacks.reporting.summary import as_data, summary
from tests.scenarios.conftest import POSTGRES_IN_SOAK, ScenarioDesk

pytestmark = POSTGRES_IN_SOAK


def report(desk: ScenarioDesk) -> dict[str, Any]:
    since, zone = desk.now - timedelta(days=1), desk.service.desk.zone
    found = as_data(summary(desk.service.database, zone, since, desk.now))
    return {name: found[name] for name in ("kept", "missed", "open", "proven", "by_word", "no_number")}


NOTHING = dict.fromkeys(("kept", "missed", "open", "proven", "by_word", "no_number"), 0)


def test_a_technicians_word_keeps_a_promise_and_is_counted_as_a_word(desk: ScenarioDesk) -> None:
    desk.leaves_a_message()
    amy = desk.phone_of("Amy")
    amy.reads("call (514) 555-0199 back")
    amy.texts("{code}").reads("is yours")
    assert report(desk) == NOTHING | {"open": 1}  # taking it is no attempt

    amy.texts("cont {code}").reads("stays open")
    assert report(desk) == NOTHING | {"kept": 1, "by_word": 1}

    desk.scenario.minutes_pass(31)
    assert report(desk) == NOTHING | {"kept": 1, "by_word": 1}
    amy.resolves()
    assert report(desk) == NOTHING | {"kept": 1, "by_word": 1}
