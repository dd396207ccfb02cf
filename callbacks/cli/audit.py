"""`audit`: the audit log, and whether anybody has edited it."""

from __future__ import annotations

from datetime import timedelta

import click
from sqlalchemy import select

from callbacks.cli.command import DAYS_BACK, Command
from callbacks.cli.context import Service, pass_service
from callbacks.db.tables import AuditEntry
from callbacks.errors import WrongState
from callbacks.records import audit_log


@click.command(cls=Command)
@DAYS_BACK
@pass_service
def audit(service: Service, days: int) -> None:
    """Print the audit log, and check that nobody has edited it.

    The audit log records who listened to, looked at or changed something in the console or by a command.
    """
    since, zone = service.clock.now() - timedelta(days=days), service.desk.zone
    lately = select(AuditEntry).where(AuditEntry.at >= since).order_by(AuditEntry.id)
    for entry in service.database.read(lambda session: session.scalars(lately).all()):
        click.echo(f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {entry.who}  {entry.what}  {entry.detail}")
    broken = service.database.read(audit_log.first_broken)
    if broken is not None:
        raise WrongState(f"The log was edited: entry {broken.id} of {broken.at} is not as it was recorded.")
    click.echo("No entry has been edited.")
