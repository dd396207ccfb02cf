"""Settings and desk file: refused whole, every fault named at once."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from callbacks.desk.desk_file import desk_from, read_desk
from callbacks.errors import BrokenDesk, BrokenSettings
from callbacks.settings import REQUIRED, SETTINGS, settings_from

GOOD = {
    "PUBLIC_URL": "https://desk.example.com/",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "sesame",
    "TWILIO_FROM": "+15145550000",
    "SECRET_KEY": "x" * 32,
}
SHIPPED = tomllib.loads(Path("support.toml").read_text(encoding="utf-8"))


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(BrokenSettings) as broken:
        settings_from({})
    assert all(any(name in fault for fault in broken.value.faults) for name in REQUIRED)
    assert len(broken.value.faults) == len(REQUIRED)


def test_good_settings_are_read_and_secrets_stay_out_of_the_repr() -> None:
    settings = settings_from(GOOD)
    assert settings.public_url == "https://desk.example.com"
    assert settings.credentials == ("AC1", "sesame")
    assert "sesame" not in repr(settings)


def test_every_setting_is_also_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from the file\n")
    settings = settings_from({**GOOD, "TWILIO_AUTH_TOKEN_FILE": str(secret)})
    assert settings.auth_token == "from the file"
    with pytest.raises(BrokenSettings, match="TWILIO_AUTH_TOKEN_FILE names a file that cannot be read"):
        settings_from({**GOOD, "TWILIO_AUTH_TOKEN_FILE": str(tmp_path / "nowhere")})


def test_a_speech_model_is_there_with_the_package_that_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.settings.find_spec", lambda name: None)
    with pytest.raises(BrokenSettings) as broken:
        settings_from({**GOOD, "TRANSCRIBE_MODEL": str(tmp_path)})
    assert ["model.bin" in broken.value.faults[0], "pip install" in broken.value.faults[1]] == [True, True]
    (tmp_path / "model.bin").touch()
    monkeypatch.setattr("callbacks.settings.find_spec", lambda name: name)
    assert settings_from({**GOOD, "TRANSCRIBE_MODEL": str(tmp_path)}).transcribe_model == tmp_path


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"PUBLIC_URL": "desk.example.com"}, "PUBLIC_URL is not a URL"),
        ({"PUBLIC_URL": "https://me:pw@desk.example.com"}, "Leave them out"),
        ({"TWILIO_API_KEY": "SK1"}, "Set both or neither"),
        ({"SECRET_KEY": "short"}, "too short"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(change: dict[str, str], fault: str) -> None:
    with pytest.raises(BrokenSettings, match=fault):
        settings_from({**GOOD, **change})


def test_the_readme_tells_of_every_setting() -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    assert [name for name in SETTINGS if f"`{name}`" not in readme] == []


def test_the_desk_file_as_shipped_is_good() -> None:
    desk = read_desk(Path("support.toml"))
    assert desk.lines["toll-free"].number == "+18884847266"
    assert desk.line_called("+15148458474") == "direct"
    assert desk.line_called("+19995550000") == "direct"


def broken(change: Callable[[dict[str, Any]], object]) -> tuple[str, ...]:
    content = copy.deepcopy(SHIPPED)
    change(content)
    with pytest.raises(BrokenDesk) as fault:
        desk_from(content, Path("support.toml"))
    return fault.value.faults


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda d: d["hours"].update(monday=["18:00-08:30", "09:00-10:00"]), "hours:"),
        (lambda d: d["hours"].update(monday=["8 to 6"]), "hours.monday.0: '8 to 6' is not a window"),
        (lambda d: d["hours"].update(zone="America/Montréal"), "is not known"),
        (lambda d: d["lines"]["direct"].update(number="514"), "lines.direct.number: '514' is not a phone number"),
        (lambda d: d["lines"]["direct"].update(number="+18884847266"), "belongs to two lines"),
        (lambda d: d["lines"]["toll-free"].update(menu={"2": "french"}), "the menu never leads to support"),
        (lambda d: d["lines"]["toll-free"].update(menu={"11": "support"}), "lines.toll-free.menu.11"),
        (lambda d: d["callback"].update(promise="half an hour"), "callback.promise: 'half an hour' is not a duration"),
        (lambda d: d["priorities"].pop("P2"), "priorities.P2 is missing"),
        (lambda d: d["priorities"]["P1"].update(resolution="0h"), "a target of zero"),
        (lambda d: d["escalation"]["steps"].pop(), "escalation: no step is taken at the deadline"),
        (lambda d: d["escalation"].update(layers=["primary"]), "which is no layer"),
        (lambda d: d.update(hour={}), "hour is not a setting"),
        (lambda d: d.pop("company"), "company is missing"),
        (lambda d: d["company"].update(name={"en": "x"}), "company.name.fr is missing"),
    ],
)
def test_a_broken_desk_file_is_refused_with_the_place(change: Callable[[dict[str, Any]], object], fault: str) -> None:
    assert any(fault in found for found in broken(change)), broken(change)


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    def change(content: dict[str, Any]) -> None:
        content["callback"]["promise"] = "soon"
        content["voicemail"]["longest"] = "long"
        content["colour"] = "blue"

    assert len(broken(change)) == 3


def test_a_file_that_is_no_toml_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "support.toml"
    with pytest.raises(BrokenDesk, match="no such file"):
        read_desk(file)
    file.write_text("[company\n")
    with pytest.raises(BrokenDesk, match="not TOML"):
        read_desk(file)
