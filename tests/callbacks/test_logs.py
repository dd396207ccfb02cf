"""Logs hold no secret and no whole phone number, whoever wrote them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from callbacks.logs import set_up_logs

TOKEN = "a token that nobody may read"


@pytest.fixture
def log(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    set_up_logs([TOKEN])
    yield capsys
    set_up_logs()


@pytest.mark.parametrize(
    "words",
    ["+15145550199 rang", "call (514) 555-0199", "514.555.0199", "from 15145550199 to +18884847266", f"header {TOKEN}"],
)
def test_numbers_and_secrets_are_hidden(log: pytest.CaptureFixture[str], words: str) -> None:
    structlog.get_logger("ours").info(words, cause=words)
    logging.getLogger("a library").warning("it said %s", words)
    lines = [json.loads(line) for line in log.readouterr().err.splitlines()]
    assert len(lines) == 2
    for line in lines:
        assert line.pop("timestamp")  # whose microseconds may be any digits
        assert line["level"]
        assert "555" not in str(line)
        assert "484" not in str(line)
        assert TOKEN not in str(line)


def test_what_is_no_number_stays_readable(log: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("ours").info("call CA123 at 2026-11-29 for KT-417", attempt=12345678901)
    written = json.loads(log.readouterr().err)
    assert written["event"] == "call CA123 at 2026-11-29 for KT-417"


def test_an_exception_is_hidden_too(log: pytest.CaptureFixture[str]) -> None:
    try:
        raise RuntimeError(f"{TOKEN} for +15145550199")
    except RuntimeError:
        structlog.get_logger("ours").exception("it failed")
    written = log.readouterr().err
    assert TOKEN not in written
    assert "+15145550199" not in written
