"""A command line at which every command can be typed, on a migrated database and a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callbacks.cli.command import Group
from callbacks.cli.commands import COMMANDS
from callbacks.cli.context import AppContext, Compose, Service
from callbacks.db.database import Database
from sla.clock import MovingClock

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # a Monday, ten in the morning at the desk
ENVIRONMENT = {
    "PUBLIC_URL": "https://desk.test",
    "TWILIO_ACCOUNT_SID": "AC5f0c9d1e7a3b4826c0d1e8f7a9b3c542",
    "TWILIO_AUTH_TOKEN": "token of the test",
    "TWILIO_FROM": "+18884847266",
    "SECRET_KEY": "of the test, long enough to be accepted",
}


@dataclass
class CommandLine:
    """Somebody who types commands."""

    app: AppContext
    service: Service
    clock: MovingClock

    def __post_init__(self) -> None:
        self.root = Group("app.py", commands={str(command.name): command for command in COMMANDS})

    @property
    def database(self) -> Database:
        return self.service.database

    def types(self, line: str, *more: str, answers: str | bytes = "") -> Result:
        return CliRunner().invoke(
            self.root, [*line.split(), *more], input=answers, obj=self.app, catch_exceptions=False
        )

    def does(self, line: str, *more: str, answers: str = "") -> str:
        """Type a command that succeeds, and return what it prints."""
        result = self.types(line, *more, answers=answers)
        assert result.exit_code == 0, result.output
        return result.output

    def refuses(self, line: str, *more: str) -> str:
        """Type a command that fails, and return what it prints."""
        result = self.types(line, *more)
        assert result.exit_code != 0
        assert "Traceback" not in result.output
        return result.output

    def has(self, *names: str) -> CommandLine:
        """Add technicians with verified numbers."""
        for number, name in enumerate(names):
            self.does("technician add", name, "--phone", f"+1514555010{number + 1}", "--verified")
        return self


@pytest.fixture
def cli(compose: Compose, sqlite_url: str, tmp_path: Path) -> Iterator[CommandLine]:
    clock = MovingClock(NOW)
    environment = {**ENVIRONMENT, "DATABASE_URL": sqlite_url, "MEDIA_DIR": str(tmp_path / "media")}
    composed = AppContext(environment, clock, compose, Path("app.py")).service()
    # One service for every command of a test, so that its database is closed.
    app = AppContext(environment, clock, lambda *_, **__: composed, Path("app.py").resolve())
    yield CommandLine(app, composed, clock)
    composed.close()
