"""`calendar`: feeds of the rota for other calendars, and shifts imported from other calendars."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.db.tables import CalendarSource, Technician
from callbacks.desk.desk_file import Desk
from callbacks.oncall.ical import feed_keys, sources
from callbacks.oncall.ical.fetch import fetch
from callbacks.oncall.ical.parse import read_guarded
from callbacks.people.technicians import technician_named


@click.group(cls=Group)
def calendar() -> None:
    """Show the rota in other calendars, and import shifts from them."""


@calendar.command()
@click.argument("name", required=False)
@pass_service
def address(service: Service, name: str | None) -> None:
    """Print the address of a calendar feed of the rota.

    The feed has the shifts of one technician, or of everybody without NAME. Enter its address in Google Calendar,
    Outlook or Apple Calendar.
    """
    now = service.clock.now()
    key = service.database.write(lambda session: feed_keys.feed_key(session, _technician(session, name), now))
    click.echo(f"{service.settings.public_url}/calendar/{key}.ics")
    click.echo("Anyone who has this address can read the feed. To revoke it: calendar revoke.", err=True)


@calendar.command()
@click.argument("name", required=False)
@pass_service
def revoke(service: Service, name: str | None) -> None:
    """Revoke the address of a calendar feed."""
    now = service.clock.now()
    count = service.database.write(lambda session: feed_keys.revoke_feed(session, _technician(session, name), now))
    click.echo("The address no longer works." if count else "There was no address to revoke.")


@calendar.command()
@click.argument("origin", metavar="FILE_OR_ADDRESS")
@click.option("--layer", default="primary", show_default=True)
@pass_service
def take(service: Service, origin: str, layer: str) -> None:
    """Import a layer's shifts from a calendar file or address.

    An https address is read again every hour. Each event is assigned to the technician whose full name is in its title.
    """
    now, desk = service.clock.now(), service.desk
    name, content = _read(origin)
    found = read_guarded(content, *sources.import_span(now), desk.zone)

    def work(session: Session) -> sources.Imported:
        return sources.import_shifts(session, sources.add_source(session, desk, layer, name, now), found, now)

    taken = service.database.write(work)
    click.echo(f"{taken.shifts} shifts on {layer} imported.")
    for title in taken.unknown:
        click.echo(f"Warning: {title!r} names no technician, so nobody was put on call for it.")


def _read(origin: str) -> tuple[str, bytes]:
    """Return the name under which a calendar is kept, and its content."""
    address = origin.replace("webcal://", "https://", 1)
    if address.startswith("https://"):
        return address, fetch(address)
    try:
        return Path(origin).name, Path(origin).read_bytes()
    except OSError as fault:
        raise click.ClickException(f"{origin} cannot be read: {fault.strerror}.") from None


@calendar.command("list")
@pass_service
def list_calendars(service: Service) -> None:
    """List the calendars that shifts are imported from."""
    query = select(CalendarSource).order_by(CalendarSource.id)
    for row in service.database.read(lambda session: session.scalars(query).all()):
        click.echo(_in_words(row, service.desk))


def _in_words(row: CalendarSource, desk: Desk) -> str:
    host = urlsplit(row.url).hostname or row.url  # the rest of an address is a secret
    read = f"read {row.read_at.astimezone(desk.zone):%a %d %b %H:%M}" if row.read_at else "never read"
    return f"{row.id}\t{row.layer}\t{host}\t{read}{f': {row.trouble}' if row.trouble else ''}"


@calendar.command()
@click.argument("calendar", type=int)
@pass_service
def drop(service: Service, calendar: int) -> None:
    """Remove a calendar and the shifts imported from it."""
    now = service.clock.now()
    service.database.write(lambda session: sources.remove_source(session, calendar, now))
    click.echo("Removed. See whether that leaves gaps: shift gaps.")


def _technician(session: Session, name: str | None) -> Technician | None:
    return technician_named(session, name) if name else None
