"""What the pages show, as plain values: loaded in one read, worded here, so that the templates only lay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.closures import support_hours
from callbacks.customers import Verdict, verdict_on
from callbacks.desk import Desk
from callbacks.errors import NotFound
from callbacks.paging.policy import Escalation
from callbacks.promises import explanations
from callbacks.saying import clock_time, length, readable_number, span
from callbacks.steering import is_waiting, last_act
from callbacks.story import story_of
from callbacks.tables import Call, Callback, Event, Page, PageAttempt, ReachAttempt, Technician, Voicemail
from callbacks.technicians import everybody

CALLS_A_PAGE = 50
AT_RISK = timedelta(minutes=10)
# What a page was for, by its occasion; and what is said of one that was not sent by itself.
KINDS = {
    "step": "page",
    "reminder": "reminder",
    "taken": "told who has it",
    "given": "given by a supervisor",
    "manager": "a manager is asked for",
    "outcome": "asked how it went",
}
NOT_SENT = {
    "cancelled": "not sent: somebody had it already, or the day's cap was reached",
    "due": "waiting to be sent",
    "bundled": "went with others in one message",
}


@dataclass(frozen=True)
class Row:
    """One callback in the list."""

    reference: str
    caller: str
    line: str
    began_at: datetime
    due_at: datetime
    owner: str
    standing: str  # on time, at risk, overdue, answered, answered late, resolved
    words: str  # the same, with the time left
    next: str


@dataclass(frozen=True)
class PageLine:
    at: datetime
    who: str
    channel: str
    what: str
    became: str


@dataclass(frozen=True)
class Story:
    """One callback with everything that happened."""

    row: Row
    callback: Callback
    call: Call
    voicemail: Voicemail | None
    voicemail_words: str
    pages: Sequence[PageLine]
    attempts: Sequence[ReachAttempt]
    events: Sequence[Event]
    technicians: Sequence[Technician]
    number: Verdict
    seen: int  # the last thing that a person did to it
    is_waiting: bool  # for the customer
    promises: Sequence[str]


@dataclass(frozen=True)
class CallPage:
    calls: Sequence[Call]
    references: dict[str, str]
    page: int
    pages: int


def list_of_callbacks(session: Session, desk: Desk, now: datetime) -> tuple[list[Row], list[Row]]:
    """Give the callbacks that are open, those without an attempt and the most urgent first; and the latest closed."""
    still_open = (
        select(Callback).where(Callback.state == "open").order_by(Callback.attempted_at.is_not(None), Callback.due_at)
    )
    closed = select(Callback).where(Callback.state != "open").order_by(Callback.resolved_at.desc()).limit(30)
    rows = [[row_of(callback, desk, now) for callback in session.scalars(query)] for query in (still_open, closed)]
    return rows[0], rows[1]


def row_of(callback: Callback, desk: Desk, now: datetime) -> Row:
    standing, words = standing_of(callback, now)
    return Row(
        reference=callback.reference,
        caller=readable_number(callback.call.caller) or "number withheld",
        line=callback.call.line,
        began_at=callback.call.began_at,
        due_at=callback.due_at,
        owner=callback.owner.name if callback.owner else "",
        standing=standing,
        words=words,
        next=next_of(callback, desk.policy_named(callback.policy), desk.zone),
    )


def standing_of(callback: Callback, now: datetime) -> tuple[str, str]:
    """Say how a callback stands, in a word and in words. A repair never undoes a breach."""
    late = callback.breached_at is not None
    if callback.state != "open":
        return "resolved", f"{callback.state}, promise broken" if late else callback.state
    if callback.attempted_at is not None:
        return (
            "answered late" if late else "answered"
        ), f"tried {span(callback.attempted_at - callback.call.began_at)} after the call"
    left = callback.due_at - now
    if left <= timedelta(0):
        return "overdue", f"overdue by {span(-left)}"
    return ("at risk" if left <= AT_RISK else "on time"), f"{span(left)} left"


def next_of(callback: Callback, policy: Escalation, zone: ZoneInfo) -> str:
    """Say what happens next and when, if nobody does anything."""
    if callback.state != "open" or callback.attempted_at is not None or callback.next_action_at is None:
        return ""
    at = clock_time(callback.next_action_at, zone)
    if callback.owner is not None and not callback.resumed:
        return f"at {at}: {callback.owner.name} is reminded, or it escalates above them"
    targets = policy.step(callback.position).targets
    who = " and ".join(dict.fromkeys(f"{target.channel} to {target.who}" for target in targets))
    return f"at {at}: {who}"


def story(session: Session, desk: Desk, reference: str, now: datetime) -> Story:
    """Give one callback with its whole story. Raises NotFound."""
    callback = session.scalar(select(Callback).where(Callback.reference == reference.upper()))
    if callback is None:
        raise NotFound(f"There is no callback {reference}.")
    voicemail = session.scalar(select(Voicemail).where(Voicemail.call_sid == callback.call_sid))
    attempts = select(ReachAttempt).where(ReachAttempt.callback_id == callback.id).order_by(ReachAttempt.tried_at)
    return Story(
        row=row_of(callback, desk, now),
        callback=callback,
        call=callback.call,
        voicemail=voicemail,
        voicemail_words=_voicemail_words(voicemail),
        pages=[_page_line(session, page) for page in _pages(session, callback)],
        attempts=session.scalars(attempts).all(),
        events=story_of(session, callback.call_sid),
        technicians=sorted(everybody(session), key=lambda row: row.name),
        number=verdict_on(callback.call.caller),
        seen=last_act(session, callback),
        is_waiting=is_waiting(session, callback),
        promises=explanations(session, desk, support_hours(session, desk), callback, now),
    )


def calls(session: Session, page: int) -> CallPage:
    """Give a page of the log of all calls, the latest first, hang-ups that left no callback among them."""
    count = session.scalar(select(func.count()).select_from(Call)) or 0
    pages = max(1, -(-count // CALLS_A_PAGE))
    page = min(max(page, 1), pages)
    query = select(Call).order_by(Call.began_at.desc()).limit(CALLS_A_PAGE).offset((page - 1) * CALLS_A_PAGE)
    found = session.scalars(query).all()
    sids = [call.sid for call in found]
    pairs = session.execute(select(Callback.call_sid, Callback.reference).where(Callback.call_sid.in_(sids)))
    return CallPage(found, {row.call_sid: row.reference for row in pairs}, page, pages)


def _voicemail_words(voicemail: Voicemail | None) -> str:
    if voicemail is None or voicemail.state == "absent":
        return "No message: the caller hung up or said nothing."
    if voicemail.state == "failed":
        return "The carrier could not keep the recording. The message may be lost: call this customer."
    kept = {
        "copied": "",
        "wanted": " It is being fetched from the carrier.",
        "none": " The carrier has not given it yet.",
    }
    seconds = f"{length(voicemail.seconds)} long." if voicemail.seconds else "Its length is not known yet."
    return f"A message, {seconds}{kept.get(voicemail.audio, '')}"


def _pages(session: Session, callback: Callback) -> Sequence[Page]:
    return session.scalars(select(Page).where(Page.callback_id == callback.id).order_by(Page.id)).all()


def _page_line(session: Session, page: Page) -> PageLine:
    query = select(PageAttempt).where(PageAttempt.page_id == page.id).order_by(PageAttempt.id)
    attempts = session.scalars(query).all()
    what = KINDS.get(page.occasion.split()[0], page.occasion)
    return PageLine(page.created_at, page.technician.name, page.channel, what, _became(page, attempts))


def _became(page: Page, attempts: Sequence[PageAttempt]) -> str:
    words = NOT_SENT.get(page.state, "")
    if attempts and page.state != "cancelled":
        last = attempts[-1]
        words = last.error or last.carrier_status or last.state
    if len(attempts) > 1:
        words += f" (tried {len(attempts)} times)"
    return f"{words}; {page.answer}" if page.answer else words
