"""Which edition of the time zone rules is used, on machines whose own are old, new or missing."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

from sla.zones import RELEASE, UnknownZone, ZoneRules, installed_rules, zone_named

ROOT = Path(__file__).parents[2]
WINTER_IN_VANCOUVER = """
from datetime import UTC, datetime
from sla.zones import use_newest_rules, zone_named
before = zone_named("America/Vancouver")
print(use_newest_rules())
for zone in (before, zone_named("America/Vancouver")):
    print(datetime(2026, 12, 1, 12, tzinfo=UTC).astimezone(zone).isoformat())
"""


def machine_of(tmp_path: Path, edition: str) -> Path:
    """A machine whose rules are of that edition, and where Vancouver still turns its clocks back."""
    (tmp_path / "America").mkdir()
    with resources.as_file(resources.files("tzdata") / "zoneinfo") as rules:
        shutil.copy(rules / "America/Los_Angeles", tmp_path / "America/Vancouver")
    (tmp_path / "tzdata.zi").write_text(f"# version {edition}\n# This zic input file is in the public domain.\n")
    return tmp_path


def run(program: str, system: Path) -> list[str]:
    command = [sys.executable, "-c", program]
    environment = {"PYTHONTZPATH": str(system), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


def test_old_rules_of_the_system_give_way_to_the_newer_package(tmp_path: Path) -> None:
    said, before, after = run(WINTER_IN_VANCOUVER, machine_of(tmp_path, "2025b"))
    assert "system 2025b" in said
    assert before == "2026-12-01T04:00:00-08:00"  # what the machine alone would have us believe
    assert after == "2026-12-01T05:00:00-07:00"


def test_newer_rules_of_the_system_are_kept(tmp_path: Path) -> None:
    said, _, after = run(WINTER_IN_VANCOUVER, machine_of(tmp_path, "2031a"))
    assert said.startswith("time zone rules 2031a (system 2031a, tzdata 20")
    assert after.endswith("-08:00")  # that machine's word


def test_a_system_without_rules_uses_the_package(tmp_path: Path) -> None:
    assert installed_rules([str(tmp_path / "nowhere")]).system is None
    assert installed_rules([str(tmp_path)]).system is None  # there, but it does not say its edition
    assert installed_rules([]).package_is_newer


@pytest.mark.parametrize(
    ("system", "package", "used", "warns"),
    [
        ("2025b", RELEASE, RELEASE, False),
        ("2031a", RELEASE, "2031a", False),
        (RELEASE, RELEASE, RELEASE, False),
        ("2025b", "2026a", "2026a", True),
        ("2025b", None, "2025b", True),
        (None, "2026a", "2026a", True),
        (None, None, None, True),
    ],
)
def test_the_newer_edition_is_used_and_one_older_than_the_release_is_warned_of(
    system: str | None, package: str | None, used: str | None, warns: bool
) -> None:
    rules = ZoneRules(system, package)
    assert rules.used == used
    assert (rules.warning is not None) is warns
    assert rules.warning is None or f"this release needs {RELEASE} or later" in rules.warning


def test_the_edition_of_the_release_is_the_one_that_it_installs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (wanted,) = (line for line in project["dependencies"] if line.startswith("tzdata"))
    assert wanted == f"tzdata>={RELEASE[:4]}.{ord(RELEASE[4]) - ord('a') + 1}"
    assert installed_rules().warning is None


@pytest.mark.parametrize("name", ["America/Montreall", "", "../../etc/passwd", "Eastern time", "America"])
def test_a_zone_that_does_not_exist_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnknownZone, match='Write one such as "America/Toronto"'):
        zone_named(name)
    assert zone_named("America/Toronto").key == "America/Toronto"
