"""The rota in the console: shown as it will really be, and edited by forms."""

from __future__ import annotations

import re

import pytest

from callbacks.oncall import rota
from tests.console.test_console import DESK, Console, console  # noqa: F401 - the fixture


@pytest.fixture
def sue(console: Console) -> Console:  # noqa: F811
    """The console, with Sue the supervisor logged in."""
    console.logs_in("sue@example.com")
    return console


def does(sue: Console, act: str, **fields: str) -> str:
    answer = sue.posts(f"/rota/{act}", {name.replace("_", "-"): value for name, value in fields.items()})
    assert answer.status_code == 302
    return sue.client.get("/rota").text


def on(sue: Console, layer: str, at: str) -> list[str]:
    from datetime import datetime

    instant = datetime.fromisoformat(at).replace(tzinfo=DESK.zone)
    plan = sue.database.read(lambda session: rota.schedule(session, DESK, sue.clock.now()))
    return [person.name for person in plan.on_call(layer, instant)]


NIGHT = {"from": "2026-11-30T18:00", "until": "2026-12-01T08:00"}


def test_a_rotation_a_cover_and_time_off(sue: Console) -> None:
    shown = does(
        sue, "rotate", names="Ben Cole, Amy Roy", layer="manager", first_day="2026-11-29", hand_off="18:00", every="1d"
    )
    assert "Ben Cole, Amy Roy take turns on manager" in shown
    assert on(sue, "manager", "2026-11-30T20:00") == ["Amy Roy"]
    assert "Ben Cole covers manager." in does(
        sue, "cover", name="Ben Cole", layer="manager", **NIGHT, **{"for": "Amy Roy"}
    )
    assert on(sue, "manager", "2026-11-30T20:00") == ["Ben Cole"]
    shown = does(sue, "off", name="Ben Cole", **NIGHT)
    assert "<strong>Nobody</strong> who can be reached" in shown
    assert on(sue, "manager", "2026-11-30T20:00") == []
    does(sue, "end-rotation", rotation="1", at="2026-12-05T18:00")
    assert on(sue, "manager", "2026-12-06T20:00") == []


def test_a_shift_and_the_hours_that_it_counts(sue: Console) -> None:
    assert "Amy Roy is on fallback." in does(sue, "add", name="Amy Roy", layer="fallback", **NIGHT)
    assert on(sue, "fallback", "2026-11-30T20:00") == ["Amy Roy"]
    assert "<td>686.0</td>" in sue.client.get("/rota").text  # four weeks on primary, and a night of fourteen hours


@pytest.mark.parametrize(
    ("act", "fields", "fault"),
    [
        ("add", {"name": "Zoe", "layer": "primary"}, "There is no technician"),
        ("add", {"name": "Amy Roy", "layer": "boss"}, "There is no layer"),
        ("cover", {"name": "Amy Roy", "layer": "primary", "from": "soon", "until": ""}, "is no time"),
        ("off", {"name": "Amy Roy", "from": "2026-11-30T18:00", "until": ""}, "A time is missing"),
        ("rotate", {"names": "Amy Roy", "layer": "primary", "first_day": "never", "every": "7d"}, "no rotation"),
        ("end-rotation", {"rotation": "x"}, "There is no rotation"),
    ],
)
def test_mistakes_are_told(sue: Console, act: str, fields: dict[str, str], fault: str) -> None:
    assert fault in does(sue, act, **fields)


def test_the_address_of_a_feed_is_given_and_revoked(sue: Console) -> None:
    found = re.search(r"https://desk\.test/calendar/([\w-]+)\.ics", does(sue, "address", name="Amy Roy"))
    assert found is not None
    assert "worthless now" in does(sue, "revoke", name="Amy Roy")
    assert "no address to revoke" in does(sue, "revoke", name="Amy Roy")


def test_an_edit_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts("/rota/explode", {}).status_code == 404
