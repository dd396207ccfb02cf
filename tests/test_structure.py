"""Which package may import which, what only one module may do, and that the README lists every command."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("sla", "callbacks", "ivr")
BELOW = {"sla": set[str](), "callbacks": {"sla"}, "ivr": {"sla", "callbacks"}}


def imported_by(file: Path) -> set[str]:
    """Return the full names of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return found


def sources() -> list[Path]:
    return sorted(file for package in PACKAGES for file in Path(package).rglob("*.py"))


@pytest.mark.parametrize("file", sources(), ids=str)
def test_a_package_imports_only_the_packages_below_it(file: Path) -> None:
    package = file.parts[0]
    forbidden = {*PACKAGES, "app", "tests"} - BELOW[package] - {package}
    assert {name.split(".")[0] for name in imported_by(file)} & forbidden == set()


@pytest.mark.parametrize("file", sorted(Path("ivr/simulator").rglob("*.py")), ids=str)
def test_the_simulator_imports_nothing_of_the_project(file: Path) -> None:
    ours = {name for name in imported_by(file) if name.split(".")[0] in (*PACKAGES, "app")}
    assert {name for name in ours if not name.startswith("ivr.simulator")} == set()


def test_only_app_composes_the_service() -> None:
    """app.py is imported by its own test, by one fixture, and by what runs outside of pytest."""
    files = [*sources(), *sorted(Path("tests").rglob("*.py"))]
    assert [str(file) for file in files if "app" in imported_by(file)] == [
        "tests/browser/screenshots.py",
        "tests/conftest.py",
        "tests/simulation/outside_pytest.py",
        "tests/test_app.py",
    ]


def test_only_the_clock_reads_the_time() -> None:
    reads = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|\btime\.time\(|func\.now\(|CURRENT_TIMESTAMP")
    offenders = [str(file) for file in sources() if reads.search(file.read_text(encoding="utf-8"))]
    assert offenders == ["sla/clock.py"]


def test_only_app_reads_the_environment() -> None:
    offenders = [str(file) for file in sources() if re.search(r"os\.environ|getenv", file.read_text("utf-8"))]
    assert offenders == []  # settings are handed a mapping


def test_help_lists_every_command_and_so_does_the_readme() -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    listed = subprocess.run([sys.executable, "app.py", "--help"], capture_output=True, text=True, check=True)
    commands = re.findall(r"^  ([a-z]+)  ", listed.stdout.partition("Commands:")[2], re.MULTILINE)
    assert {"demo", "rehearse", "serve", "web", "worker", "migrate", "check", "report", "export", "technician", "shift",
            "user", "oncall"} <= set(commands)  # fmt: skip
    assert [name for name in commands if f"`{name}`" not in readme] == []
