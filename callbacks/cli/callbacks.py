"""`callback`: open one by hand, and list those that are open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Requester, Via
from callbacks.acts.by_hand import NewCallback, open_by_hand, others_open
from callbacks.cli.command import Command, Group
from callbacks.cli.context import AppContext, Service, pass_service
from callbacks.db.states import CallbackState, PriorityLevel, Role
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.desk.choices import PriorityChoice, priority_choices, product_choices
from callbacks.errors import DeskError
from callbacks.lifecycle.queue import due_by_id
from callbacks.lifecycle.sla_status import most_urgent_first
from callbacks.records.audit_log import COMMAND_LINE
from callbacks.reporting.export import Record, records
from callbacks.text.formats import day_and_time

BY_COMMAND = Requester(COMMAND_LINE, Via.COMMAND, Role.ADMINISTRATOR, None)


@click.group(cls=Group)
def callback() -> None:
    """Open callbacks by hand, and list what is open."""


class _OpenCommand(Command):
    """The command whose help lists the priorities and products of the desk file."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        app = ctx.find_object(AppContext)
        try:
            desk = app.read_desk() if app is not None else None
        except DeskError:  # `check` says what is wrong with it
            return
        if desk is not None:
            with formatter.section("Priorities"):
                formatter.write_dl([_described(each) for each in priority_choices(desk)])
            with formatter.section("Products"):
                formatter.write_dl([(each.name.english, "; ".join(each.products)) for each in product_choices(desk)])


def _described(choice: PriorityChoice) -> tuple[str, str]:
    return choice.level.value, choice.in_a_line.english.partition(", ")[2]


@callback.command(name="open", cls=_OpenCommand)
@click.option("--number", default="", help="The customer's phone number, such as +15145550199.")
@click.option("--mail", "address", default="", help="Their email address, where they gave no number.")
@click.option("--name", default="", help="Their name.")
@click.option("--line", default="", help="The line whose priority and policy apply. Default: the one without a menu.")
@click.option("--priority", type=click.Choice([level.value for level in PriorityLevel]), help="Default: the line's.")
@click.option("--product", default="", help="One of the desk file.")
@click.option("--note", default="", help="What it is about.")
@pass_service
def open_(
    service: Service, number: str, address: str, name: str, line: str, priority: str | None, product: str, note: str
) -> None:
    """Open a callback. Somebody is paged; the first reaction is due by its priority."""
    desk, now = service.desk, service.clock.now()
    products = [name for each in product_choices(desk) for name in each.products]
    if product and product not in products:
        raise click.ClickException(f"{wording.unknown_product(product).english} Use one of: {'; '.join(products)}.")
    level = PriorityLevel(priority) if priority else None
    new = NewCallback(number, address, name, line, level, product, note)

    def work(session: Session) -> str:
        opened = open_by_hand(session, desk, new, BY_COMMAND, now)
        due = f"Due {day_and_time(opened.due_at, desk.zone)}."
        return f"{wording.opened(opened, others_open(session, opened, now)).english} {due}"

    click.echo(service.database.write(work))


@callback.command(name="list")
@click.option("--json", "for_programs", is_flag=True, help="Print JSON for other programs.")
@pass_service
def list_(service: Service, for_programs: bool) -> None:
    """List the open callbacks, most urgent first."""
    desk, now = service.desk, service.clock.now()

    def work(session: Session) -> Sequence[tuple[int, str]]:
        due = due_by_id(session, desk, support_hours(session, desk), true(), now)
        found = session.scalars(select(Callback).where(Callback.state == CallbackState.OPEN).order_by(Callback.id))
        return [(each.id, day_and_time(each.due_at, desk.zone)) for each in most_urgent_first(found, due)]

    found = service.database.read(work)
    rows = list(records(service.database, desk, [id for id, _ in found]))
    if for_programs:
        click.echo(json.dumps([asdict(row) for row in rows], indent=2))
        return
    for row, (_, due) in zip(rows, found, strict=True):
        click.echo(_line(row, due))
    if not rows:
        click.echo("Nobody is waiting to be called back.")


def _line(row: Record, due: str) -> str:
    who = " ".join(part for part in (row.number_to_ring or row.caller, row.caller_name) if part)
    when = "tried" if row.attempted_at else f"due {due}"
    return f"{row.reference}  {row.priority}  {when}  {row.owner or 'nobody yet'}  {who or 'no number'}"
