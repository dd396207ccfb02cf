"""`migrate`, and the command line under which `serve` and `web` start the web server."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from callbacks.cli.context import Compose
from callbacks.cli.service import web_server
from callbacks.db.tables import User
from callbacks.people.totp_secrets import TotpSecrets
from tests.callbacks.cli.conftest import ENVIRONMENT, CommandLine


def test_a_new_database_is_migrated_and_is_ready_then(cli: CommandLine, compose: Compose, tmp_path: Path) -> None:
    new = {**cli.app.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}"}
    service = replace(cli.app, environ=new, compose=compose).service()
    cli.app = replace(cli.app, compose=lambda *_, **__: service)
    assert "Run: python app.py migrate." in cli.refuses("technician list")
    assert cli.does("migrate") == "The database is up to date.\n"
    assert cli.does("technician list") == ""
    service.close()


def test_secrets_of_the_release_before_are_encrypted_by_migrate(cli: CommandLine) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    cli.does("user add ada@example.com --role administrator --invite")
    cli.database.write(lambda session: session.execute(update(User).values(second_factor=secret)))
    cli.does("migrate")
    stored = cli.database.read(lambda session: session.scalars(select(User.second_factor)).one())
    assert (secret in stored, TotpSecrets(ENVIRONMENT["SECRET_KEY"]).decrypt(stored)) == (False, secret)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no gunicorn")
def test_the_web_server_calls_wsgi_of_app_wherever_it_is_started(cli: CommandLine) -> None:
    command = web_server(cli.app, "0.0.0.0", 80)
    assert command[:5] == [sys.executable, "-m", "gunicorn", "--bind", "0.0.0.0:80"]
    assert command[command.index("--pythonpath") + 1] == str(Path.cwd())
    assert command[-1] == "app:wsgi()"
