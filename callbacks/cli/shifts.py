"""`shift` and `oncall`: who is on call when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Command, Group, OpenDesk, OpensDesk, desk_time, needed_time
from callbacks.desk.business_hours import support_hours
from callbacks.oncall import store
from callbacks.oncall.schedule import Gap
from callbacks.people.technicians import everybody, technician_named
from callbacks.text.duration import duration

FROM = click.option("--from", "starts", required=True, help="Desk time, such as 2026-11-27T18:00.")
UNTIL = click.option("--until", "ends", required=True, help="Desk time.")
LAYER = click.option("--layer", default="primary", show_default=True)


def shift_commands(open_desk: OpensDesk) -> click.Group:
    """The group of commands."""
    group = Group("shift", help="Who is on call when: shifts, rotations, covers, swaps, time off.")
    _regular(group, open_desk)
    _otherwise(group, open_desk)
    _looking(group, open_desk)
    return group


def _regular(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("add")
    @click.argument("name")
    @LAYER
    @click.option("--from", "starts", help="Desk time, such as 2026-11-27T18:00; without it: always.")
    @click.option("--until", "ends", help="Desk time; without it: for ever.")
    def add(name: str, layer: str, starts: str | None, ends: str | None) -> None:
        """Put a technician on call."""
        house = open_desk()
        starts_at, ends_at, now = desk_time(house.desk, starts), desk_time(house.desk, ends), house.clock.now()

        def work(session: Session) -> str:
            row = technician_named(session, name)
            store.add_shift(session, house.desk, row, layer, starts_at, ends_at, now)
            return row.name

        click.echo(f"{house.database.write(work)} is on {layer}.")
        _warn_of_gaps(house)

    @group.command("rotate")
    @click.argument("names", nargs=-1, required=True)
    @LAYER
    @click.option("--first-day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="When the first turn begins.")
    @click.option("--hand-off", default="08:00", show_default=True, help="Desk time.")
    @click.option("--every", default="7d", show_default=True, help="How long a turn lasts: 1d, 7d, 12h ...")
    def rotate(names: tuple[str, ...], layer: str, first_day: datetime, hand_off: str, every: str) -> None:
        """Let people take turns on a layer, in the order in which they are named."""
        house = open_desk()
        now = house.clock.now()
        try:
            length = duration(every)
        except ValueError as fault:
            raise click.BadParameter(str(fault)) from None

        def work(session: Session) -> int:
            members = [technician_named(session, name) for name in names]
            turn = length if isinstance(length, timedelta) else timedelta(days=7)
            return store.add_rotation(
                session, house.desk, layer, members, first_day.date(), hand_off, turn, now
            ).id  # fmt: skip

        click.echo(f"Rotation {house.database.write(work)} on {layer}: {', '.join(names)}, every {every}.")
        _warn_of_gaps(house)

    @group.command("end-rotation")
    @click.argument("rotation", type=int)
    @click.option("--at", help="Desk time; without it: now.")
    def end_rotation(rotation: int, at: str | None) -> None:
        """Let a rotation end; make another for what comes then."""
        house = open_desk()
        now = house.clock.now()
        house.database.write(
            lambda session: store.end_rotation(session, rotation, desk_time(house.desk, at) or now, now)
        )
        click.echo(f"Rotation {rotation} ends.")
        _warn_of_gaps(house)


def _otherwise(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("cover")
    @click.argument("name")
    @click.option("--for", "instead_of", help="Whom they cover for; without it: whoever is on the layer.")
    @LAYER
    @FROM
    @UNTIL
    def cover(name: str, instead_of: str | None, layer: str, starts: str, ends: str) -> None:
        """Let somebody cover for a night."""
        house = open_desk()
        starts_at, ends_at, now = needed_time(house.desk, starts), needed_time(house.desk, ends), house.clock.now()

        def work(session: Session) -> list[str]:
            covered = technician_named(session, instead_of) if instead_of else None
            who = technician_named(session, name)
            return store.add_override(session, house.desk, layer, who, covered, starts_at, ends_at, now)

        warnings = house.database.write(work)
        click.echo(f"{name} covers {layer} from {starts} until {ends}.")
        _warn(warnings)
        _warn_of_gaps(house)

    @group.command("swap")
    @click.argument("first")
    @click.argument("second")
    @LAYER
    @click.option("--first-from", required=True, help="The first one's time, desk time ...")
    @click.option("--first-until", required=True)
    @click.option("--second-from", required=True, help="... that goes to the second, whose own goes to the first.")
    @click.option("--second-until", required=True)
    def swap(
        first: str,
        second: str,
        layer: str,
        first_from: str,
        first_until: str,
        second_from: str,
        second_until: str,
    ) -> None:
        """Let two people take each other's time."""
        house = open_desk()
        spans = [needed_time(house.desk, text) for text in (first_from, first_until, second_from, second_until)]
        now = house.clock.now()

        def work(session: Session) -> list[str]:
            one = (technician_named(session, first), spans[0], spans[1])
            other = (technician_named(session, second), spans[2], spans[3])
            return store.swap(session, house.desk, layer, one, other, now)

        warnings = house.database.write(work)
        click.echo(f"{first} and {second} swap on {layer}.")
        _warn(warnings)
        _warn_of_gaps(house)

    @group.command("off")
    @click.argument("name")
    @FROM
    @UNTIL
    def off(name: str, starts: str, ends: str) -> None:
        """Somebody is off: not on call, whatever else the rota says."""
        house = open_desk()
        starts_at, ends_at, now = needed_time(house.desk, starts), needed_time(house.desk, ends), house.clock.now()
        house.database.write(
            lambda session: store.add_absence(session, technician_named(session, name), starts_at, ends_at, now)
        )
        click.echo(f"{name} is off from {starts} until {ends}.")
        _warn_of_gaps(house)


