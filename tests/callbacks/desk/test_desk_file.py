"""The desk file: what it means, and every mistake named with its place and its remedy."""

from __future__ import annotations

import copy
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from callbacks.desk.desk_file import Desk, desk_from
from callbacks.errors import BrokenDesk

FILE = Path("support.toml")
CONTENT = tomllib.loads(FILE.read_text(encoding="utf-8"))


def desk_with(changes: dict[str, dict[str, Any]]) -> Desk:
    content = copy.deepcopy(CONTENT)
    for section, settings in changes.items():
        content[section] = {**content.get(section, {}), **settings}
    return desk_from(content, FILE)


def test_what_the_shipped_file_says_is_the_default() -> None:
    without = {name: part for name, part in CONTENT.items() if name not in ("digest", "auto_close", "reports", "rota")}
    without["callback"] = {"promise": CONTENT["callback"]["promise"]}
    shipped, default = desk_from(CONTENT, FILE), desk_from(without, FILE)
    assert shipped == default
    assert (str(default.night_hours.night), str(default.night_hours.sleep)) == ("18:00-08:30", "22:00-07:00")
    assert f"{default.digest.at:%H:%M} {default.digest.until:%H:%M}" == "08:00 12:00"
    assert (default.closing_rule.attempts, default.closing_rule.silence) == (3, timedelta(days=5))
    assert default.callback.at_risk == timedelta(minutes=10)


def test_another_company_has_its_own_night_digest_and_closing() -> None:
    desk = desk_with(
        {"reports": {"night": "20:00-06:00"}, "auto_close": {"attempts": 2, "silence": "36h", "never": []}}
    )
    assert str(desk.night_hours.night) == "20:00-06:00"
    assert (desk.closing_rule.attempts, desk.closing_rule.silence) == (2, timedelta(hours=36))
    assert desk.closing_rule.never == frozenset()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"digest": {"at": "8"}}, r"digest\.at: '8' is not a time of day. Write it as \"08:00\""),
        ({"digest": {"at": "13:00"}}, r"digest\.until: it must be later than digest\.at"),
        ({"reports": {"night": "18:00"}}, r"reports\.night: '18:00' is not a span of the day"),
        ({"reports": {"sleep": "07:00-07:00"}}, r"reports\.sleep: .*begins when it ends"),
        ({"auto_close": {"attempts": 0}}, r"auto_close\.attempts: .*greater than or equal to 1"),
        ({"auto_close": {"silence": "10m"}}, r"auto_close: a silence of less than an hour"),
        ({"auto_close": {"never": ["P4"]}}, r"auto_close\.never"),
        ({"callback": {"at_risk": "45m"}}, r"callback\.at_risk: it must be shorter than callback\.promise"),
        ({"rota": {"gaps_reported_at": "25:00"}}, r"rota\.gaps_reported_at: '25:00' is not a time of day"),
        ({"rota": {"gaps": "09:00"}}, r"rota\.gaps is not a setting"),
    ],
)
def test_a_mistake_is_named_with_its_place(changes: dict[str, dict[str, Any]], fault: str) -> None:
    with pytest.raises(BrokenDesk, match=fault):
        desk_with(changes)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(BrokenDesk) as broken:
        desk_with({"digest": {"at": "8"}, "reports": {"night": "18:00"}, "auto_close": {"attempts": 0}})
    assert len(broken.value.faults) == 3
