"""How commands get the service: every mistake of the setup at once, the schema checked, changes in the audit log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from callbacks.cli.context import Compose
from callbacks.db.tables import AuditEntry
from callbacks.errors import BrokenDesk, BrokenSettings, UnknownSchema
from tests.callbacks.cli.conftest import CommandLine


def test_mistakes_in_settings_and_desk_file_are_reported_together(cli: CommandLine) -> None:
    app = replace(cli.app, environ={"DESK_FILE": "none.toml", "PUBLIC_URL": "desk"})
    with pytest.raises(BrokenSettings) as broken:
        app.service()
    for mistake in ("PUBLIC_URL", "TWILIO_AUTH_TOKEN", "none.toml"):
        assert mistake in str(broken.value)
    lines = str(broken.value).splitlines()
    assert "  - TWILIO_AUTH_TOKEN is not set (checks that a webhook comes from Twilio)." in lines
    assert lines[-2] == "  - none.toml cannot be used:"
    assert lines[-1].startswith("    - there is no such file.")


def test_a_desk_file_that_is_not_there_is_named(cli: CommandLine) -> None:
    with pytest.raises(BrokenDesk, match=r"none\.toml"):
        replace(cli.app, environ={"DESK_FILE": "none.toml"}).read_desk()


def test_a_database_without_the_schema_is_not_ready(cli: CommandLine, compose: Compose, tmp_path: Path) -> None:
    new = {**cli.app.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    service = replace(cli.app, environ=new, compose=compose).service()
    with pytest.raises(UnknownSchema):
        replace(cli.app, compose=lambda *_, **__: service).ready_service()
    service.close()


def test_a_command_that_fails_leaves_no_entry(cli: CommandLine) -> None:
    cli.refuses("technician add Amy --phone 123")
    assert cli.database.read(lambda session: session.scalars(select(AuditEntry)).all()) == []
