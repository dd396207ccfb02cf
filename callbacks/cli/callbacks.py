"""`callback`: open one by hand, and list those that are open."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Requester, Via
from callbacks.acts.by_hand import NewCallback, open_by_hand, others_open
from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.db.states import CallbackState, PriorityLevel, Role
from callbacks.db.tables import Callback
from callbacks.desk.business_hours import support_hours
from callbacks.lifecycle.sla_status import most_urgent_first, still_owed
from callbacks.records.audit_log import COMMAND_LINE
from callbacks.reporting.export import Record, records
from callbacks.text.formats import day_and_time

BY_COMMAND = Requester(COMMAND_LINE, Via.COMMAND, Role.ADMINISTRATOR, None)


@click.group(cls=Group)
def callback() -> None:
    """Open callbacks by hand, and list what is open."""


@callback.command(name="open")
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
        owed = still_owed(session, desk, support_hours(session, desk), now)
        found = session.scalars(select(Callback).where(Callback.state == CallbackState.OPEN).order_by(Callback.id))
        return [(each.id, day_and_time(each.due_at, desk.zone)) for each in most_urgent_first(found, owed)]

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
