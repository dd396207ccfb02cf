"""docs/faults.md answers every fault, with tests that exist or with why there is none."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

FAULTS = {"A": 14, "B": 16, "C": 12, "D": 8, "E": 22, "F": 20, "G": 9, "H": 11, "I": 9, "J": 5}
PAGE = Path("docs/faults.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([A-J]\d+) \| (.+?) \| (.+?) \| (.+?) \|$", PAGE, re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`( \(soak\))?")
BY_NAME = {"Nights", "Crash points"}  # that stand for tests at the top of the page


@cache
def functions_of(file: str) -> dict[str, bool]:
    """Return the tests of a file without their prefix, each with whether it only runs in `make soak`."""
    tree = ast.parse((Path("tests") / file).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return {
        node.name.removeprefix("test_"): any(ast.unparse(mark) == "pytest.mark.soak" for mark in node.decorator_list)
        for node in functions
        if node.name.startswith("test_")
    }


def test_all_126_faults_are_answered_once_and_in_order() -> None:
    numbers = [f"{group}{n + 1}" for group, count in FAULTS.items() for n in range(count)]
    assert [number for number, *_ in ROWS] == numbers
    assert len(numbers) == 126


@pytest.mark.parametrize(("number", "tests"), [(number, tests) for number, _, _, tests in ROWS])
def test_an_answer_has_a_test_or_says_that_there_is_none(number: str, tests: str) -> None:
    assert TEST.search(tests) or tests.startswith(("**Not tested**", *BY_NAME)), number


def test_every_test_that_is_named_exists_and_is_marked_as_it_runs() -> None:
    named = TEST.findall(PAGE)
    wrong = [f"{file}::{name} is not there" for file, name, _ in named if name not in functions_of(file)]
    wrong += [
        f"{file}::{name} {'only runs' if functions_of(file)[name] else 'does not only run'} in make soak"
        for file, name, soak in named
        if name in functions_of(file) and functions_of(file)[name] != bool(soak)
    ]
    assert wrong == []
