"""Times as an operator types them: by the desk's own clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from callbacks.desk.desk_file import Desk
from callbacks.text.duration import duration


def desk_time(desk: Desk, text: str) -> datetime:
    """Read a time by the desk's clock, unless it names its own zone. Raise BadParameter."""
    try:
        typed = datetime.fromisoformat(text.strip().replace(" ", "T"))
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a time. Write it as 2026-11-27T18:00.") from None
    return typed if typed.tzinfo else typed.replace(tzinfo=desk.zone)


def optional_desk_time(desk: Desk, text: str | None) -> datetime | None:
    """Read a time that may be left out. Raise BadParameter."""
    return desk_time(desk, text) if text else None


def length_of_time(text: str) -> timedelta:
    """Read a length of time such as "3m", "12h" or "7d". Raise BadParameter."""
    try:
        length = duration(text)
    except ValueError as fault:
        raise click.BadParameter(str(fault)) from None
    if not isinstance(length, timedelta):
        raise click.BadParameter(f"{text!r} is not a length of time. Write it as 3m, 12h or 7d.")
    return length
