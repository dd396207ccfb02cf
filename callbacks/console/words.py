"""The console's words: how a callback stands, what will happen next, what became of a page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from callbacks.oncall.roster import Person
from callbacks.paging.policy import Decision
from callbacks.saying import readable_number

Kind = Literal["on-time", "at-risk", "overdue", "kept", "late"]


@dataclass(frozen=True)
class Standing:
    """How a callback stands against its promise: a word for everybody, a kind for the colour."""

    kind: Kind
    words: str
    counts_to: datetime | None = None
    """The deadline, as long as time runs towards it or away from it."""


def standing(due_at: datetime, attempted_at: datetime | None, now: datetime, warning: timedelta) -> Standing:
    """Say how the promise stands. An attempt stops the clock; a late one stays late."""
    if attempted_at is not None:
        if attempted_at <= due_at:
            return Standing("kept", f"tried {span(due_at - attempted_at)} before it was due")
        return Standing("late", f"tried {span(attempted_at - due_at)} late")
    if now > due_at:
        return Standing("overdue", f"overdue by {countdown(now - due_at)}", due_at)
    kind: Kind = "at-risk" if due_at - now <= warning else "on-time"
    return Standing(kind, f"{countdown(due_at - now)} left", due_at)


def state(is_open: bool, has_owner: bool, resumed: bool, attempted_at: datetime | None) -> str:
    """Name the state of a callback as a supervisor would."""
    if not is_open:
        return "resolved"
    if attempted_at is not None:
        return "tried"
    if not has_owner:
        return "nobody has it"
    return "escalating again" if resumed else "taken"


def what_next(decision: Decision | None, at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say what will happen by itself, when, if nobody does anything until then."""
    if decision is None:
        return "nothing by itself: a person resolves it"
    when = "now" if at <= now else f"at {clock(at, zone, now)}"
    if not decision.notices:
        return f"{when}, it is looked at again"
    pages = [
        f"{_listed(people)} {'is' if len(people) == 1 else 'are'} {verb}"
        for verb, people in _by_verb(decision)
        if people
    ]
    breach = "the promise is broken; " if decision.breach else ""
    return f"{when}, {breach}{'; '.join(pages)}"


def _by_verb(decision: Decision) -> Iterable[tuple[str, list[Person]]]:
    texted = "reminded" if decision.kind == "reminder" else "texted"
    for channel, verb in (("text", texted), ("call", "called")):
        yield verb, [notice.person for notice in decision.notices if notice.channel == channel]


def _listed(people: Sequence[Person]) -> str:
    names = [person.name for person in people]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


@dataclass(frozen=True)
class Tried:
    """One request to the carrier, as it is on record."""

    state: str
    carrier_status: str
    error: str


ON_THE_WAY = {"accepted", "queued", "scheduled", "sending", "initiated"}
TEXT_STATUS = {"sent": "sent", "delivered": "delivered", "read": "read", "undelivered": "not delivered"}
CALL_STATUS = {
    "ringing": "ringing",
    "in-progress": "on the phone",
    "busy": "busy",
    "no-answer": "no answer",
    "canceled": "called off",
}


def fate(channel: str, page_state: str, answer: str, tried: Sequence[Tried]) -> str:
    """Say what became of a page."""
    last = tried[-1] if tried else None
    match page_state:
        case "cancelled":
            return "kept back: not needed any more"
        case "failed":
            return f"failed. {last.error}".strip() if last else "failed"
        case "due":
            return _not_sent_yet(last)
    status = last.carrier_status if last else ""
    if not status or status in ON_THE_WAY:
        return "on its way"
    if status == "failed":
        return "failed"
    if channel == "text":
        return TEXT_STATUS.get(status, status)
    if status == "completed":
        return "answered" if answer or channel == "connection" else "answered by a machine, most likely"
    return CALL_STATUS.get(status, status)


def _not_sent_yet(last: Tried | None) -> str:
    if last is None:
        return "waiting to be sent"
    match last.state:
        case "sending":
            return f"sent, and not confirmed yet. {last.error}".strip()
        case "refused":
            return f"refused, and tried again. {last.error}".strip()
    return "the carrier never had it; it is sent again"


OCCASIONS = {
    "step": "escalation",
    "reminder": "reminder to the owner",
    "taken": "told that it is taken",
    "connection": "connection to the customer",
    "assigned": "given to them in the console",
}
CHANNELS = {"text": "text", "call": "call", "connection": "call"}


def occasion(name: str) -> str:
    """Say why a page went out."""
    kind = name.split()[0] if name else ""
    return OCCASIONS.get(kind, name)


def caller(given: str, customer_number: str | None) -> str:
    """Name a caller: a number that can be rung as people write it, anything else as the carrier gave it."""
    if customer_number:
        return readable_number(customer_number)
    return given.strip() or "no number given"


def clock(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Give the time on the desk's clock, with its day unless that is today: "22:42", "Sat 28 Nov 22:42"."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    if local.date() == today:
        return f"{local:%H:%M}"
    year = f" {local.year}" if local.year != today.year else ""
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def to_the_second(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """The same, to the second: what a record owes."""
    return f"{clock(at, zone, now)}:{at.astimezone(zone):%S}"


def countdown(duration: timedelta) -> str:
    """Give a length of time that runs: "17:42", "1:05:12", "2 days 3:05:12"."""
    seconds = max(0, int(duration.total_seconds()))
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    head = f"{days} day{'s' * (days != 1)} " if days else ""
    if days or hours:
        return f"{head}{hours}:{minutes:02d}:{seconds % 60:02d}"
    return f"{minutes}:{seconds % 60:02d}"


def span(duration: timedelta) -> str:
    """Give a length of time that is over: "34 s", "12 min", "1 h 05 min"."""
    seconds = max(0, int(duration.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"