def _looking(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("list")
    @click.option("--days", default=14, show_default=True, help="How far ahead.")
    def list_all(days: int) -> None:
        """Say who is on call on each layer in the days ahead, as it will really be, and what makes it so."""
        house = open_desk()
        now, zone = house.clock.now(), house.desk.zone
        plan = house.database.read(lambda session: store.schedule(session, house.desk, now))
        for layer in plan.staffed_layers():
            click.echo(layer)
            for span in plan.spans(layer, now, now + timedelta(days=days)):
                if span.starts_at is not None and span.ends_at is not None:
                    click.echo(f"  {_span(span.starts_at, span.ends_at, house)}  {span.person.name}")
        for row in house.database.read(lambda session: store.rotations(session, now)):
            names = house.database.read(lambda session: {each.id: each.name for each in everybody(session)})
            members = ", ".join(names.get(member.technician_id, "(left)") for member in row.members)
            until = f" until {row.ends_at.astimezone(zone):%a %d %b %H:%M}" if row.ends_at else ""
            pace = f"every {row.hours} h from {row.first_day} {row.hand_off}{until}"
            click.echo(f"rotation {row.id}: {row.layer}, {members}, {pace}")

    @group.command("gaps")
    def gaps() -> None:
        """Say when nobody who can be reached is on a layer, in the next fourteen days."""
        house = open_desk()
        plan = house.database.read(lambda session: store.schedule(session, house.desk, house.clock.now()))
        unstaffed = plan.unstaffed_layers()
        _warn(f"nobody was ever put on {layer}." for layer in unstaffed)
        if not _warn_of_gaps(house):
            click.echo(f"No {'other ' if unstaffed else ''}gap in the next fourteen days.")


def oncall_command(open_desk: OpensDesk) -> click.Command:
    """The command."""

    @click.command("oncall", cls=Command)
    @click.option("--at", help="Desk time, such as 2026-11-28T02:00; without it: now.")
    def oncall(at: str | None) -> None:
        """Say who is on call."""
        house = open_desk()
        instant = desk_time(house.desk, at) or house.clock.now()
        roster = house.database.read(lambda session: store.roster(session, house.desk, instant))
        verdict = house.database.read(lambda session: support_hours(session, house.desk)).verdict(instant)
        state = "open" if verdict.is_open else "closed"
        click.echo(f"{instant.astimezone(house.desk.zone):%a %d %b %Y %H:%M} ({state}: {verdict.reason.spoken('en')})")
        for layer in roster.layers:
            names = ", ".join(person.name for person in roster.on(layer)) or "nobody"
            click.echo(f"  {layer:<12}{names}")

    return oncall


def words_of_gap(gap: Gap, house: OpenDesk) -> str:
    return f"nobody who can be reached is on {gap.layer} from {_span(gap.starts_at, gap.ends_at, house)}"


def _warn_of_gaps(house: OpenDesk) -> bool:
    found = house.database.read(lambda session: store.gaps_ahead(session, house.desk, house.clock.now()))
    _warn(f"{words_of_gap(gap, house)}." for gap in found)
    return bool(found)


def _warn(warnings: Iterable[str]) -> None:
    for warning in warnings:
        click.echo(f"Warning: {warning}")


def _span(starts_at: datetime, ends_at: datetime, house: OpenDesk) -> str:
    zone = house.desk.zone
    return f"{starts_at.astimezone(zone):%a %d %b %H:%M} to {ends_at.astimezone(zone):%a %d %b %H:%M}"
