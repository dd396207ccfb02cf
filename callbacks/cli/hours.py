"""`holidays` and `closure`: when the desk is closed, or open, beside its regular hours."""

from __future__ import annotations

from datetime import datetime

import click

from callbacks.cli.command import Command
from callbacks.cli.context import Service, pass_service
from callbacks.cli.times import desk_time
from callbacks.desk.business_hours import add_closure, add_holiday, remove_holiday, support_hours
from sla.year import lines_of_year

DAY = click.DateTime(["%Y-%m-%d"])


@click.command(cls=Command)
@click.argument("year", type=click.IntRange(1990, 2190))
@click.option("--strike", type=DAY, help="Open on this day, even if it is a statutory holiday.")
@click.option("--add", type=DAY, help="Close on this day.")
@click.option("--name", nargs=2, metavar="ENGLISH FRENCH", help="What callers hear about the day that --add closes.")
@pass_service
def holidays(
    service: Service, year: int, strike: datetime | None, add: datetime | None, name: tuple[str, str] | None
) -> None:
    """List and change the days on which the desk is closed."""
    if strike is not None:
        service.database.write(lambda session: remove_holiday(session, strike.date()))
    if add is not None:
        _close_on(service, add, name)
    hours = service.database.read(lambda session: support_hours(session, service.desk))
    click.echo("\n".join(lines_of_year(hours, year)))


def _close_on(service: Service, day: datetime, name: tuple[str, str] | None) -> None:
    if name is None:
        raise click.UsageError("Give the day a --name in English and in French: callers hear it.")
    service.database.write(lambda session: add_holiday(session, day.date(), *name))


@click.command(cls=Command)
@click.option("--from", "starts", required=True, help="Desk time, such as 2026-12-24T15:00.")
@click.option("--until", "ends", required=True, help="Desk time.")
@click.option("--reason", nargs=2, metavar="ENGLISH FRENCH", required=True, help="What callers hear.")
@click.option("--open", "opens", is_flag=True, help="Open the desk instead of closing it.")
@pass_service
def closure(service: Service, starts: str, ends: str, reason: tuple[str, str], opens: bool) -> None:
    """Close or open the desk for a time. Overrides its hours and holidays."""
    starts_at, ends_at = desk_time(service.desk, starts), desk_time(service.desk, ends)
    service.database.write(lambda session: add_closure(session, starts_at, ends_at, *reason, opens=opens))
    click.echo(f"The desk is {'open' if opens else 'closed'} from {starts} until {ends}: {reason[0]}.")
