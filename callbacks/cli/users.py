"""`user`: who may use the console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy.orm import Session

from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.db.tables import User
from callbacks.people import invitations, passwords, second_factor, users
from callbacks.records.audit_log import COMMAND_LINE

PASSWORD_FILE = click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File with the password. Default: ask for it.",
)


@click.group(cls=Group)
def user() -> None:
    """Manage who may use the console."""


@user.command()
@click.argument("email")
@click.option("--role", type=click.Choice(users.ROLES), required=True)
@click.option("--technician", default="", help="Name of the technician this user is. Required for that role.")
@PASSWORD_FILE
@click.option("--invite", "is_invited", is_flag=True, help="Print an invitation link instead of asking for a password.")
@pass_service
def add(service: Service, email: str, role: str, technician: str, password_file: Path | None, is_invited: bool) -> None:
    """Add a user of the console."""
    now = service.clock.now()
    if is_invited:
        _print_link(service, email, lambda session: users.add_without_password(session, email, role, now, technician))
        return
    password = _password(password_file)
    service.database.write(lambda session: users.add_user(session, email, role, password, now, technician))
    click.echo(f"{email} may use the console as {role}.")


@user.command()
@click.argument("email")
@pass_service
def invite(service: Service, email: str) -> None:
    """Print a new invitation link, with which a user chooses a password. Earlier links stop working."""
    _print_link(service, email, lambda session: users.user_named(session, email))


def _print_link(service: Service, email: str, user_of: Callable[[Session], User]) -> None:
    now = service.clock.now()
    key = service.database.write(lambda session: invitations.invite(session, user_of(session), COMMAND_LINE, now))
    click.echo(f"Send {email} this invitation link. It works once, within three days:")
    click.echo(invitations.address(service.settings.public_url, key))


@user.command()
@click.argument("email")
@click.argument("new_role", metavar="ROLE", type=click.Choice(users.ROLES))
@click.option("--technician", default="", help="Name of the technician this user is. Required for that role.")
@pass_service
def role(service: Service, email: str, new_role: str, technician: str) -> None:
    """Change a user's role, and log them out everywhere."""
    now = service.clock.now()
    service.database.write(lambda session: users.change_role(session, email, new_role, now, technician))
    click.echo(f"{email} may use the console as {new_role}.")


@user.command()
@click.argument("email")
@PASSWORD_FILE
@pass_service
def password(service: Service, email: str, password_file: Path | None) -> None:
    """Change a user's password, and log them out everywhere."""
    new = passwords.hashed(_password(password_file), [email, *service.desk.company.names()])
    service.database.write(lambda session: users.change_password(session, email, new))
    click.echo(f"The password of {email} was changed.")


@user.command()
@click.argument("email")
@pass_service
def no_second_factor(service: Service, email: str) -> None:
    """Remove a user's authenticator app and passkeys, as after a lost phone, and log them out everywhere."""
    now = service.clock.now()
    had = service.database.write(lambda session: second_factor.remove_factors(session, email, now))
    click.echo(f"{email} now logs in with a password only. Removed: {had or 'nothing'}.")


@user.command()
@click.argument("email")
@pass_service
def remove(service: Service, email: str) -> None:
    """Remove a user of the console."""
    service.database.write(lambda session: users.remove_user(session, email))
    click.echo(f"{email} can no longer use the console.")


@user.command("list")
@pass_service
def list_users(service: Service) -> None:
    """List the users: email, role, technician, second factor."""
    for each in service.database.read(users.everyone):
        factor = second_factor.factors_in_words(each) or ("password only" if each.password_hash else "invited")
        click.echo("\t".join([each.email, each.role.value, each.technician.name if each.technician else "-", factor]))


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
