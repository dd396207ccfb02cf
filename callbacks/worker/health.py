"""Whether a worker is running, and what does not work: for load balancers, for the console, and for `check`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.backup.restored import restored_from
from callbacks.db.database import Database
from callbacks.db.states import Channel
from callbacks.db.tables import WorkerSign
from callbacks.lifecycle.canary import last_runs
from callbacks.paging import outages
from callbacks.paging.messages import CANARY_FAULTS
from callbacks.text.formats import span
from callbacks.worker import carrier_log, look_back
from callbacks.worker.overdue import LATE, oldest_overdue
from sla.clock import Clock

SWEPT_LATELY = timedelta(seconds=60)


def unready(database: Database, clock: Clock) -> str | None:
    """Return why nobody would be paged now, or None if all is well."""
    now = clock.now()
    try:
        return database.read(lambda session: silence_of_workers(session, now))
    except SQLAlchemyError as fault:
        return f"The database does not answer ({type(fault).__name__}). Check DATABASE_URL and the server."


def silence_of_workers(session: Session, now: datetime) -> str | None:
    """Return how long no worker has finished a sweep, in words, or None if one has lately."""
    swept_at = session.scalar(select(func.max(WorkerSign.swept_at)))
    if swept_at is None:
        return "No worker has finished a sweep yet, so nobody is paged. Start one: python app.py worker."
    silent = now - swept_at
    if silent > SWEPT_LATELY:
        return f"No worker has finished a sweep for {int(silent.total_seconds())} seconds, so nobody is paged."
    return None


def warnings(database: Database, clock: Clock) -> Sequence[str]:
    """Return what does not work although people are paged: what the carrier refuses or withholds, and what is late."""
    now = clock.now()
    return database.read(lambda session: list(_warnings(session, now)))


def _warnings(session: Session, now: datetime) -> Iterator[str]:
    if restored_from(session) is not None:
        yield "The desk was restored and asks the carrier what happened since. Until then, nobody is paged."
    for channel in outages.BY_PHONE:
        refused = refusal(session, channel, now)
        if refused is not None:
            yield refused
    late = lateness_of_look_back(session, now)
    if late is not None:
        yield late
    failure = failure_of_canary(session, now)
    if failure is not None:
        yield failure
    if carrier_log.has_differed(session):
        yield "The carrier's log of the last day that was compared differs from ours. The alarm says in what."
    oldest = oldest_overdue(session, now)
    if oldest is not None and now - oldest.since > LATE:
        yield oldest.words(now)


def refusal(session: Session, channel: Channel, now: datetime) -> str | None:
    """Return since when and why the carrier refuses texts or calls, in words, or None while it does not."""
    since = outages.refused_since(session, channel, now)
    if since is None:
        return None
    what = "Texts" if channel is Channel.TEXT else "Calls"
    return f"{what} have been refused for {span(now - since)}. {outages.last_refusal(session, channel)}"


def lateness_of_look_back(session: Session, now: datetime) -> str | None:
    """Return how long missed calls and recordings could not be asked for, in words, or None if it is not for long."""
    since = look_back.late_since(session, now)
    if since is None:
        return None
    return f"The carrier could not be asked for missed calls and messages for {span(now - since)}. Some may be missing."


def failure_of_canary(session: Session, now: datetime) -> str | None:
    """Return why the last test call did not come back as a page, in words, or None if it did."""
    runs = last_runs(session)
    if not runs.has_failed(now) or runs.failed_at is None or runs.missing is None:
        return None
    fault = CANARY_FAULTS[runs.missing].english
    return f"The daily test call did not come back as a page {span(now - runs.failed_at)} ago: {fault}."
