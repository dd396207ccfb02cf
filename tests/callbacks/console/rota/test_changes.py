"""The rota is edited by forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from callbacks.db.tables import (
    Watermark,
)
from callbacks.oncall import store
from tests.callbacks.console.console import Console
from tests.callbacks.console.rota.rota_screen import NIGHT, does, on, shown, words


def test_a_rotation_a_cover_and_time_off(sue: Console) -> None:
    page = does(
        sue, "rotate", names="Ben Cole, Amy Roy", layer="manager", first_day="2026-11-29", hand_off="18:00", every="1d"
    )
    assert "Ben Cole, Amy Roy take turns on manager" in page
    assert on(sue, "manager", "2026-11-30T20:00") == ["Amy Roy"]
    assert "Ben Cole covers manager." in does(
        sue, "cover", name="Ben Cole", layer="manager", **NIGHT, **{"for": "Amy Roy"}
    )
    assert on(sue, "manager", "2026-11-30T20:00") == ["Ben Cole"]
    does(sue, "off", name="Ben Cole", **NIGHT)
    assert on(sue, "manager", "2026-11-30T20:00") == []
    does(sue, "end-rotation", rotation="1", at="2026-12-05T18:00")
    assert on(sue, "manager", "2026-12-06T20:00") == []


def test_a_shift_and_the_hours_that_it_counts(sue: Console) -> None:
    assert "Amy Roy is on fallback." in does(sue, "add", name="Amy Roy", layer="fallback", **NIGHT)
    assert on(sue, "fallback", "2026-11-30T20:00") == ["Amy Roy"]
    page = words(sue.client.get("/rota?view=week&from=2026-11-30").text)
    assert "Amy Roy 168.00 0.00 14.00 168.00" in page  # all week on primary, and meanwhile a night as the stand-in


@pytest.mark.parametrize(
    ("act", "fields", "fault"),
    [
        ("add", {"name": "Zoe", "layer": "primary"}, "There is no technician"),
        ("add", {"name": "Amy Roy", "layer": "boss"}, "There is no layer"),
        ("cover", {"name": "Amy Roy", "layer": "primary", "from": "soon", "until": ""}, "is not a valid time"),
        ("off", {"name": "Amy Roy", "from": "2026-11-30T18:00", "until": ""}, "A time is missing"),
        (
            "rotate",
            {"names": "Amy Roy", "layer": "primary", "first_day": "never", "every": "7d"},
            "Not a valid rotation",
        ),
        ("end-rotation", {"rotation": "x"}, "There is no rotation"),
        ("take-back", {"what": "cover", "number": "1"}, "not on the rota any more"),
        ("take-back", {"what": "layer", "number": "x"}, "not on the rota any more"),
    ],
)
def test_mistakes_are_told(sue: Console, act: str, fields: dict[str, str], fault: str) -> None:
    assert fault in does(sue, act, **fields)


def test_the_address_of_a_feed_is_given_and_revoked(sue: Console) -> None:
    found = re.search(r"https://desk\.test/calendar/([\w-]+)\.ics", does(sue, "address", name="Amy Roy"))
    assert found is not None
    assert "was revoked" in does(sue, "revoke", name="Amy Roy")
    assert "no address to revoke" in does(sue, "revoke", name="Amy Roy")


def test_an_edit_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts("/rota/explode", {}).status_code == 404


def entered(sue: Console) -> list[str]:
    table = sue.client.get("/rota").text.split("from now on</caption>")[1]
    return [words(row) for row in re.findall(r'data-label="What">(.*?)</td>', table)]


def test_a_cover_that_has_not_begun_is_taken_back_as_if_it_had_never_been(sue: Console) -> None:
    does(sue, "cover", name="Ben Cole", layer="primary", **NIGHT, **{"for": "Amy Roy"})
    assert "Ben Cole covers primary for Amy Roy" in entered(sue)
    assert "The entry was removed." in does(sue, "take-back", what="cover", number="1")
    assert on(sue, "primary", "2026-11-30T20:00") == ["Amy Roy"]
    assert "Ben Cole covers primary for Amy Roy" not in entered(sue)


def test_of_time_off_that_has_begun_what_is_over_stays(sue: Console) -> None:
    does(sue, "off", name="Amy Roy", **{"from": "2026-11-28T12:00", "until": "2026-12-24T12:00"})
    does(sue, "take-back", what="off", number="1")
    assert on(sue, "primary", "2026-11-30T20:00") == ["Amy Roy"]
    assert shown(sue, "/rota", "primary", "Sat 28 Nov").startswith("00:00–12:00 Amy Roy 12:00–22:14 nobody 22:14")


def test_a_shift_is_taken_back_and_the_rota_is_looked_at_soon(sue: Console) -> None:
    sue.clock.pass_time(timedelta(minutes=50))
    assert "Amy Roy is on primary" in entered(sue)
    does(sue, "take-back", what="shift", number="1")
    assert on(sue, "primary", "2026-11-30T20:00") == []
    edited = sue.database.read(lambda session: session.get_one(Watermark, store.EDITED).at)
    assert edited == sue.clock.now()
