"""`user`: who may use the console."""

from __future__ import annotations

from pathlib import Path

import click

from callbacks.cli.command import Group
from callbacks.cli.context import Service, pass_service
from callbacks.people import passwords, second_factor, users

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
@pass_service
def add(service: Service, email: str, role: str, technician: str, password_file: Path | None) -> None:
    """Add a user of the console."""
    password, now = _password(password_file), service.clock.now()
    service.database.write(lambda session: users.add_user(session, email, role, password, now, technician))
    click.echo(f"{email} may use the console as {role}.")


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
    """Remove a user's second factor, for example after a lost phone."""
    service.database.write(lambda session: second_factor.end_second_factor(session, email))
    click.echo(f"{email} logs in with the password alone.")


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
        factor = "second factor" if each.second_factor else "password only"
        click.echo("\t".join([each.email, each.role.value, each.technician.name if each.technician else "-", factor]))


def _password(file: Path | None) -> str:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
