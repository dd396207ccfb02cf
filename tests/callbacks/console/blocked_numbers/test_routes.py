"""The screen of blocked numbers."""

from __future__ import annotations

from tests.callbacks.console.console import Console


def test_a_supervisor_blocks_a_number_and_ends_the_block(sue: Console) -> None:
    sue.posts("/blocked-numbers/set", {"number": "514-555-0188", "kind": "blocked", "reason": "robot <b>"})
    page = sue.client.get("/blocked-numbers").text
    assert "(514) 555-0188" in page
    assert "robot &lt;b&gt;" in page
    assert "sue@example.com" in page
    assert '<td data-label="Until">no end</td>' in page
    sue.posts("/blocked-numbers/end", {"number": "+15145550188"})
    assert "No number is blocked or allowed." in sue.client.get("/blocked-numbers").text


def test_a_mistake_is_explained_and_what_was_typed_is_kept(sue: Console) -> None:
    sue.posts("/blocked-numbers/set", {"number": "anonymous", "kind": "allowed", "reason": "our own robot"})
    page = sue.client.get("/blocked-numbers").text
    assert "is not the number of a caller" in page
    assert "our own robot" in page
