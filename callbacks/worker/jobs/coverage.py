"""Reports gaps in the rota of the next fourteen days to the supervisors, daily and soon after each edit."""

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

EDITS_SETTLE = timedelta(minutes=2)  # an edit often takes several steps; the rota is checked after the last one
MARK = "rota watched"
MOST_NAMED = 4


def next_check(desk: Desk, checked_at: datetime | None, edited_at: datetime | None, now: datetime) -> datetime:
    """Return when to check the rota next: at the daily hour, or sooner after an edit. Pure."""
    if checked_at is None:
        return now
    daily = _next_daily(desk, checked_at)
    if edited_at is not None and edited_at > checked_at:
        return min(daily, edited_at + EDITS_SETTLE)
    return daily


def report_gaps(session: Session, desk: Desk, now: datetime) -> list[Gap]:
    """Check the rota if it is time, and alert the supervisors to its gaps. Return the gaps that were reported."""
    checked_at = marks.last_at(session, MARK)
    if now < next_check(desk, checked_at, marks.last_at(session, store.EDITED), now):
        return []
    if not marks.replace(session, MARK, checked_at, now):
        return []  # another worker checks it
    gaps = store.gaps_ahead(session, desk, now)
    if gaps:
        alert_supervisors(session, desk, f"gaps {now:%Y-%m-%d %H:%M:%S}", _words(desk, gaps), now)
    return gaps


def _next_daily(desk: Desk, after: datetime) -> datetime:
    today = after.astimezone(desk.zone).date()
    at = datetime.combine(today, desk.rota.gaps_reported_at, desk.zone)
    return at if at > after else datetime.combine(today + timedelta(days=1), desk.rota.gaps_reported_at, desk.zone)


def _words(desk: Desk, gaps: Sequence[Gap]) -> Words:
    named, more = gaps[:MOST_NAMED], len(gaps) - MOST_NAMED
    and_more = (
        Words(f"; and {more} more", f"; et {more} {'autre' if more == 1 else 'autres'}") if more > 0 else Words("", "")
    )
    english, french = (
        "; ".join(_gap(desk, gap, language) for gap in named) + and_more.for_(language) for language in ("en", "fr")
    )
    return Words(f"nobody is on call: {english}. Fix the rota.", f"personne de garde: {french}. Corrigez l'horaire.")


def _gap(desk: Desk, gap: Gap, language: str) -> str:
    begins, ends = (day_and_time(at, desk.zone, language) for at in (gap.starts_at, gap.ends_at))
    return f"{gap.layer} {begins} - {ends}"
