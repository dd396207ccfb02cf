"""`serve`, `web`, `worker` and `migrate`: the commands that run the service."""

from __future__ import annotations

import os
import sys

import click
import structlog

from callbacks.cli.command import HOST, PORT, Command
from callbacks.cli.context import AppContext, Service, pass_app
from callbacks.db import migrations
from callbacks.people.second_factor import encrypt_stored_secrets
from callbacks.people.totp_secrets import TotpSecrets
from callbacks.processes import keep_running, stop_signal
from callbacks.worker.timer import SweepTimer
from sla.zones import installed_rules

log = structlog.get_logger(__name__)


@click.command(cls=Command)
@HOST
@PORT
@pass_app
def serve(app: AppContext, host: str, port: int) -> None:
    """Run web server and worker, and restart either when it ends."""
    _migrate(app.service())
    keep_running({"web": web_server(app, host, port), "worker": [sys.executable, str(app.script), "worker"]})


@click.command(cls=Command)
@HOST
@PORT
@pass_app
def web(app: AppContext, host: str, port: int) -> None:
    """Run a web server: webhooks and console.

    On PostgreSQL, run as many as you like, on any number of machines.
    """
    app.ready_service()
    command = web_server(app, host, port)
    os.execv(command[0], command)  # noqa: S606 - our own command


@click.command(cls=Command)
@pass_app
def worker(app: AppContext) -> None:
    """Run a worker: pages, escalations, recordings.

    On PostgreSQL, run as many as you like, on any number of machines.
    """
    service = app.ready_service()
    log.info("worker starts", rules=str(installed_rules()))
    timer = SweepTimer(service.worker.sweep)
    timer.start()
    stop_signal().wait()
    timer.stop()
    service.worker.close()


@click.command(cls=Command)
@pass_app
def migrate(app: AppContext) -> None:
    """Upgrade the database to the schema of this release."""
    _migrate(app.service())
    click.echo("The database is up to date.")


def _migrate(service: Service) -> None:
    """Upgrade the schema, and encrypt secrets that an earlier release stored as they are."""
    migrations.migrate(service.database)
    secrets = TotpSecrets(service.settings.secret_key)
    service.database.write(lambda session: encrypt_stored_secrets(session, secrets))


def web_server(app: AppContext, host: str, port: int) -> list[str]:
    """Return the command line of the web server that calls `wsgi` in app.py."""
    module = app.script.stem
    if sys.platform == "win32":
        return [sys.executable, "-m", "waitress", f"--listen={host}:{port}", "--call", f"{module}:wsgi"]
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}"),
        *("--workers", "1", "--worker-class", "gthread", "--threads", "16", "--graceful-timeout", "15"),
        *("--pythonpath", str(app.script.parent)),
        # Gunicorn puts its control socket under HOME, and logs an error at each start where HOME is read-only.
        *("--no-control-socket", f"{module}:wsgi()"),
    ]
