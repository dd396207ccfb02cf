"""`user` and `audit`: who may use the console, and what was done there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import select

from callbacks.cli.command import Command, Group, OpensDesk
from callbacks.db.tables import AuditEntry
from callbacks.errors import WrongState
from callbacks.people import users
from callbacks.records import audit_log

PASSWORD_FILE = click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


def user_commands(open_desk: OpensDesk) -> click.Group:
    """The group of commands."""
    group = Group("user", help="The people who may use the console.")
    _edits(group, open_desk)

    @group.command("list")
    def list_all() -> None:
        """List the users: address, role, technician, second factor."""
        house = open_desk()
        for each in house.database.read(users.everyone):
            factor = "second factor" if each.second_factor else "password only"
            click.echo(
                "\t".join([each.email, each.role.value, each.technician.name if each.technician else "-", factor])
            )

    return group


def _edits(group: click.Group, open_desk: OpensDesk) -> None:
    @group.command("add")
    @click.argument("email")
    @click.option("--role", type=click.Choice(users.ROLES), required=True)
    @click.option("--technician", default="", help="Their name among the technicians; a technician needs one.")
    @PASSWORD_FILE
    def add(email: str, role: str, technician: str, password_file: Path | None) -> None:
        """Add a user of the console."""
        house = open_desk()
        password, now = _password(password_file), house.clock.now()
        house.database.write(lambda session: users.add_user(session, email, role, password, now, technician))
        click.echo(f"{email} may use the console as {role}.")

    @group.command("password")
    @click.argument("email")
    @PASSWORD_FILE
    def password(email: str, password_file: Path | None) -> None:
        """Give a user another password; they are logged out everywhere."""
        house = open_desk()
        password = _password(password_file)
        house.database.write(lambda session: users.change_password(session, email, password))
        click.echo(f"{email} has another password.")

    @group.command("no-second-factor")
    @click.argument("email")
    def no_second_factor(email: str) -> None:
        """Let a user whose phone is gone log in by the password only."""
        open_desk().database.write(lambda session: users.end_second_factor(session, email))
        click.echo(f"{email} logs in by password only.")

    @group.command("remove")
    @click.argument("email")
    def remove(email: str) -> None:
        """Let a user in no more."""
        open_desk().database.write(lambda session: users.remove_user(session, email))
        click.echo(f"{email} may use the console no more.")


def audit_command(open_desk: OpensDesk) -> click.Command:
    """The command."""

    @click.command("audit", cls=Command)
    @click.option("--days", default=30, show_default=True, help="How far back.")
    def show(days: int) -> None:
        """Print who listened, looked or changed something, and prove that nobody has edited the log."""
        house = open_desk()
        since, zone = house.clock.now() - timedelta(days=days), house.desk.zone
        lately = select(AuditEntry).where(AuditEntry.at >= since).order_by(AuditEntry.id)
        for entry in house.database.read(lambda session: session.scalars(lately).all()):
            click.echo(f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}  {entry.who}  {entry.what}  {entry.detail}")
        broken = house.database.read(audit_log.first_broken)
        if broken is not None:
            raise WrongState(f"The log was edited: entry {broken.id} of {broken.at} is not as it was written.")
        click.echo("Every entry is as it was written.")

    return show


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    told: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return told
