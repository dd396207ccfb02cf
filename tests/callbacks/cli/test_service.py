"""`migrate`, and what `serve` and `web` say of a port that they cannot use."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select, update

from callbacks.cli.context import Compose
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


def test_a_port_in_use_is_reported_in_a_sentence(cli: CommandLine) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        for command in ("serve", "web"):
            assert cli.refuses(f"{command} --port {port}") == (
                f"Error: Cannot listen on 127.0.0.1, port {port}: Address already in use. "
                "Stop the program that uses the port, or choose another --host or --port.\n"
            )


def test_secrets_of_the_release_before_are_encrypted_by_migrate(cli: CommandLine) -> None:
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    cli.does("user add ada@example.com --role administrator --invite")
    cli.database.write(lambda session: session.execute(update(User).values(second_factor=secret)))
    cli.does("migrate")
    stored = cli.database.read(lambda session: session.scalars(select(User.second_factor)).one())
    assert (secret in stored, TotpSecrets(ENVIRONMENT["SECRET_KEY"]).decrypt(stored)) == (False, secret)


def test_migrate_encrypts_secrets_of_the_old_secret_key_anew(cli: CommandLine, compose: Compose) -> None:
    secret, new = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "of the test as well, and chosen just now"
    cli.does("user add ada@example.com --role administrator --invite")
    stored = TotpSecrets(ENVIRONMENT["SECRET_KEY"]).encrypt(secret)
    cli.database.write(lambda session: session.execute(update(User).values(second_factor=stored)))
    environ = {**cli.app.environ, "SECRET_KEY": new, "SECRET_KEY_SECONDARY": ENVIRONMENT["SECRET_KEY"]}
    service = replace(cli.app, environ=environ, compose=compose).service()
    other = CommandLine(replace(cli.app, compose=lambda *_, **__: service, environ=environ), service, cli.clock)
    words = "the authenticator app of ada@example.com still needs SECRET_KEY_SECONDARY. Run: migrate."
    assert words in other.types("check").output
    other.does("migrate")
    assert words not in other.types("check").output
    stored = other.database.read(lambda session: session.scalars(select(User.second_factor)).one())
    service.close()
    assert TotpSecrets(new).decrypt(stored) == secret
