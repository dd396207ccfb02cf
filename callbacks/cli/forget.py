"""`forget`: forgets a customer, as the law may ask."""

from __future__ import annotations

import click

from callbacks.cli.command import Command
from callbacks.cli.context import Service, pass_service
from callbacks.customers.forgetting import find
from callbacks.customers.forgetting import forget as forget_somebody
from callbacks.records import audit_log


@click.command(cls=Command)
@click.argument("whom")
@click.option("--reason", required=True, help="Why, without naming the customer. It is kept in the audit log.")
@click.option("--yes", is_flag=True, help="Do not ask for a confirmation.")
@pass_service
def forget(service: Service, whom: str, reason: str, yes: bool) -> None:
    """Forget a customer for good.

    WHOM is a number, an email address, or a record such as "customer 12".

    Deletes their record, numbers, names, recordings, transcripts, texts, mails, notes, and what both logs say about
    them. Counts and reports stay the same. It is refused while a callback of theirs is open.
    """
    rules = service.desk.dialing_rules
    found = service.database.read(lambda session: find(session, whom, rules))
    if not yes:
        click.confirm(f"This deletes {found.in_numbers} for good. Continue?", abort=True)
    done = service.database.write(
        lambda session: forget_somebody(
            session, find(session, whom, rules), audit_log.COMMAND_LINE, service.clock.now()
        )
    )
    click.echo(f"Forgotten: {done}.")
