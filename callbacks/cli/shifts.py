"""`shift`: shifts, rotations, covers, swaps and time off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.cli.gaps import span_in_words, warn, warn_of_gaps
from callbacks.cli.times import desk_time, length_of_time, optional_desk_time
from callbacks.db.tables import RotationRow
from callbacks.oncall import store
from callbacks.oncall.schedule import Schedule
from callbacks.people.technicians import everybody, technician_named

LAYER = click.option("--layer", default="primary", show_default=True)


def _from_until(command: Callable[..., Any]) -> Callable[..., Any]:
    starts = click.option("--from", "starts", required=True, help="Desk time, such as 2026-11-27T18:00.")
    ends = click.option("--until", "ends", required=True, help="Desk time.")
    return starts(ends(command))


@click.group(cls=Group)
def shift() -> None:
    """Plan who is on call: shifts, rotations, covers, time off."""


@shift.command()
@click.argument("name")
@LAYER
@click.option("--from", "starts", help="Desk time, such as 2026-11-27T18:00. Default: always.")
@click.option("--until", "ends", help="Desk time. Default: no end.")
@pass_service
def add(service: Service, name: str, layer: str, starts: str | None, ends: str | None) -> None:
    """Put a technician on call."""
    desk, now = service.desk, service.clock.now()
    starts_at, ends_at = optional_desk_time(desk, starts), optional_desk_time(desk, ends)

    def work(session: Session) -> str:
        row = technician_named(session, name)
        store.add_shift(session, desk, row, layer, starts_at, ends_at, now)
        return row.name

    click.echo(f"{service.database.write(work)} is on {layer}.")
    warn_of_gaps(service)


@shift.command()
@click.argument("names", nargs=-1, required=True)
@LAYER
@click.option("--first-day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="When the first turn begins.")
@click.option("--hand-off", default="08:00", show_default=True, help="Time of day at which turns change, desk time.")
@click.option("--every", default="7d", show_default=True, help="How long a turn lasts, such as 12h, 1d or 7d.")
@pass_service
def rotate(
    service: Service, names: tuple[str, ...], layer: str, first_day: datetime, hand_off: str, every: str
) -> None:
    """Let people take turns on a layer, in the order given."""
    turn, now = length_of_time(every), service.clock.now()

    def work(session: Session) -> int:
        members = [technician_named(session, name) for name in names]
        day = first_day.date()
        return store.add_rotation(session, service.desk, layer, members, day, hand_off, turn, now).id

    click.echo(f"Rotation {service.database.write(work)} on {layer}: {', '.join(names)}, every {every}.")
    warn_of_gaps(service)


@shift.command()
@click.argument("rotation", type=int)
@click.option("--at", help="Desk time. Default: now.")
@pass_service
def end_rotation(service: Service, rotation: int, at: str | None) -> None:
    """End a rotation. Add another for the time after it."""
    now = service.clock.now()
    ends_at = optional_desk_time(service.desk, at) or now
    service.database.write(lambda session: store.end_rotation(session, rotation, ends_at, now))
    click.echo(f"Rotation {rotation} ends {at or 'now'}.")
    warn_of_gaps(service)


@shift.command()
@click.argument("name")
@click.option("--for", "instead_of", help="Who they cover for. Default: whoever is on the layer.")
@LAYER
@_from_until
@pass_service
def cover(service: Service, name: str, instead_of: str | None, layer: str, starts: str, ends: str) -> None:
    """Let somebody cover for someone else for a time."""
    desk, now = service.desk, service.clock.now()
    starts_at, ends_at = desk_time(desk, starts), desk_time(desk, ends)

    def work(session: Session) -> list[str]:
        covered = technician_named(session, instead_of) if instead_of else None
        who = technician_named(session, name)
        return store.add_override(session, desk, layer, who, covered, starts_at, ends_at, now)

    warnings = service.database.write(work)
    click.echo(f"{name} covers {layer} from {starts} until {ends}.")
    warn(warnings)
    warn_of_gaps(service)


@shift.command()
@click.argument("first")
@click.argument("second")
@LAYER
@click.option("--first-from", required=True, help="Desk time. The first person's time, which the second takes.")
@click.option("--first-until", required=True, help="Desk time.")
@click.option("--second-from", required=True, help="Desk time. The second person's time, which the first takes.")
@click.option("--second-until", required=True, help="Desk time.")
@pass_service
def swap(
    service: Service,
    first: str,
    second: str,
    layer: str,
    first_from: str,
    first_until: str,
    second_from: str,
    second_until: str,
) -> None:
    """Let two people swap their time on a layer."""
    desk, now = service.desk, service.clock.now()
    firsts = desk_time(desk, first_from), desk_time(desk, first_until)
    seconds = desk_time(desk, second_from), desk_time(desk, second_until)

    def work(session: Session) -> list[str]:
        one, other = (technician_named(session, name) for name in (first, second))
        return store.swap(session, desk, layer, (one, *firsts), (other, *seconds), now)

    warnings = service.database.write(work)
    click.echo(f"{first} and {second} swap on {layer}.")
    warn(warnings)
    warn_of_gaps(service)


@shift.command()
@click.argument("name")
@_from_until
@pass_service
def off(service: Service, name: str, starts: str, ends: str) -> None:
    """Give somebody time off. They are not on call then, whatever else is on the rota."""
    starts_at, ends_at, now = desk_time(service.desk, starts), desk_time(service.desk, ends), service.clock.now()
    service.database.write(
        lambda session: store.add_absence(session, technician_named(session, name), starts_at, ends_at, now)
    )
    click.echo(f"{name} is off from {starts} until {ends}.")
    warn_of_gaps(service)


@shift.command("list")
@click.option("--days", default=14, show_default=True, help="How many days to look ahead.")
@pass_service
def list_shifts(service: Service, days: int) -> None:
    """Show who will be on call on each layer, and the rotations behind it."""
    now = service.clock.now()
    plan = service.database.read(lambda session: store.schedule(session, service.desk, now))
    for layer in plan.staffed_layers():
        click.echo(layer)
        _print_spans(service, plan, layer, now, now + timedelta(days=days))
    names = service.database.read(lambda session: {each.id: each.name for each in everybody(session)})
    for row in service.database.read(lambda session: store.rotations(session, now)):
        click.echo(_rotation_in_words(service, row, names))


def _print_spans(service: Service, plan: Schedule, layer: str, since: datetime, until: datetime) -> None:
    for span in plan.final_shifts(layer, since, until):
        if span.starts_at is not None and span.ends_at is not None:
            click.echo(f"  {span_in_words(span.starts_at, span.ends_at, service.desk)}  {span.person.name}")


def _rotation_in_words(service: Service, row: RotationRow, names: dict[int, str]) -> str:
    members = ", ".join(names.get(member.technician_id, "(left)") for member in row.members)
    until = f" until {row.ends_at.astimezone(service.desk.zone):%a %d %b %H:%M}" if row.ends_at else ""
    return f"rotation {row.id}: {row.layer}, {members}, every {row.hours} h from {row.first_day} {row.hand_off}{until}"


@shift.command()
@pass_service
def gaps(service: Service) -> None:
    """Show when nobody who can be paged is on a layer, in the next 14 days."""
    plan = service.database.read(lambda session: store.schedule(session, service.desk, service.clock.now()))
    unstaffed = plan.unstaffed_layers()
    warn(f"nobody is ever on {layer}." for layer in unstaffed)
    if not warn_of_gaps(service):
        click.echo(f"No {'other ' if unstaffed else ''}gap in the next 14 days.")
