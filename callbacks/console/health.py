"""Health checks for load balancers, and metrics for Prometheus."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Blueprint, Response, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.db.database import Database
from callbacks.db.states import AudioState, CallbackState, Channel, PageState
from callbacks.db.tables import Callback, Page, Voicemail, WorkerSign
from callbacks.lifecycle.canary import last_runs
from callbacks.paging import outages
from callbacks.text.hosts import is_loopback_address
from callbacks.worker import carrier_log, look_back
from callbacks.worker.health import unready, warnings
from callbacks.worker.overdue import oldest_overdue

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Answer 200 while the process is up."""
    return _plain("up")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Answer 200 when the database and a worker are up; otherwise 503 with the reason.

    What else does not work is a warning after the first line: another process would do no better.
    """
    context = current()
    reason = unready(context.database, context.clock)
    if reason is not None:
        return _plain(reason, 503)
    found = warnings(context.database, context.clock)
    return _plain("\n".join(["ready", *(f"warning: {each}" for each in found)]))


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer Prometheus: with METRICS_TOKEN, any request that sends it; without it, requests from this machine only."""
    context = current()
    if context.metrics_token:
        if not _has_token(context.metrics_token):
            refused = _plain("The token is missing or wrong. Send METRICS_TOKEN as: Authorization: Bearer ...", 401)
            refused.headers["WWW-Authenticate"] = "Bearer"
            return refused
    elif not is_loopback_address(request.remote_addr or ""):
        return _plain("Metrics can be read on this machine only. To read them from another, set METRICS_TOKEN.", 403)
    registry = CollectorRegistry()
    registry.register(_DeskCollector(context.database, context.now(), has_canary=context.desk.canary is not None))
    return Response(generate_latest(REGISTRY) + generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _has_token(token: str) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode())


class _DeskCollector(Collector):
    """The desk's own metrics at one instant, read from the database on each scrape."""

    def __init__(self, database: Database, now: datetime, *, has_canary: bool) -> None:
        self._database, self._now, self._has_canary = database, now, has_canary

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            numbers = self._database.read(lambda session: _numbers(session, self._now))
            if self._has_canary:
                numbers |= self._database.read(lambda session: _of_canary(session, self._now))
        except SQLAlchemyError:
            yield GaugeMetricFamily("nightdesk_database_up", "Whether the database answers", value=0)
            return
        yield GaugeMetricFamily("nightdesk_database_up", "Whether the database answers", value=1)
        for (name, meaning), value in numbers.items():
            yield GaugeMetricFamily(f"nightdesk_{name}", meaning, value=value)


def _numbers(session: Session, now: datetime) -> dict[tuple[str, str], float]:
    unanswered = (Callback.state == CallbackState.OPEN, Callback.attempted_at.is_(None))
    swept_at = session.scalar(select(func.max(WorkerSign.swept_at)))
    oldest = oldest_overdue(session, now)
    due = session.scalar(select(func.min(Page.next_action_at)).where(Page.state == PageState.DUE))
    return {
        ("callbacks_open", "Callbacks that are open"): _count(session, Callback.state == CallbackState.OPEN),
        ("callbacks_unanswered", "Open callbacks without an attempt"): _count(session, *unanswered),
        ("callbacks_overdue", "Open callbacks without an attempt, past their deadline"): _count(
            session, *unanswered, Callback.due_at < now
        ),
        ("pages_waiting", "Pages that the carrier has not accepted yet"): session.scalar(
            select(func.count()).select_from(Page).where(Page.state == PageState.DUE)
        )
        or 0,
        ("oldest_page_late_seconds", "How long the oldest waiting page has been due, in seconds"): _late(due, now),
        (
            "oldest_overdue_seconds",
            "How long the oldest thing to do has been due, in seconds",
        ): _late(oldest.since if oldest else None, now),
        ("recordings_wanted", "Recordings not yet in our storage"): session.scalar(
            select(func.count()).select_from(Voicemail).where(Voicemail.audio == AudioState.WANTED)
        )
        or 0,
        ("texts_refused_seconds", "How long the carrier has refused texts, in seconds"): _late(
            outages.refused_since(session, Channel.TEXT, now), now
        ),
        ("calls_refused_seconds", "How long the carrier has refused calls, in seconds"): _late(
            outages.refused_since(session, Channel.CALL, now), now
        ),
        ("look_back_age_seconds", "Time since missed calls and recordings were last asked for, in seconds"): (
            look_back.age(session, now) or timedelta(0)
        ).total_seconds(),
        ("carrier_log_differs", "Whether the carrier's log of the last day that was compared differs from ours"): float(
            carrier_log.has_differed(session)
        ),
        ("carrier_log_compared_age_seconds", "Time since the day that was compared last began, in seconds"): _late(
            carrier_log.last_compared(session), now
        ),
        ("sweep_age_seconds", "Time since a worker last finished a sweep, in seconds"): _late(swept_at, now),
    }


def _of_canary(session: Session, now: datetime) -> dict[tuple[str, str], float]:
    """Return when the page of a test call last came back; nothing before the first one did."""
    runs = last_runs(session)
    if runs.back_at is None or runs.took is None:
        return {}
    return {
        ("canary_age_seconds", "Time since the page of a test call last came back, in seconds"): _late(
            runs.back_at, now
        ),
        ("canary_seconds", "How long the last test call that came back took, in seconds"): runs.took.total_seconds(),
    }


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(Callback).where(*which)) or 0


def _late(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0


def _plain(text: str, status: int = 200) -> Response:
    return Response(text + "\n", status=status, content_type="text/plain; charset=utf-8")
