"""Watches the rota: daily, and soon after every edit, the supervisor hears of the gaps of the next fourteen days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from callbacks.db import marks
from callbacks.desk.desk_file import Desk
from callbacks.oncall import store
from callbacks.oncall.schedule import Gap
from callbacks.paging.alerts import alert_supervisors
from callbacks.text.bilingual import Words
from callbacks.text.formats import day_and_time

EDITS_SETTLE = timedelta(minutes=2)  # a rota is edited in several steps; it is judged when they are done
MARK = "rota watched"
MOST_NAMED = 4


def next_watch(desk: Desk, watched_at: datetime | None, edited_at: datetime | None, now: datetime) -> datetime:
    """Say when the rota is to be looked at next: at the daily hour, or sooner after an edit. Pure."""
    if watched_at is None:
        return now
    daily = _next_daily(desk, watched_at)
    if edited_at is not None and edited_at > watched_at:
        return min(daily, edited_at + EDITS_SETTLE)
    return daily


def watch(session: Session, desk: Desk, now: datetime) -> list[Gap]:
    """Look at the rota when it is time, and tell the supervisor of its gaps; give those that were told."""
    watched_at = marks.last_at(session, MARK)
    if now < next_watch(desk, watched_at, marks.last_at(session, store.EDITED), now):
        return []
    if not marks.replace(session, MARK, watched_at, now):
        return []  # another worker looks
    gaps = store.gaps_ahead(session, desk, now)
    if gaps:
        alert_supervisors(session, desk, f"gaps {now:%Y-%m-%d %H:%M:%S}", _words(desk, gaps), now)
    return gaps


def _next_daily(desk: Desk, after: datetime) -> datetime:
    today = after.astimezone(desk.zone).date()
    at = datetime.combine(today, desk.rota.gaps_reported_at, desk.zone)
    return at if at > after else datetime.combine(today + timedelta(days=1), desk.rota.gaps_reported_at, desk.zone)


def _words(desk: Desk, gaps: Sequence[Gap]) -> Words:
    more = len(gaps) - MOST_NAMED
    english = "; ".join(_gap(desk, gap, "en") for gap in gaps[:MOST_NAMED]) + (f"; and {more} more" if more > 0 else "")
    french = "; ".join(_gap(desk, gap, "fr") for gap in gaps[:MOST_NAMED]) + (f"; et {more} autres" if more > 0 else "")
    return Words(f"nobody is on call: {english}. See to the rota.", f"personne de garde: {french}. Voyez l'horaire.")


def _gap(desk: Desk, gap: Gap, language: str) -> str:
    begins, ends = (day_and_time(at, desk.zone, language) for at in (gap.starts_at, gap.ends_at))
    return f"{gap.layer} {begins} - {ends}"
