"""`billing`: the minutes worked in a month, by customer, for invoices."""

from __future__ import annotations

import json

import click

from callbacks.cli.command import Command
from callbacks.cli.context import Service, pass_service
from callbacks.errors import WrongState
from callbacks.reporting.billing import as_data, billing_of, rows_as_csv, sums_as_csv
from callbacks.reporting.periods import month_named


@click.command(cls=Command)
@click.option("--month", required=True, help="A month at the desk, such as 2026-11.")
@click.option(
    "--customer", default="", help="Only customers with these words in their name, or the number of a record."
)
@click.option("--sums", is_flag=True, help="Print one line for each customer.")
@click.option("--json", "for_programs", is_flag=True, help="Print JSON for other programs, with entries and sums.")
@pass_service
def billing(service: Service, month: str, customer: str, sums: bool, for_programs: bool) -> None:
    """Print the minutes worked in a month by customer, as CSV or JSON."""
    days = month_named(month)
    if days is None:
        raise WrongState(f"{month!r} is not a month. Write it as 2026-11.")
    found = billing_of(service.database, service.desk, days, customer.strip())
    if for_programs:
        click.echo(json.dumps(as_data(days, found), indent=2))
    else:
        click.echo(sums_as_csv(found) if sums else rows_as_csv(found), nl=False)
