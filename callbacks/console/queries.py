"""What the console's pages show, read from the database and put into words. Nothing here writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.console import words
from callbacks.console.words import Standing, Tried
from callbacks.desk import Desk
from callbacks.oncall import rota
from callbacks.oncall.roster import Person, Shift, roster_at
from callbacks.paging.escalation import _case as case_of
from callbacks.paging.policy import next_step
from callbacks.story import story_of
from callbacks.tables import Call, Callback, Event, Page, PageAttempt, ReachAttempt, Technician, Voicemail

T = TypeVar("T")

OPEN_SHOWN = 200
ROWS_OF_A_PAGE = 50


@dataclass(frozen=True)
class Row:
    """One callback in the list."""

    callback: Callback
    state: str
    standing: Standing
    caller: str
    next: str
    voicemail: Voicemail | None

    @property
    def call(self) -> Call:
        return self.callback.call

    @property
    def owner(self) -> str | None:
        return self.callback.owner.name if self.callback.owner else None


@dataclass(frozen=True)
class Callbacks:
    """The list: what is open, the most pressing first, and a page of what is resolved, the latest first."""

    open: Sequence[Row]
    left_out: int
    resolved: Sequence[Row]
    page: int
    has_more: bool


@dataclass(frozen=True)
class SentPage:
    """A page and what became of it."""

    page: Page
    occasion: str
    channel: str
    fate: str
    tried: Sequence[PageAttempt]


@dataclass(frozen=True)
class Whole:
    """One callback with its whole story."""

    row: Row
    pages: Sequence[SentPage]
    attempts: Sequence[ReachAttempt]
    events: Sequence[Event]
    technicians: Sequence[Technician]


@dataclass(frozen=True)
class LoggedCall:
    """One call in the log, and the callback that it left, if any."""

    call: Call
    caller: str
    callback: Callback | None
    voicemail: Voicemail | None


@dataclass(frozen=True)
class CallLog:
    calls: Sequence[LoggedCall]
    page: int
    has_more: bool


def callbacks(session: Session, desk: Desk, now: datetime, page: int) -> Callbacks:
    """Read the list of callbacks."""
    is_open = Callback.state == "open"
    pressing = select(Callback).where(is_open).order_by(Callback.attempted_at.is_not(None), Callback.due_at)
    shown = session.scalars(pressing.limit(OPEN_SHOWN)).all()
    left_out = (session.scalar(select(func.count()).where(is_open)) or 0) - len(shown)
    lately = select(Callback).where(Callback.state == "resolved").order_by(Callback.due_at.desc(), Callback.id.desc())
    resolved, has_more = _one_page(session.scalars(lately.offset(_offset(page)).limit(ROWS_OF_A_PAGE + 1)).all())
    forecast = _Forecast(session, desk, now)
    messages = _voicemails(session, [row.call_sid for row in (*shown, *resolved)])
    return Callbacks(
        [forecast.row(row, messages.get(row.call_sid)) for row in shown],
        left_out,
        [forecast.row(row, messages.get(row.call_sid)) for row in resolved],
        page,
        has_more,
    )


def whole_story(session: Session, desk: Desk, now: datetime, reference: str) -> Whole | None:
    """Read one callback and everything that happened to it."""
    callback = session.scalar(select(Callback).where(Callback.reference == reference))
    if callback is None:
        return None
    reached = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id).order_by(ReachAttempt.id)
    return Whole(
        _Forecast(session, desk, now).row(callback, _voicemails(session, [callback.call_sid]).get(callback.call_sid)),
        _pages(session, callback),
        session.scalars(reached).all(),
        story_of(session, callback.call_sid),
        session.scalars(select(Technician).order_by(Technician.name)).all(),
    )


def call_log(session: Session, page: int) -> CallLog:
    """Read a page of the log of calls, the latest first, whatever became of each."""
    latest = select(Call).order_by(Call.began_at.desc(), Call.sid)
    calls, has_more = _one_page(session.scalars(latest.offset(_offset(page)).limit(ROWS_OF_A_PAGE + 1)).all())
    sids = [call.sid for call in calls]
    owed = {row.call_sid: row for row in session.scalars(select(Callback).where(Callback.call_sid.in_(sids)))}
    messages = _voicemails(session, sids)
    logged = [
        LoggedCall(call, words.caller(call.caller, call.customer_number), owed.get(call.sid), messages.get(call.sid))
        for call in calls
    ]
    return CallLog(logged, page, has_more)


def audio_of(session: Session, voicemail_id: int) -> str | None:
    """Name the file that holds a voicemail, or None when there is none to be heard."""
    voicemail = session.get(Voicemail, voicemail_id)
    return voicemail.audio_file if voicemail is not None and voicemail.audio == "copied" else None


class _Forecast:
    """Says what will happen next to callbacks, with the rota read once."""

    def __init__(self, session: Session, desk: Desk, now: datetime) -> None:
        self._session, self._desk, self._now = session, desk, now
        self._shifts: tuple[Shift, ...] = rota.shifts(session)
        self._people: tuple[Person, ...] = rota.people(session)

    def row(self, callback: Callback, voicemail: Voicemail | None) -> Row:
        is_open, warning = callback.state == "open", self._desk.policy.reminder_before_due
        return Row(
            callback,
            words.state(is_open, callback.owner_id is not None, callback.resumed, callback.attempted_at),
            words.standing(callback.due_at, callback.attempted_at, self._now, warning),
            words.caller(callback.call.caller, callback.call.customer_number),
            self._next(callback) if is_open else "",
            voicemail,
        )

    def _next(self, callback: Callback) -> str:
        """Ask the policy itself what it will decide at the time at which it is asked next."""
        zone, policy = self._desk.zone, self._desk.policy
        if callback.attempted_at is not None or callback.next_action_at is None:
            return words.what_next(None, self._now, zone, self._now)
        at = max(callback.next_action_at, self._now)
        roster = roster_at(at, policy.layers, self._shifts, self._people)
        decision = next_step(policy, case_of(self._session, callback), roster, at)
        return words.what_next(decision, at, zone, self._now)


def _pages(session: Session, callback: Callback) -> list[SentPage]:
    pages = session.scalars(select(Page).where(Page.callback_id == callback.id).order_by(Page.id)).all()
    tries = select(PageAttempt).where(PageAttempt.page_id.in_([page.id for page in pages])).order_by(PageAttempt.id)
    tried: dict[int, list[PageAttempt]] = {page.id: [] for page in pages}
    for attempt in session.scalars(tries):
        tried[attempt.page_id].append(attempt)
    return [_sent_page(page, tried[page.id]) for page in pages]


def _sent_page(page: Page, tried: Sequence[PageAttempt]) -> SentPage:
    record = [Tried(attempt.state, attempt.carrier_status, attempt.error) for attempt in tried]
    fate = words.fate(page.channel, page.state, page.answer, record)
    return SentPage(page, words.occasion(page.occasion), words.CHANNELS.get(page.channel, page.channel), fate, tried)


def _voicemails(session: Session, call_sids: Sequence[str]) -> dict[str, Voicemail]:
    found = session.scalars(select(Voicemail).where(Voicemail.call_sid.in_(call_sids)))
    return {voicemail.call_sid: voicemail for voicemail in found}


def _offset(page: int) -> int:
    return (page - 1) * ROWS_OF_A_PAGE


def _one_page(rows: Sequence[T]) -> tuple[Sequence[T], bool]:
    return rows[:ROWS_OF_A_PAGE], len(rows) > ROWS_OF_A_PAGE
