"""`announce`: what callers hear before the menus, and what the status page says."""

from __future__ import annotations

from datetime import datetime

import click

from callbacks.announcements import changes, in_force
from callbacks.announcements.changes import Content
from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.cli.times import optional_desk_time
from callbacks.db.tables import Announcement
from callbacks.records.audit_log import COMMAND_LINE
from callbacks.text.formats import moment

START = "start"
LINE = click.option("--line", "lines", multiple=True, help="The line on which it is heard. Give it again for more.")
PRODUCT = click.option(
    "--product", "products", multiple=True, help="A product that has the problem, for the status page. Repeat for more."
)
FROM = click.option("--from", "starts", help="Desk time, such as 2026-11-27T18:00. Default: now.")
UNTIL = click.option("--until", "ends", help="Desk time at which it ends by itself. Default: no end.")


class _StartsByDefault(Group):
    """A group of which the two texts alone start an announcement: `announce "ENGLISH" "FRENCH"`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [START, *args]
        return super().parse_args(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, '"ENGLISH" "FRENCH" [OPTIONS]')
        formatter.write_usage(ctx.command_path, "list | change N ... | end N")


@click.group(cls=_StartsByDefault)
def announce() -> None:
    """Announce an outage to callers, on the status page and to subscribers. The text is public.

    The options of a new announcement are listed by: announce start --help
    """


@announce.command(START)
@click.argument("english")
@click.argument("french")
@LINE
@PRODUCT
@FROM
@UNTIL
@click.option("--notify", is_flag=True, help="Tell subscribers when it starts, changes and ends.")
@pass_service
def start(
    service: Service, english: str, french: str, lines: tuple[str, ...], products: tuple[str, ...],
    starts: str | None, ends: str | None, notify: bool,
) -> None:  # fmt: skip
    """Start an announcement: the word "start" may be left out."""
    desk, now = service.desk, service.clock.now()
    content = Content(english, french, lines, optional_desk_time(desk, ends), notify, products)
    starts_at = optional_desk_time(desk, starts)
    row = service.database.write(
        lambda session: changes.start(session, desk, content, COMMAND_LINE, now, starts_at=starts_at)
    )
    click.echo(_in_a_line(service, row, now))


@announce.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@click.argument("english", required=False)
@click.argument("french", required=False)
@UNTIL
@pass_service
def change(service: Service, number: int, english: str | None, french: str | None, ends: str | None) -> None:
    """Change the texts of an announcement, or when it ends."""
    if english is not None and french is None:
        raise click.UsageError("Give the text in English and in French.")
    desk, now = service.desk, service.clock.now()
    ends_at = optional_desk_time(desk, ends)
    row = service.database.write(
        lambda session: changes.change_some(session, desk, number, english, french, ends_at, COMMAND_LINE, now)
    )
    click.echo(_in_a_line(service, row, now))


@announce.command("list")
@pass_service
def list_announcements(service: Service) -> None:
    """List the announcements that callers hear now, and those to come."""
    now = service.clock.now()
    rows = service.database.read(lambda session: [*in_force.in_force(session, now), *in_force.planned(session, now)])
    for row in rows:
        click.echo(_in_a_line(service, row, now))
    if not rows:
        click.echo("No announcement is in force.")


@announce.command()
@click.argument("number", type=click.IntRange(1, 2**31 - 1))
@pass_service
def end(service: Service, number: int) -> None:
    """End an announcement now."""
    now = service.clock.now()
    service.database.write(lambda session: changes.end(session, number, COMMAND_LINE, now))
    click.echo(f"Announcement {number} has ended.")


def _in_a_line(service: Service, row: Announcement, now: datetime) -> str:
    zone = service.desk.zone
    until = moment(row.ends_at, zone, now) if row.ends_at is not None else "somebody ends it"
    where = ", ".join(in_force.lines_of(row)) or "all lines"
    about = f", about {', '.join(products)}" if (products := in_force.products_of(row)) else ""
    told = "subscribers are told" if row.notifies else "subscribers are not told"
    when = f"{moment(row.starts_at, zone, now)} until {until}"
    return f"{row.id}: {when}, {where}{about}, {told}: {row.english} / {row.french}"
