"""`mail receive`: takes a mail that our own mail server pipes in, and answers it by the exit code (sysexits.h)."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from callbacks.cli.command import Command, Group
from callbacks.cli.context import AppContext, pass_app
from callbacks.errors import DeskError
from callbacks.inbound.mails.parse import LARGEST, Unreadable
from callbacks.inbound.mails.take import refuse_too_large, taker


class WrongUsage(click.UsageError):
    """The command was typed wrong."""

    exit_code = 64  # EX_USAGE


class UnknownMailbox(click.ClickException):
    """There is no such mailbox."""

    exit_code = 64  # EX_USAGE


class NeverTaken(click.ClickException):
    """The mail goes back to its sender."""

    exit_code = 65  # EX_DATAERR


class OfferedAgain(click.ClickException):
    """The mail server keeps the mail, and offers it again."""

    exit_code = 75  # EX_TEMPFAIL


class ForMailServers(Command):
    """A command whose every unexpected end has the mail offered again, because another exit code would lose it."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            raise WrongUsage(error.message, error.ctx) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return click.Command.invoke(self, ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Unreadable as fault:
            raise NeverTaken(f"This mail cannot be taken. {fault}") from None
        except DeskError as fault:
            raise OfferedAgain(" ".join(str(fault).split())) from None
        except Exception as fault:
            raise OfferedAgain(f"The mail could not be stored ({_where(fault)}). Offer it again.") from None


@click.group(cls=Group)
def mail() -> None:
    """Take mails from a mail server."""


@mail.command(cls=ForMailServers)
@click.argument("mailbox")
@pass_app
def receive(app: AppContext, mailbox: str) -> None:
    """Read one mail from standard input, and store it.

    MAILBOX is its name in the desk file. The exit code is 0 once the mail is stored, or if it was already; 75 if it
    is to be offered again; 65 if it can never be taken; 64 if there is no such mailbox.
    """
    service = app.ready_service()
    if mailbox not in service.desk.mailboxes:
        raise UnknownMailbox(f"There is no mailbox {mailbox!r}. {_known(list(service.desk.mailboxes))}")
    raw = sys.stdin.buffer.read(LARGEST + 1)
    refuse_too_large(len(raw))
    take = taker(service.settings, service.desk, service.database, service.clock)
    take(mailbox, raw, service.clock.now())


def _where(fault: Exception) -> str:
    """Return the kind of an error and its place in the code. Its words may quote the mail."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__}, {Path(frame.filename).name}:{frame.lineno}"


def _known(names: Sequence[str]) -> str:
    return f"The desk file has {', '.join(names)}." if names else "Add it to the desk file under [mailboxes]."
