"""A vulnerable package fails `make check`; an index that cannot be asked does not, and that is said."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.dependency_audit import audit, verdict

FLASK = {"name": "flask", "version": "3.1.2", "vulns": []}
BAD = {"name": "flask", "version": "0.1", "vulns": [{"id": "PYSEC-2018-66", "fix_versions": ["0.12.3"], "aliases": []}]}
UNKNOWN = {"name": "sla", "skip_reason": "Dependency not found on PyPI and could not be audited: sla (1.0)"}


def output(*packages: object) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_vulnerability_fails_and_is_named() -> None:
    found = verdict(output(FLASK, BAD), "Found 1 known vulnerability in 1 package")
    assert not found.passes
    assert "flask 0.1: PYSEC-2018-66, fixed in 0.12.3" in found.words


def test_without_a_vulnerability_it_says_how_many_were_audited() -> None:
    assert verdict(output(FLASK), "").words == "No known vulnerability in 1 packages."
    assert verdict(output(FLASK, UNKNOWN), "").words.endswith("Not known there, so not audited: sla.")


@pytest.mark.parametrize(
    ("printed", "trouble"),
    [
        (output(UNKNOWN), "No known vulnerabilities found"),
        (
            "",
            "Traceback\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='index.example')",
        ),
        ("", "requests.exceptions.ReadTimeout: read timed out"),
    ],
)
def test_an_index_that_cannot_be_asked_is_said_and_passes(printed: str, trouble: str) -> None:
    found = verdict(printed, trouble)
    assert found.passes
    assert found.words.startswith("Dependency audit SKIPPED: ")


@pytest.mark.parametrize("trouble", ["No module named pip_audit", "", "error: unrecognized arguments: --x"])
def test_an_audit_that_is_broken_is_not_taken_for_a_skipped_one(trouble: str) -> None:
    assert not verdict("", trouble).passes


def test_pip_audit_without_a_network_is_skipped(tmp_path: Path) -> None:
    pytest.importorskip("pip_audit")
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    found = audit(environment={**os.environ, **nowhere, "NO_PROXY": "", "no_proxy": "", "HOME": str(tmp_path)})
    assert found.passes, found.words
    assert re.match(r"Dependency audit SKIPPED: PyPI cannot be reached", found.words)


def test_make_check_audits() -> None:
    recipe = Path("Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    assert "tests.dependency_audit" in recipe
