"""Checks the locked packages for known vulnerabilities; part of `make check`.

Run as `python -m tests.dependency_audit`. It exits with 1 when it finds one. pip-audit asks PyPI over the network: if
PyPI cannot be reached, or knows none of the packages, this says so and passes.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LOCK = "requirements-dev.lock"  # holds what is in requirements.lock, too
COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", LOCK, "--require-hashes", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
)
VULNERABLE = "Known vulnerabilities. Upgrade, or explain in SECURITY.md why not:"
LONGEST = 120  # seconds
UNREACHABLE = re.compile(r"ConnectionError|ProxyError|SSLError|Timeout|HTTPError|ServiceError|NameResolution")


@dataclass(frozen=True)
class Verdict:
    """What is printed, and whether `make check` goes on."""

    words: str
    passes: bool = True


def verdict(output: str, trouble: str) -> Verdict:
    """Return what pip-audit's output and errors mean."""
    try:
        packages = json.loads(output)["dependencies"]
    except (ValueError, KeyError):
        return _without_answer(trouble)
    vulnerable = [line for package in packages for line in _vulnerabilities(package)]
    if vulnerable:
        return Verdict("\n".join([VULNERABLE, *vulnerable]), passes=False)
    unknown = [package for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        return Verdict(f"Dependency audit SKIPPED: PyPI knows none of the {len(packages)} packages.")
    names = ", ".join(package["name"] for package in unknown)
    left_out = f" Not known there, so not audited: {names}." if names else ""
    return Verdict(f"No known vulnerability in {len(packages) - len(unknown)} packages.{left_out}")


def _without_answer(trouble: str) -> Verdict:
    last = trouble.strip().rpartition("\n")[2][:300] or "it said nothing"
    if UNREACHABLE.search(last):
        return Verdict(f"Dependency audit SKIPPED: PyPI cannot be reached ({last}).")
    return Verdict(f"The dependency audit failed: {last}", passes=False)


def _vulnerabilities(package: Mapping[str, Any]) -> list[str]:
    name = f"{package['name']} {package.get('version', '')}"
    return [
        f"  {name}: {each['id']}, fixed in {', '.join(each['fix_versions']) or 'no release yet'}"
        for each in package.get("vulns", ())
    ]


def audit(command: Sequence[str] = COMMAND, environment: Mapping[str, str] | None = None) -> Verdict:
    """Run pip-audit, and return what it found."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return Verdict(f"Dependency audit SKIPPED: PyPI did not answer within {LONGEST} seconds.")
    return verdict(ran.stdout, ran.stderr)


if __name__ == "__main__":
    found = audit()
    print(found.words)
    sys.exit(not found.passes)
