"""What the digests say: one each morning on the night before, and one each Monday on the week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState, PageState
from callbacks.db.tables import Callback, Page
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.sla_status import still_owed
from callbacks.oncall import store
from callbacks.oncall.schedule import Gap
from callbacks.reporting import figures
from callbacks.reporting.activity import CallFact, activity, calls_between
from callbacks.reporting.periods import DAY, Days, monday_of
from callbacks.text.formats import day_and_time, span
from sla.attainment import Attainment, attainment
from sla.promises import Promise
from sla.wall_clock import first_instant

log = structlog.get_logger(__name__)

MOST_NAMED = 20


@dataclass(frozen=True)
class Digest:
    """Which digest: of the night to the morning of `day`, or of the week that ended with the day before."""

    of: Literal["night", "week"]
    day: date


@dataclass(frozen=True)
class Written:
    """A digest in words."""

    subject: str
    words: str


@dataclass(frozen=True)
class OpenOne:
    """A callback that is still open."""

    reference: str
    owner: str
    owes: str  # what is owed to the customer, and until when


@dataclass(frozen=True)
class NightFacts:
    """What the digest of a night tells."""

    night: Sequence[CallFact]
    day_before: Sequence[CallFact]  # the hours between the digest of the day before and the evening
    failed_pages: int
    still_open: Sequence[OpenOne]
    gaps: Sequence[Gap]


def write(session: Session, desk: Desk, digest: Digest, public_url: str, now: datetime) -> Written:
    """Write a digest, as of now."""
    if digest.of == "week":
        return _write_week(session, desk, digest.day, now)
    return night_in_words(desk, digest.day, _night_facts(session, desk, digest.day, now), public_url, now)


def _night_facts(session: Session, desk: Desk, day: date, now: datetime) -> NightFacts:
    last_digest, evening, morning = (
        local_instant(desk.zone, day - DAY, desk.digest.at),
        local_instant(desk.zone, day - DAY, desk.night_hours.night.begins),
        local_instant(desk.zone, day, desk.digest.at),
    )
    calls = calls_between(session, desk.zone, last_digest, morning)
    failed = select(func.count()).where(
        Page.state == PageState.FAILED,
        Page.created_at >= evening,
        Page.created_at < morning,
        Page.callback_id.is_not(None),
    )
    return NightFacts(
        night=[call for call in calls if call.began_at >= evening],
        day_before=[call for call in calls if call.began_at < evening],
        failed_pages=session.scalar(failed) or 0,
        still_open=_still_open(session, desk, now),
        gaps=store.gaps_ahead(session, desk, now),
    )


def _still_open(session: Session, desk: Desk, now: datetime) -> list[OpenOne]:
    rows = session.scalars(select(Callback).where(Callback.state == CallbackState.OPEN).order_by(Callback.due_at))
    owed = still_owed(session, desk, support_hours(session, desk), now)
    return [
        OpenOne(row.reference, row.owner.name if row.owner else "nobody", _owes(row, owed.get(row.id), desk.zone, now))
        for row in rows
    ]


def _owes(callback: Callback, resolved: Promise | None, zone: ZoneInfo, now: datetime) -> str:
    if callback.attempted_at is None:
        return f"NOT TRIED, due {day_and_time(callback.due_at, zone)}"
    if resolved is None:
        return "tried"
    if resolved.due_at is None:
        return "tried, waits for the customer"
    late = ", OVERDUE" if resolved.due_at < now else ""
    return f"tried, to be resolved by {day_and_time(resolved.due_at, zone)}{late}"


def night_in_words(desk: Desk, day: date, facts: NightFacts, public_url: str, now: datetime) -> Written:
    """Word the digest of a night. Pure."""
    morning, evening = desk.digest.at, desk.night_hours.night.begins
    kept = attainment(figures.promises(facts.night), now)
    rang = _counted(len(facts.night), "call") if facts.night else "nobody rang"
    broken = f", {_counted(kept.missed, 'promise')} broken" if kept.missed else ""
    subject = f"{desk.company.sender}: the night to {_day(day)}: {rang}{broken}"
    blocks = [
        [f"The night to {_day(day)}, from {evening:%H:%M} to {morning:%H:%M}"],
        _calls_in_words(facts.night, kept, facts.failed_pages),
        _day_before(desk, day, facts.day_before, now),
        ["Still open now", *_open_in_words(facts.still_open)],
        ["Gaps ahead", *_gaps_in_words(desk, facts.gaps)],
        [f"{public_url}/reports/digest?day={day}"],
    ]
    return Written(subject, _paragraphs(blocks))


def _calls_in_words(calls: Sequence[CallFact], kept: Attainment, failed_pages: int) -> list[str]:
    failed = f"{_counted(failed_pages, 'page')} failed." if failed_pages else "No page failed."
    if not calls:
        return ["Nobody rang.", failed]
    owed = kept.met + kept.missed + kept.open
    return [
        f"{_counted(len(calls), 'call')}, {_counted(owed, 'callback')}.",
        *([_kept_in_words(kept)] if owed else []),
        failed,
    ]


def _kept_in_words(kept: Attainment, share: str = "") -> str:
    return f"Kept in time {kept.met}{share}, missed {kept.missed}, not due yet {kept.open}."


def _day_before(desk: Desk, day: date, calls: Sequence[CallFact], now: datetime) -> list[str]:
    morning, evening = desk.digest.at, desk.night_hours.night.begins
    kept = attainment(figures.promises(calls), now)
    owed = kept.met + kept.missed + kept.open
    rang = f"{_counted(len(calls), 'call')}, {_counted(owed, 'callback')}." if calls else "Nobody rang."
    return [
        f"The day before, {_day(day - DAY)}, from {morning:%H:%M} to {evening:%H:%M}",
        rang,
        *([_kept_in_words(kept)] if owed else []),
    ]


def _open_in_words(still_open: Sequence[OpenOne]) -> list[str]:
    more = len(still_open) - MOST_NAMED
    named = [f"{each.reference} with {each.owner}, {each.owes}" for each in still_open[:MOST_NAMED]]
    return [*named, *([f"and {more} more"] if more > 0 else [])] or ["Nothing is open."]


def _gaps_in_words(desk: Desk, gaps: Sequence[Gap]) -> list[str]:
    more = len(gaps) - MOST_NAMED
    named = [
        f"{gap.layer}: nobody from {day_and_time(gap.starts_at, desk.zone)} to {day_and_time(gap.ends_at, desk.zone)}"
        for gap in gaps[:MOST_NAMED]
    ]
    return [*named, *([f"and {more} more"] if more > 0 else [])] or ["None in the next fourteen days."]


def _write_week(session: Session, desk: Desk, day: date, now: datetime) -> Written:
    monday = monday_of(day) - timedelta(weeks=1)
    found = activity(session, Days(monday, monday + 6 * DAY), desk.zone, desk.night_hours)
    kept = attainment(figures.promises(found.calls), now)
    nights = figures.nights(found.days, found.hours, found.calls_for_nights, found.pages_for_nights)
    share = f" ({100 * kept.share_met:.1f} %)" if kept.share_met is not None else ""
    subject = f"{desk.company.sender}: the week from {_day(monday)}: kept {kept.met}, missed {kept.missed}"
    first = "none yet" if kept.median is None else f"median {span(kept.median)}"
    late = "" if kept.percentile_95 is None else f", 95 % within {span(kept.percentile_95)}"
    busiest = [
        f"{_day(night.evening)}: {_counted(night.calls, 'call')}, {_counted(night.callbacks, 'callback')}, "
        f"{_counted(night.pages, 'page')}."
        for night in nights[:1]
    ]
    blocks = [
        [f"The week from {_day(monday)} to {_day(monday + 6 * DAY)}"],
        [f"{_counted(len(found.calls), 'call')}." if found.calls else "Nobody rang.",
         _kept_in_words(kept, share), f"First attempt: {first}{late}."],
        ["The busiest night", *(busiest or ["Every night was quiet."])],
        ["Load per person", *([_load_in_words(each) for each in figures.load(found)] or ["Nobody was paged."])],
    ]  # fmt: skip
    return Written(subject, _paragraphs(blocks))


def _load_in_words(each: figures.Load) -> str:
    return (
        f"{each.person}: {_counted(each.by_day, 'page')} by day, {each.by_night} by night; "
        f"woken {_counted(each.wakings, 'time')}; owned {each.owned}, tried {each.attempts}"
    )


def local_instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    return first_instant(datetime.combine(day, at), zone)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _paragraphs(blocks: Sequence[Sequence[str]]) -> str:
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"
