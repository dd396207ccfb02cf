"""`serve`, `web`, `worker` and `migrate`: the commands that run the service."""

from __future__ import annotations

import sys

import click
import structlog

from callbacks.cli.command import HOST, PORT, Command
from callbacks.cli.context import AppContext, Service, pass_app
from callbacks.db import migrations
from callbacks.people.second_factor import encrypt_stored_secrets
from callbacks.people.totp_secrets import TotpSecrets
from callbacks.processes import keep_running, stop_signal
from callbacks.web_server import WebServer, listeners
from callbacks.worker.timer import SweepTimer
from callbacks.worker.worker_watch import WorkerWatch, keep_watching
from sla.zones import installed_rules

log = structlog.get_logger(__name__)


@click.command(cls=Command)
@HOST
@PORT
@pass_app
def serve(app: AppContext, host: str, port: int) -> None:
    """Run web server and worker, and restart either when it ends."""
    _migrate(app.service())
    for listener in listeners(host, port):  # so that a port in use is reported once, not at each restart
        listener.close()
    keep_running(
        {
            "web": [sys.executable, str(app.script), "web", "--host", host, "--port", str(port)],
            "worker": [sys.executable, str(app.script), "worker"],
        }
    )


@click.command(cls=Command)
@HOST
@PORT
@pass_app
def web(app: AppContext, host: str, port: int) -> None:
    """Run a web server: webhooks and console.

    On PostgreSQL, run as many as you like, on any number of machines.
    """
    service = app.ready_service()
    stopping = stop_signal()
    with WebServer(service.web, host, port, service.settings.trusted_proxy) as server:
        log.info("web starts", rules=str(installed_rules()))
        watch = WorkerWatch(service.database, service.desk, service.carrier, service.clock)
        keep_watching(watch, stopping)
        server.run(stopping)
    service.database.close()


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
    """Upgrade the schema, and encrypt secrets that were stored unencrypted or with the previous key."""
    migrations.migrate(service.database)
    secrets = TotpSecrets(service.settings.secret_key, service.settings.secret_key_secondary)
    service.database.write(lambda session: encrypt_stored_secrets(session, secrets))
