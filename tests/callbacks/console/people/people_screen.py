"""Edits technicians by the forms of the people screen."""

from __future__ import annotations

from tests.callbacks.console.console import Console


def does(sue: Console, path: str, **fields: str) -> str:
    answer = sue.posts(path, fields)
    assert answer.status_code == 302
    return sue.client.get("/people").text
