"""`migrate`, and the command line under which `serve` and `web` start the web server."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from callbacks.cli.context import Compose
from callbacks.cli.service import web_server
from tests.callbacks.cli.conftest import CommandLine


def test_a_new_database_is_migrated_and_is_ready_then(cli: CommandLine, compose: Compose, tmp_path: Path) -> None:
    new = {**cli.app.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    service = replace(cli.app, environ=new, compose=compose).service()
    cli.app = replace(cli.app, compose=lambda *_, **__: service)
    assert "Run: python app.py migrate." in cli.refuses("technician list")
    assert cli.does("migrate") == "The database is up to date.\n"
    assert cli.does("technician list") == ""
    service.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no gunicorn")
def test_the_web_server_calls_wsgi_of_app_wherever_it_is_started(cli: CommandLine) -> None:
    command = web_server(cli.app, "0.0.0.0", 80)
    assert command[:5] == [sys.executable, "-m", "gunicorn", "--bind", "0.0.0.0:80"]
    assert command[command.index("--pythonpath") + 1] == str(Path.cwd())
    assert command[-1] == "app:wsgi()"
