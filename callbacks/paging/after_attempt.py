"""What follows an attempt, while the callback is open: the next attempt, the wait, the closing, the resolution.

Pure. An open callback always has a next action, and somebody hears of it (policy: Priorities). The owner is asked for
each next attempt, and passed over when they do not react. A callback without an owner escalates
(`callbacks.paging.decide`).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from callbacks.desk.retry_policy import RetryPolicy, next_opening_after, opening_from
from sla.hours import SupportHours
from sla.promises import Promise, Standing

ASKED_ONCE_IN = timedelta(minutes=10)  # at most, when the customer calls again and again


class Duty(enum.Enum):
    """One thing that is due."""

    CLOSE = enum.auto()  # could not be reached, and silent since
    RESUME = enum.auto()  # the customer got in touch: the resolution's clock runs again
    WAIT = enum.auto()  # tried in vain often enough: the resolution's clock waits for the customer
    ASK = enum.auto()  # the owner is asked for the next attempt
    PASS_OVER = enum.auto()  # the owner was asked and did not react
    WARN = enum.auto()  # the owner hears that the resolution is nearly due
    REPORT_OVERDUE = enum.auto()  # the resolution is overdue
    REVIEW = enum.auto()  # the owner hears that it is still open


@dataclass(frozen=True)
class Rules:
    """What the desk file says for a callback of this priority."""

    retries: RetryPolicy
    reminder_after: timedelta  # how long an owner who was asked has to react
    overdue_every: timedelta | None  # how often an overdue resolution is reported; None: when the desk opens

    @property
    def is_urgent(self) -> bool:
        """Whether people are woken for its resolution."""
        return self.overdue_every is not None


@dataclass(frozen=True)
class TriedCase:
    """One open callback whose customer was tried, as far as what follows depends on it."""

    contact_at: datetime
    """When the customer was last heard or reached, or the callback was reopened."""
    is_reached: bool
    """Whether that contact was an attempt that reached them: then the owner works on it."""
    unsuccessful: tuple[datetime, ...]
    """The attempts since that contact, in order."""
    has_owner: bool
    owned_since: datetime | None
    acted_at: datetime
    """When the owner last did something about it."""
    asked_at: datetime | None
    waiting_since: datetime | None
    closes_at: datetime | None
    resolution: Promise | None
    warned_at: datetime | None
    overdue_told_at: datetime | None
    named_time_at: datetime | None = None
    """When the customer asked to be called."""
    called_again_at: datetime | None = None
    """When the customer called again whom the last attempt had not reached, and who was not tried since."""
    emergency_at: datetime | None = None
    """When the customer wrote to an emergency mailbox, and was not tried since."""
    before_mail: TriedCase | None = None
    """The case before the last word of the customer, if that is a mail for which nobody is woken."""


@dataclass(frozen=True)
class FollowUp:
    """What is due now, in this order, when the next attempt is due, and when to look again.

    Without an owner, `next_action_at` may be None: the callback escalates.
    """

    duties: tuple[Duty, ...]
    try_again_at: datetime | None
    next_action_at: datetime | None


def follow_up(case: TriedCase, rules: Rules, hours: SupportHours, now: datetime) -> FollowUp:
    """Return what is due at `now`. With none due, `next_action_at` is later than `now`."""
    try_again_at = next_attempt_at(case, rules, hours)
    schedule = sorted(_schedule(case, rules, hours, try_again_at), key=lambda entry: entry[0])
    duties = tuple(duty for at, duty in schedule if at <= now)
    if Duty.CLOSE in duties:
        duties = (Duty.CLOSE,)
    later = [at for at, _ in schedule if at > now]
    return FollowUp(duties, try_again_at, now if duties else min(later, default=None))


def next_attempt_at(case: TriedCase, rules: Rules, hours: SupportHours) -> datetime | None:
    """Return when the next attempt is due; None while the owner works on it or the customer has to act.

    A mail for which nobody is woken counts from when the desk opens. What was due before that anyway, stays due.
    """
    before, mailed_at = case.before_mail, case.contact_at
    if before is None or case.emergency_at is not None or _is_being_asked(before, mailed_at, rules):
        return _next_attempt_at(case, rules, hours)
    opens_at = opening_from(mailed_at, hours)
    called_again_at = opens_at if case.called_again_at is not None else None
    by_mail = _next_attempt_at(replace(case, contact_at=opens_at, called_again_at=called_again_at), rules, hours)
    anyway = _next_attempt_at(before, rules, hours)
    return min((at for at in (by_mail, anyway) if at is not None and at > mailed_at), default=None)


def _is_being_asked(case: TriedCase, at: datetime, rules: Rules) -> bool:
    """Return whether the owner was asked for the next attempt, and can still react."""
    last_at = case.unsuccessful[-1] if case.unsuccessful else case.contact_at
    if case.asked_at is None or case.asked_at <= last_at:
        return False
    return at < max(case.asked_at, case.acted_at) + rules.reminder_after


def _next_attempt_at(case: TriedCase, rules: Rules, hours: SupportHours) -> datetime | None:
    """Return when the next attempt is due, whoever is woken.

    An emergency is answered at once, whatever was agreed or tried before. Otherwise it is at the time that the customer
    named, if there was no attempt since. A new owner who took it after that has as long as an owner who is reminded.
    """
    tries = len(case.unsuccessful)
    if case.emergency_at is not None:
        return _at_once(case, case.emergency_at)
    last_at = case.unsuccessful[-1] if tries else case.contact_at
    if case.named_time_at is not None and case.named_time_at > last_at:
        return case.named_time_at
    waits_by_hand = case.waiting_since is not None and tries < rules.retries.waits_after
    if (case.is_reached and not tries) or (waits_by_hand and not _is_heard_since_waiting(case)):
        return None
    if case.called_again_at is not None and not tries:
        return _at_once(case, case.called_again_at)
    due_at = rules.retries.due_at(tries, last_at, hours)
    if case.owned_since is not None and case.owned_since > due_at:
        return case.owned_since + rules.reminder_after
    return due_at


def _at_once(case: TriedCase, called_again_at: datetime) -> datetime:
    """Return when to ask for the next attempt after the customer called again: now, but not at each of many calls."""
    if case.asked_at is None or case.asked_at >= called_again_at:
        return called_again_at
    return max(called_again_at, case.asked_at + ASKED_ONCE_IN)


def _schedule(
    case: TriedCase, rules: Rules, hours: SupportHours, try_again_at: datetime | None
) -> Iterator[tuple[datetime, Duty]]:
    """Yield everything that is to come, and when."""
    if case.closes_at is not None:
        yield opening_from(case.closes_at, hours), Duty.CLOSE
    yield from _waiting(case, rules)
    if case.has_owner:
        if try_again_at is not None:
            yield _asking(case, rules, try_again_at)
        yield from _resolution(case, rules, hours)
        if try_again_at is None:
            yield opening_from(_last_sign(case) + rules.retries.reviewed_every, hours), Duty.REVIEW


def _waiting(case: TriedCase, rules: Rules) -> Iterator[tuple[datetime, Duty]]:
    if _is_heard_since_waiting(case):
        yield case.contact_at, Duty.RESUME
    elif case.waiting_since is None and len(case.unsuccessful) >= rules.retries.waits_after:
        yield case.unsuccessful[rules.retries.waits_after - 1], Duty.WAIT


def _is_heard_since_waiting(case: TriedCase) -> bool:
    return case.waiting_since is not None and case.contact_at > case.waiting_since


def _asking(case: TriedCase, rules: Rules, try_again_at: datetime) -> tuple[datetime, Duty]:
    if case.asked_at is None or case.asked_at < try_again_at:
        return try_again_at, Duty.ASK
    return max(case.asked_at, case.acted_at) + rules.reminder_after, Duty.PASS_OVER


def _resolution(case: TriedCase, rules: Rules, hours: SupportHours) -> Iterator[tuple[datetime, Duty]]:
    owed = case.resolution
    if owed is None or owed.done_at is not None or case.waiting_since is not None:
        return
    if owed.due_at is not None and (case.overdue_told_at is not None or owed.standing is Standing.BREACHED):
        yield _overdue_at(case, rules, hours, owed.due_at), Duty.REPORT_OVERDUE
        return
    if owed.at_risk_at is not None and (case.warned_at is None or case.warned_at < owed.at_risk_at):
        yield _warning_at(owed.at_risk_at, owed.due_at, rules, hours), Duty.WARN
    if owed.due_at is not None:
        # A promise that is due now is not broken yet.
        yield _when_open(owed.due_at + timedelta(seconds=1), rules, hours), Duty.REPORT_OVERDUE


def _warning_at(at_risk_at: datetime, due_at: datetime | None, rules: Rules, hours: SupportHours) -> datetime:
    """Return when the owner is warned: in support hours if that is soon enough."""
    at = _when_open(at_risk_at, rules, hours)
    return at if due_at is None or at < due_at else at_risk_at


def _overdue_at(case: TriedCase, rules: Rules, hours: SupportHours, due_at: datetime) -> datetime:
    """Return when an overdue resolution is reported next. Whoever acts on it has as long again."""
    told_at = case.overdue_told_at
    if told_at is None or told_at < due_at:
        return _when_open(due_at, rules, hours)
    if rules.overdue_every is None:
        return next_opening_after(told_at, hours)
    return max(told_at, case.acted_at) + rules.overdue_every


def _when_open(at: datetime, rules: Rules, hours: SupportHours) -> datetime:
    return at if rules.is_urgent else opening_from(at, hours)


def _last_sign(case: TriedCase) -> datetime:
    signs = (case.contact_at, case.acted_at, case.asked_at, case.warned_at, case.overdue_told_at)
    return max(at for at in signs if at is not None)
