"""Gaps in the rota, as commands print them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import click

from callbacks.cli.context import Service
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.schedule import Gap


def gap_in_words(gap: Gap, desk: Desk) -> str:
    """Return a gap as a sentence without its full stop."""
    return f"nobody who can be paged is on {gap.layer} from {span_in_words(gap.starts_at, gap.ends_at, desk)}"


def span_in_words(starts_at: datetime, ends_at: datetime, desk: Desk) -> str:
    """Return a span of time by the desk's clock."""
    return f"{starts_at.astimezone(desk.zone):%a %d %b %H:%M} to {ends_at.astimezone(desk.zone):%a %d %b %H:%M}"


def warn_of_gaps(service: Service) -> bool:
    """Print a warning for each gap ahead. Return whether there was any."""
    found = service.database.read(lambda session: store.gaps_ahead(session, service.desk, service.clock.now()))
    warn(f"{gap_in_words(gap, service.desk)}." for gap in found)
    return bool(found)


def warn(warnings: Iterable[str]) -> None:
    """Print each warning."""
    for warning in warnings:
        click.echo(f"Warning: {warning}")
