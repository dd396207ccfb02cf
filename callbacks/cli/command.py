"""The commands that edit the desk: people, shifts, calendars. `app.py` hangs them beside the ones that run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.desk.desk_file import Desk
from callbacks.errors import DeskError
from callbacks.records import audit_log
from callbacks.settings import Settings
from sla.clock import Clock


class OpenDesk(Protocol):
    """The desk, ready to be worked with."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def desk(self) -> Desk: ...
    @property
    def clock(self) -> Clock: ...


OpensDesk = Callable[[], OpenDesk]


# An address of a calendar and a code are secrets.
NOT_FOR_THE_LOG = ("url", "code")


def note_commands(database: Database, clock: Clock) -> None:
    """From now on, whatever a command changes stands in the audit log, with the words of the command."""

    def note(session: Session) -> None:
        context = click.get_current_context(silent=True)
        if context is not None:
            given = [f"{name}: {value}" for name, value in context.params.items() if name not in NOT_FOR_THE_LOG]
            what = context.command_path.partition(" ")[2]
            audit_log.note(session, clock.now(), audit_log.COMMAND_LINE, what, "; ".join(given))

    database.writes_end_with = note


@contextmanager
def told_in_a_sentence() -> Iterator[None]:
    """Turn what the desk can explain into a sentence and an exit code."""
    try:
        yield
    except DeskError as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise click.ClickException(
            f"The database does not do it: {cause}. Look at DATABASE_URL and the server."
        ) from None


class Command(click.Command):
    def invoke(self, ctx: click.Context) -> Any:
        with told_in_a_sentence():
            return super().invoke(ctx)


class Group(click.Group):
    command_class = Command
    group_class = type


def desk_time(desk: Desk, text: str | None) -> datetime | None:
    """Read a time as the desk's own clock shows it."""
    if not text:
        return None
    try:
        told = datetime.fromisoformat(text.strip().replace(" ", "T"))
        return told if told.tzinfo else told.replace(tzinfo=desk.zone)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time. Write it as 2026-11-27T18:00.") from None


def needed_time(desk: Desk, text: str) -> datetime:
    """The same, where a time there must be."""
    told = desk_time(desk, text)
    if told is None:
        raise click.BadParameter("a time is missing. Write it as 2026-11-27T18:00.")
    return told
