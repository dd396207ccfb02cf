"""`mail receive`: takes a mail that our own mail server pipes in, and answers it by the exit code."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any

import click

from callbacks.cli.command import Command, Group
from callbacks.cli.context import AppContext, pass_app
from callbacks.errors import DeskError
from callbacks.inbound.mails.take import LARGEST, Unreadable, refuse_too_large, taker


class ExitCode(IntEnum):
    """What a mail server understands (sysexits.h)."""

    USAGE = 64  # the command was typed wrong
    NEVER = 65  # the mail goes back to its sender
    LATER = 75  # the mail is offered again


class Ended(click.ClickException):
    """The command ends with an exit code, and one sentence on standard error."""

    def __init__(self, code: ExitCode, words: str) -> None:
        super().__init__(words)
        self.exit_code = code


class ForMailServers(Command):
    """A command whose every unexpected end has the mail offered again, because another exit code would lose it."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            error.exit_code = ExitCode.USAGE
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return click.Command.invoke(self, ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Unreadable as fault:
            raise Ended(ExitCode.NEVER, f"This mail cannot be taken. {fault}") from None
        except DeskError as fault:
            raise Ended(ExitCode.LATER, " ".join(str(fault).split())) from None
        except Exception as fault:
            raise Ended(ExitCode.LATER, f"The mail could not be stored ({_where(fault)}). Offer it again.") from None


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
        raise Ended(ExitCode.USAGE, f"There is no mailbox {mailbox!r}. {_known(list(service.desk.mailboxes))}")
    raw = sys.stdin.buffer.read(LARGEST + 1)
    refuse_too_large(len(raw))
    take = taker(service.database, service.desk, service.settings.media_dir, service.clock)
    take(mailbox, raw, service.clock.now())


def _where(fault: Exception) -> str:
    """Return the kind of an error and its place in the code. Its words may quote the mail."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__}, {Path(frame.filename).name}:{frame.lineno}"


def _known(names: Sequence[str]) -> str:
    return f"The desk file has {', '.join(names)}." if names else "Add it to the desk file under [mailboxes]."
