"""What axe finds wrong with a page, by WCAG 2.2 AA."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def axe_on(page: Page) -> list[str]:
    """Every violation in words: the rule, what is wrong, and where."""
    page.evaluate(AXE)
    options = json.dumps({"runOnly": WCAG_2_2_AA, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options})")
    assert len(found["passes"]) > 3, "axe has examined nothing"
    return [
        f"{violation['id']}: {violation['help']}: {node['html'][:150]}: {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
