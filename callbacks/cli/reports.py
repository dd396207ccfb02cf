"""`report` and `export`: how the promise was kept, and every callback for other programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta

import click

from callbacks.cli.command import DAYS_BACK, Command
from callbacks.cli.context import Service, pass_service
from callbacks.reporting.export import as_csv, due, records
from callbacks.reporting.summary import as_data, as_text, summary


@click.command(cls=Command)
@click.option("--json", "for_programs", is_flag=True, help="Print JSON for other programs.")
@DAYS_BACK
@pass_service
def report(service: Service, days: int, for_programs: bool) -> None:
    """Summarize how many callbacks were made in time, and what proves it."""
    now = service.clock.now()
    since = now - timedelta(days=days)
    found = summary(service.database, service.desk.zone, since, now)
    click.echo(json.dumps(as_data(found), indent=2) if for_programs else as_text(found))


@click.command(cls=Command)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@DAYS_BACK
@pass_service
def export(service: Service, form: str, days: int) -> None:
    """Print every callback as CSV or JSON."""
    since = service.clock.now() - timedelta(days=days)
    rows = records(service.database, service.desk, service.database.read(lambda session: due(session, since)))
    if form == "csv":
        click.echo(as_csv(rows), nl=False)
    else:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
