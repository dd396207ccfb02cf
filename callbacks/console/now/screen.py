"""What is shown beside the open callbacks: who is on call, gaps ahead, and whether the system works."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.console.callbacks.boxes import mail_troubles
from callbacks.db.states import AttemptState, Channel, PageState
from callbacks.db.tables import Call, Page, PageAttempt, WorkerSign
from callbacks.desk.business_hours import support_hours
from callbacks.desk.desk_file import Desk
from callbacks.lifecycle.canary import last_runs
from callbacks.oncall import store
from callbacks.oncall.schedule import Gap, Schedule
from callbacks.paging.outages import BY_PHONE
from callbacks.people.technicians import everybody
from callbacks.text.formats import day_and_time, day_in_words, span
from callbacks.worker import carrier_log, look_back
from callbacks.worker.health import SWEPT_LATELY, failure_of_canary, lateness_of_look_back, refusal, silence_of_workers
from callbacks.worker.overdue import LATE, oldest_overdue

LOOKS_AHEAD = timedelta(days=14)
CALLS_LATELY = timedelta(days=7)


@dataclass(frozen=True)
class OnCall:
    """One layer: who is on it, and until when; None without an end in the next 14 days."""

    layer: str
    people: str  # "" for nobody
    until: datetime | None


@dataclass(frozen=True)
class Health:
    """One part of the system, and whether it works."""

    part: str
    is_ok: bool
    words: str


@dataclass(frozen=True)
class Panel:
    layers: Sequence[OnCall]
    gaps: Sequence[Gap]
    unstaffed: Sequence[str]  # layers that nobody is assigned to
    health: Sequence[Health]
    troubles: Sequence[str]  # who cannot be reached, on which channel, and why; boxes whose mail fails


def panel(session: Session, desk: Desk, plan: Schedule, now: datetime) -> Panel:
    """Return everything beside the open callbacks."""
    unstaffed = plan.unstaffed_layers()
    layers = [_on_call(plan, layer, now) for layer in plan.all_layers if layer in (*plan.staffed_layers(), *unstaffed)]
    health = [_worker(session, now), _sending(session, desk, now), *_carrier(session, desk, now)]
    health += [*_canary(session, desk, now), *_lines(session, desk, now)]
    return Panel(
        layers,
        store.gaps_ahead(session, desk, now),
        unstaffed,
        health,
        [*_troubles(session), *mail_troubles(session, desk)],
    )


def _on_call(plan: Schedule, layer: str, now: datetime) -> OnCall:
    on_it = [shift for shift in plan.final_shifts(layer, now, now + LOOKS_AHEAD) if shift.covers(now)]
    ends = min((shift.ends_at for shift in on_it if shift.ends_at is not None), default=None)
    until = ends if ends is not None and ends < now + LOOKS_AHEAD else None
    return OnCall(layer, ", ".join(shift.person.name for shift in on_it), until)


def _worker(session: Session, now: datetime) -> Health:
    silence = silence_of_workers(session, now)
    if silence is not None:
        return Health("Worker", False, silence)
    running = session.scalar(select(func.count()).where(WorkerSign.swept_at > now - SWEPT_LATELY)) or 0
    return Health("Worker", True, "running" if running == 1 else f"{running} running")


def _sending(session: Session, desk: Desk, now: datetime) -> Health:
    oldest = oldest_overdue(session, now)
    if oldest is not None and now - oldest.since > LATE:
        return Health("Sending", False, f"{oldest.words(now)} Check the worker and the carrier.")
    waiting = session.scalar(select(func.count()).where(Page.next_action_at <= now, Page.state == PageState.DUE))
    last = session.scalars(select(PageAttempt).order_by(PageAttempt.id.desc()).limit(1)).first()
    if last is not None and last.state in (AttemptState.REFUSED, AttemptState.LOST):
        return Health("Sending", False, f"The last page was refused: {last.error or 'the carrier did not answer'}")
    if waiting:
        return Health("Sending", True, f"{waiting} being sent")
    if last is None:
        return Health("Sending", True, "nothing sent yet")
    return Health("Sending", True, f"last page sent {day_and_time(last.started_at, desk.zone)}")


def _carrier(session: Session, desk: Desk, now: datetime) -> Iterator[Health]:
    """Yield what the carrier refuses, and whether it is asked for what no webhook brought."""
    for channel in BY_PHONE:
        refused = refusal(session, channel, now)
        if refused is not None:
            yield Health("Texts" if channel is Channel.TEXT else "Calls", False, refused)
    late, age = lateness_of_look_back(session, now), look_back.age(session, now)
    if age is not None:
        yield Health("Look back", late is None, late or f"missed calls and messages asked for {span(age)} ago")
    compared = carrier_log.last_compared(session)
    if compared is not None:
        differs, day = carrier_log.has_differed(session), day_in_words(compared.astimezone(desk.zone))
        words = f"differs from ours for {day}. The alarm says in what." if differs else f"agrees with ours for {day}"
        yield Health("Carrier's log", not differs, words)


def _canary(session: Session, desk: Desk, now: datetime) -> Iterator[Health]:
    if desk.canary is None:
        return
    failure, runs = failure_of_canary(session, now), last_runs(session)
    back = f"last one back {day_and_time(runs.back_at, desk.zone)}" if runs.back_at else "none has come back yet"
    took = f", after {span(runs.took)}" if runs.back_at and runs.took is not None else ""
    yield Health("Test call", failure is None, f"{failure or ''} {back}{took}".strip())


def _lines(session: Session, desk: Desk, now: datetime) -> Iterator[Health]:
    hours = support_hours(session, desk)
    verdict = hours.verdict(now)
    state = f"{'open' if verdict.is_open else 'closed'}: {verdict.reason.spoken('en')}"
    for name in desk.lines:
        lately = select(Call.began_at).where(Call.line == name, Call.began_at > now - CALLS_LATELY)
        last = session.scalar(lately.order_by(Call.began_at.desc()).limit(1))
        called = f"last call {day_and_time(last, desk.zone)}" if last else "no call in seven days"
        yield Health(f"Line {name}", True, f"{state}; {called}")


def _troubles(session: Session) -> Iterator[str]:
    for row in everybody(session):
        yield from (f"{row.name} cannot be reached by {way}: {why}" for way, why in row.troubles.items())
