"""`audit`: prints the audit log, and verifies it and the event log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.cli.command import DAYS_BACK, Command
from callbacks.cli.context import Service, pass_service
from callbacks.db.tables import AuditEntry
from callbacks.errors import WrongState
from callbacks.records import audit_log
from callbacks.records.log_check import LogCheck, check_entries, check_events, check_removals, head_kept
from callbacks.records.seals import Head, head_from


@click.command(cls=Command)
@DAYS_BACK
@click.option("--head", help="Head of the audit log from a digest email, such as 1234:ab12cd34ef56ab78.")
@click.option("--event-head", help="Head of the event log, from the same email.")
@pass_service
def audit(service: Service, days: int, head: str | None, event_head: str | None) -> None:
    """Print the audit log, and check that neither it nor the event log was edited or cut short.

    The audit log records who listened to, viewed or changed something in the console or with a command. The event log
    records what was done to each callback. The head of a log is its length and its last seal: compare it with one from
    an earlier digest email.
    """
    given = head_from(head) if head else None, head_from(event_head) if event_head else None
    _print_entries(service, days)
    entries, events, words = service.database.read(lambda session: _checked(session, *given))
    if faults := [*entries.faults, *events.faults]:
        raise WrongState(" ".join(faults))
    click.echo("\n".join(words))


def _print_entries(service: Service, days: int) -> None:
    since, zone = service.clock.now() - timedelta(days=days), service.desk.zone
    lately = select(AuditEntry).where(AuditEntry.at >= since).order_by(AuditEntry.id)
    for entry in service.database.read(lambda session: session.scalars(lately).all()):
        words = (entry.who, entry.what, _in_words(entry))
        click.echo("  ".join([f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M:%S}", *map(_printable, words)]).rstrip())


def _in_words(entry: AuditEntry) -> str:
    """Return the details of an entry on one line. Each value is quoted, so that it cannot look like another detail."""
    found = audit_log.details_of(entry).items()
    return ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" if name else value for name, value in found)


def _printable(text: str) -> str:
    """Return a text with control characters and text direction marks escaped."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)


def _checked(session: Session, head: Head | None, event_head: Head | None) -> tuple[LogCheck, LogCheck, list[str]]:
    kept = head_kept(session)
    known = [("the head", head)] if head is not None else []
    own = [(f"the seal of {kept.at:%Y-%m-%d %H:%M} UTC in the database", kept.head)] if kept is not None else []
    entries, events = check_entries(session, [*known, *own]), check_events(session, event_head)
    removed = check_removals(session)
    events.faults += removed.faults
    return entries, events, [*_verdict(entries, events, head, event_head), *removed.removed]


def _verdict(entries: LogCheck, events: LogCheck, head: Head | None, event_head: Head | None) -> Iterator[str]:
    yield f"Audit log: no entry has been edited. It has {entries.head.count:,}; its head is {entries.head}."
    waiting = f" {events.not_sealed:,} more are not sealed yet." if events.not_sealed else ""
    yield (
        f"Event log: no event has been edited. {events.head.count:,} are sealed; its head is {events.head}.{waiting}"
    )
    if head is not None:
        yield f"Entry {head.count:,} matches the head that you gave."
    if event_head is not None:
        yield f"The first {event_head.count:,} events match the head that you gave."
    if head is None or event_head is None:
        yield (
            "This does not show whether the end of a log was cut off. To check that, give --head and --event-head from "
            "an earlier digest email or the service's own log."
        )
