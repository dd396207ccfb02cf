"""The click classes of every command, which report errors as one sentence, and options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from callbacks.errors import DeskError

HOST = click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
PORT = click.option("--port", default=8000, show_default=True, help="Port to listen on.")
DAYS_BACK = click.option("--days", default=30, show_default=True, help="How many days to look back.")


class Command(click.Command):
    """A command that ends with exit code 1 and a sentence when the desk can explain the error."""

    def invoke(self, ctx: click.Context) -> Any:
        with _errors_in_a_sentence():
            return super().invoke(ctx)


class Group(click.Group):
    """A group of such commands, and of groups like itself."""

    command_class = Command
    group_class = type


@contextmanager
def _errors_in_a_sentence() -> Iterator[None]:
    try:
        yield
    except DeskError as error:
        raise click.ClickException(str(error)) from None
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise click.ClickException(f"Database error: {cause}. Check DATABASE_URL and the server.") from None
