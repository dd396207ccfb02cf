"""`calendar`: feeds of the rota for other calendars, and shifts taken from other calendars."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.cli.command import Group, OpensDesk
from callbacks.db.tables import CalendarSource, Technician
from callbacks.oncall.ical import sources
from callbacks.oncall.ical.fetch import fetch
from callbacks.oncall.ical.parse import read_guarded
from callbacks.people.technicians import technician_named


def calendar_commands(open_desk: OpensDesk) -> click.Group:
    """The group of commands."""
    group = Group("calendar", help="The rota to and from other calendars.")
    _feeds(group, open_desk)
    _sources(group, open_desk)
    return group


def _feeds(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("address")
    @click.argument("name", required=False)
    def address(name: str | None) -> None:
        """Give the address of a technician's feed, or of the whole rota's: enter it in Google, Outlook or Apple."""
        house = open_desk()
        now = house.clock.now()
        key = house.database.write(lambda session: sources.key_of(session, _whose(session, name), now))
        click.echo(f"{house.settings.public_url}/calendar/{key}.ics")
        click.echo("Whoever has this address can read it. To make it worthless: calendar revoke.", err=True)

    @group.command("revoke")
    @click.argument("name", required=False)
    def revoke(name: str | None) -> None:
        """Make the address of a feed worthless."""
        house = open_desk()
        now = house.clock.now()
        count = house.database.write(lambda session: sources.revoke(session, _whose(session, name), now))
        click.echo("The address is worthless now." if count else "There was no address to revoke.")


def _sources(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("take")
    @click.argument("origin")
    @click.option("--layer", default="primary", show_default=True)
    def take(origin: str, layer: str) -> None:
        """Take a layer's shifts from a calendar: a file, or an https address that is then read every hour.

        Each event's title must hold a technician's name.
        """
        house = open_desk()
        now = house.clock.now()
        address = origin.replace("webcal://", "https://", 1)
        content = fetch(address) if address.startswith("https://") else _file(origin)
        found = read_guarded(content, *sources.read_span(now), house.desk.zone)
        name = address if address.startswith("https://") else Path(origin).name

        def work(session: Session) -> sources.Taken:
            source = sources.add_source(session, house.desk, layer, name, now)
            return sources.take(session, source, found, now)

        taken = house.database.write(work)
        click.echo(f"{taken.shifts} shifts on {layer} are taken from it.")
        for title in taken.unknown:
            click.echo(f"Warning: {title!r} names no technician; its time is not covered by it.")

    @group.command("list")
    def list_all() -> None:
        """List the calendars that shifts are taken from."""
        house = open_desk()
        query = select(CalendarSource).order_by(CalendarSource.id)
        for row in house.database.read(lambda session: session.scalars(query).all()):
            where = urlsplit(row.url).hostname or row.url  # the rest of an address is a secret
            read = f"read {row.read_at.astimezone(house.desk.zone):%a %d %b %H:%M}" if row.read_at else "never read"
            click.echo(f"{row.id}\t{row.layer}\t{where}\t{read}{f': {row.trouble}' if row.trouble else ''}")

    @group.command("drop")
    @click.argument("calendar", type=int)
    def drop(calendar: int) -> None:
        """Forget a calendar and the shifts taken from it."""
        house = open_desk()
        now = house.clock.now()
        house.database.write(lambda session: sources.drop_source(session, calendar, now))
        click.echo("Forgotten. Look at the rota: shift gaps.")


def _whose(session: Session, name: str | None) -> Technician | None:
    return technician_named(session, name) if name else None


def _file(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except OSError as fault:
        raise click.ClickException(f"{name} cannot be read: {fault.strerror}.") from None
