"""`oncall`: who is on call at an instant."""

from __future__ import annotations

import click

from callbacks.cli.command import Command
from callbacks.cli.context import Service, pass_service
from callbacks.cli.times import optional_desk_time
from callbacks.desk.business_hours import support_hours
from callbacks.oncall import store


@click.command(cls=Command)
@click.option("--at", help="Desk time, such as 2026-11-28T02:00. Default: now.")
@pass_service
def oncall(service: Service, at: str | None) -> None:
    """Show who is on call, and whether the desk is open."""
    desk, instant = service.desk, optional_desk_time(service.desk, at) or service.clock.now()
    roster = service.database.read(lambda session: store.roster(session, desk, instant))
    verdict = service.database.read(lambda session: support_hours(session, desk)).verdict(instant)
    state = "open" if verdict.is_open else "closed"
    click.echo(f"{instant.astimezone(desk.zone):%a %d %b %Y %H:%M} ({state}: {verdict.reason.spoken('en')})")
    for layer in roster.layers:
        names = ", ".join(person.name for person in roster.on(layer)) or "nobody"
        click.echo(f"  {layer:<12}{names}")
