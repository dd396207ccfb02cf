"""The desk and the instant of the tests that read the rota from a database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from callbacks.desk.desk_file import read_desk

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 10, 26, 14, 0, tzinfo=UTC)
