"""`backup` and `restore`: everything that the desk keeps, in one file, and the desk made from such a file."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from callbacks.backup import archive
from callbacks.backup.manifest import Manifest
from callbacks.backup.restore import restore as restore_backup
from callbacks.cli.command import Command
from callbacks.cli.context import AppContext, Service, audited, pass_app
from callbacks.errors import BrokenBackup
from callbacks.media.configured import media_store
from callbacks.text.formats import day_and_time
from callbacks.worker.health import silence_of_workers

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command(cls=Command)
@FILE
@click.option("--overwrite", is_flag=True, help="Replace a file of that name.")
@pass_app
def backup(app: AppContext, file: Path, overwrite: bool) -> None:
    """Write the database, recordings and mails into one FILE, while the service runs.

    The file is checked before it gets its name. It does not contain the settings: keep SECRET_KEY and AUDIT_KEY
    elsewhere. It contains customers' messages, so keep it as safe as the database.
    """
    if file.exists() and not overwrite:
        raise BrokenBackup(f"{file} exists. Choose another name, or add --overwrite.")
    service = audited(app.ready_service())
    service.database.write(lambda session: None)  # the entry in the audit log, which is then part of the backup
    settings, now = service.settings, service.clock.now()
    made = archive.make(settings.database_url, media_store(settings), file, now, app.environ)
    click.echo(f"Wrote and checked {file}: {_in_words(made)}.")


@click.command(cls=Command)
@FILE
@click.option("--replace", "replaces", is_flag=True, help="Replace a database that has content.")
@pass_app
def restore(app: AppContext, file: Path, replaces: bool) -> None:
    """Restore the database, recordings and mails from a FILE that `backup` wrote. Stop the service first.

    When it starts again, nobody is paged before the carrier was asked for what happened since the backup.
    """
    service = audited(app.service())
    _must_be_stopped(service)
    settings = service.settings
    found = restore_backup(
        service.database, settings.database_url, media_store(settings), file, replaces=replaces, environ=app.environ
    )
    service.close()
    made_at = day_and_time(found.made_at, service.desk.zone, "en")
    click.echo(f"Restored the desk as it was on {made_at}: {_in_words(found)}.")
    click.echo("Start the service. It asks the carrier for what happened since then before it pages anybody.")


def _must_be_stopped(service: Service) -> None:
    now = service.clock.now()
    try:
        is_running = service.database.read(lambda session: silence_of_workers(session, now)) is None
    except SQLAlchemyError:  # there are no tables yet, or what is there cannot be read
        return
    if is_running:
        raise BrokenBackup("A worker is running. Stop the service, and wait a minute.")


def _in_words(manifest: Manifest) -> str:
    rows, files = sum(manifest.counts.values()), manifest.files
    return f"{rows} rows in {len(manifest.counts)} tables, {files} recording{'s' if files != 1 else ''} and mail files"
