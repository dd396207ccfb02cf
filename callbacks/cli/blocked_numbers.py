"""`block` and `unblock`: callers who can only leave a message."""

from __future__ import annotations

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Command
from callbacks.cli.context import Service, pass_service
from callbacks.cli.times import optional_desk_time
from callbacks.customers.number_rules import end_rule, set_rule
from callbacks.db.states import NumberRuleKind
from callbacks.records.audit_log import COMMAND_LINE
from callbacks.text.formats import readable_number


@click.command(cls=Command)
@click.argument("number")
@click.option("--reason", required=True, help="Shown in the console.")
@click.option("--until", help="Desk time, such as 2026-12-24T15:00. Default: no end.")
@pass_service
def block(service: Service, number: str, reason: str, until: str | None) -> None:
    """Block a number. Its calls can only leave a message, which pages nobody."""
    desk, now, ends_at = service.desk, service.clock.now(), optional_desk_time(service.desk, until)

    def work(session: Session) -> str:
        kind, rules = NumberRuleKind.BLOCKED, desk.dialing_rules
        return set_rule(session, rules, kind, number, reason, COMMAND_LINE, now, ends_at).number

    blocked = readable_number(service.database.write(work))
    click.echo(f"{blocked} is blocked{f' until {until}' if until else ''}.")


@click.command(cls=Command)
@click.argument("number")
@pass_service
def unblock(service: Service, number: str) -> None:
    """End the block of a number."""
    rules, now = service.desk.dialing_rules, service.clock.now()
    rule = service.database.write(lambda session: end_rule(session, rules, number, now))
    click.echo(f"{readable_number(rule.number)} is no longer {rule.kind.value}.")
