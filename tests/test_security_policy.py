"""SECURITY.md answers every requirement of OWASP ASVS 5.0, levels 1 and 2, with evidence that exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

POLICY = Path("SECURITY.md").read_text(encoding="utf-8")
# How many requirements of each section are of level 1 or 2: they come first in each. Sections of level 3 are left out.
REQUIREMENTS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3, "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1, "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
LEVEL_1, BOTH_LEVELS = 70, 253
ROWS = re.findall(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+?) \| (.*?) ?\|$", POLICY, re.MULTILINE)
PATH = re.compile(r"`((?:[\w-]+/)*[\w-]+\.(?:py|md|toml|js|html|lock))`( \(pending\))?")


def test_every_requirement_has_one_row() -> None:
    expected = [f"{section}.{number + 1}" for section, count in REQUIREMENTS.items() for number in range(count)]
    assert len(expected) == BOTH_LEVELS
    assert [id for id, *_ in ROWS] == expected
    assert sum(level == "1" for _, level, *_ in ROWS) == LEVEL_1


@pytest.mark.parametrize(("id", "status", "evidence"), [(id, status, shown) for id, _, _, status, shown in ROWS])
def test_a_row_has_a_status_and_evidence_or_a_reason(id: str, status: str, evidence: str) -> None:
    assert re.match(r"met\b|not applicable: .|not met(?: in full)?: .|operator: .", status), status
    if status.startswith("met") and "Python" not in status:
        assert PATH.findall(evidence), f"{id} has no evidence."


def test_all_evidence_exists_and_nothing_pending_is_there_already() -> None:
    named = set(PATH.findall(POLICY))
    assert [path for path, pending in named if not pending and not Path(path).is_file()] == []
    assert [path for path, pending in named if pending and Path(path).is_file()] == []


def test_the_policy_can_be_found() -> None:
    for file in ("README.md", "CONTRIBUTING.md"):
        assert "(SECURITY.md)" in Path(file).read_text(encoding="utf-8"), file
