"""What the desk file may say of the daily canary."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from callbacks.desk.desk_file import desk_from
from callbacks.errors import BrokenDesk

GOOD = {"number": "+15145550170", "line": "direct"}


def desk_with(**changes: Any) -> Any:
    content = tomllib.loads(Path("support.toml").read_text(encoding="utf-8"))
    return desk_from({**content, **changes}, Path("support.toml"))


def test_there_is_none_unless_the_desk_file_has_one_and_it_is_at_eleven() -> None:
    assert desk_with().canary is None
    assert f"{desk_with(canary=GOOD).canary.at:%H:%M}" == "11:00"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"line": "front door"}, "canary.line: there is no line 'front door'"),
        ({"number": "+15148458474"}, "canary.number: it is the number of a line"),
        ({"number": "+15145550171"}, "canary.number: the desk uses it already"),
        ({"number": "5145550170"}, "canary.number: '5145550170' is not a phone number"),
        ({"at": "25:00"}, "canary.at"),
    ],
)
def test_what_cannot_work_is_named(change: dict[str, str], fault: str) -> None:
    with pytest.raises(BrokenDesk) as broken:
        desk_with(canary={**GOOD, **change}, numbers={"own": ["+15145550171"]})
    assert fault in str(broken.value)
