"""The state machine of a callback: the only writer of its state, owner, attempts, deadline and next action.

Taking a callback is not calling the customer: only an attempt to reach them ends the paging (policy: After hours).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, Technician
from callbacks.errors import WrongState


class Change(enum.Enum):
    """What moves a callback from one state to another."""

    RESOLVE = "resolve"  # a person reports that the customer is served
    CANCEL = "cancel"  # a named person gives the reason why no call is needed
    CLOSE_UNREACHABLE = "close as unreachable"  # there is no number to call, and a person or an absent message says so
    AUTO_CLOSE = "auto-close"  # the customer could not be reached and did not get back to us
    JOIN = "join"  # a person says that it is the same matter as another callback
    SPLIT = "split"  # a person takes that back
    REOPEN = "reopen"  # the customer is not served after all


TRANSITIONS: Mapping[tuple[CallbackState, Change], CallbackState] = {
    (CallbackState.OPEN, Change.RESOLVE): CallbackState.RESOLVED,
    (CallbackState.OPEN, Change.CANCEL): CallbackState.CANCELLED,
    (CallbackState.OPEN, Change.AUTO_CLOSE): CallbackState.CLOSED,
    (CallbackState.OPEN, Change.CLOSE_UNREACHABLE): CallbackState.UNREACHABLE,
    (CallbackState.OPEN, Change.JOIN): CallbackState.JOINED,
    (CallbackState.JOINED, Change.SPLIT): CallbackState.OPEN,
    (CallbackState.RESOLVED, Change.REOPEN): CallbackState.OPEN,
    (CallbackState.CANCELLED, Change.REOPEN): CallbackState.OPEN,
    (CallbackState.CLOSED, Change.REOPEN): CallbackState.OPEN,
    (CallbackState.UNREACHABLE, Change.REOPEN): CallbackState.OPEN,
}
# The states in which the promise of a resolution was kept or given up; a cancelled callback promised nothing.
SERVED = (CallbackState.RESOLVED, CallbackState.CLOSED)


def change_state(callback: Callback, change: Change, now: datetime) -> None:
    """Move a callback to the state that a change leads to. Raise WrongState when the change does not fit its state.

    An open callback is looked at again at once; a closed one has no next action.
    """
    state = TRANSITIONS.get((callback.state, change))
    if state is None:
        raise WrongState(f"{callback.reference} is {callback.state.value}.")
    callback.state = state
    callback.resolved_at = now if state in SERVED else None
    callback.closed_at = None if state is CallbackState.OPEN else now
    callback.next_action_at = now if state is CallbackState.OPEN else None
    callback.try_again_at = callback.asked_at = callback.overdue_told_at = callback.escalating_since = None
    if change is Change.REOPEN:  # the customer is not served after all, and neither by a workaround
        callback.workaround_at = None


# The owner


def owns(callback: Callback, technician: Technician) -> bool:
    """Return whether this technician is the owner, and escalation above them has not resumed."""
    return callback.owner_id == technician.id and not callback.resumed


def is_held_by_another(callback: Callback, technician: Technician) -> bool:
    """Return whether somebody else is the owner, and escalation above them has not resumed."""
    return callback.owner_id not in (None, technician.id) and not callback.resumed


def set_owner(session: Session, callback: Callback, technician: Technician, now: datetime) -> None:
    """Make a technician the owner: from now on they are reminded."""
    callback.owner, callback.acknowledged_at = technician, now
    callback.acted_at, callback.resumed, callback.escalating_since = now, False, None
    review(callback, now)
    if is_paged_each_morning(callback):
        callback.next_action_at = now  # their first reminder is due before the next morning
    session.flush()


def note_reaction(callback: Callback, now: datetime) -> None:
    """Record that the owner did something about it, so that they have as long again before they are passed over."""
    if callback.attempted_at is not None:
        callback.acted_at = now
        review(callback, now)


def give_back(session: Session, callback: Callback, now: datetime) -> None:
    """Remove the owner, if there is one, and take the next step at once."""
    callback.owner, callback.acknowledged_at, callback.resumed = None, None, False
    begin_escalating_again(callback, now)
    session.flush()
    escalate_now(callback, now)


def begin_escalating_again(callback: Callback, now: datetime) -> None:
    """Start the policy at its first step for a customer who was tried and whom nobody looks after, unless it has."""
    if callback.attempted_at is not None and callback.escalating_since is None:
        callback.escalating_since, callback.position = now, 0


# Attempts and the deadline


def note_attempt(session: Session, callback: Callback, technician: Technician, now: datetime) -> None:
    """Record that a technician tried to reach the customer. The first attempt keeps the promise or is a breach.

    Who tried it is the owner, if nobody is or the owner did not try in time. The proof of an attempt may be reported
    after a later attempt, or after the deadline.
    """
    if callback.owner_id is None or callback.resumed:
        callback.owner, callback.acknowledged_at = technician, now
        callback.resumed, callback.escalating_since = False, None
    if callback.owner_id == technician.id or callback.owner is technician:
        callback.acted_at = now
    if callback.attempted_at is None or now < callback.attempted_at:
        callback.attempted_at = now
        if now > callback.due_at:
            note_breach(callback)
        else:
            callback.breached_at = None
    session.flush()
    review(callback, now)


def note_withdrawn_attempt(callback: Callback, first_at: datetime | None, now: datetime) -> bool:
    """Record that an attempt reached nobody after all, and return whether that is a breach that was not on record.

    `first_at`: the first attempt that stands. Without one, the customer is untried: it escalates again, and its owner
    has it as if they had taken it now.
    """
    was_late = callback.breached_at is not None
    callback.attempted_at = first_at
    if first_at is None:
        callback.try_again_at = callback.asked_at = callback.escalating_since = None
        callback.acted_at = now
        callback.position = callback.position if callback.owner_id is not None else 0
        callback.next_action_at = now if callback.state is CallbackState.OPEN else None
    if callback.due_at < (first_at or now):
        note_breach(callback)
    review(callback, now)
    return callback.breached_at is not None and not was_late


def note_workaround(callback: Callback, now: datetime) -> None:
    """Record that the customer has a workaround, which ends the clock of a P1's resolution (policy: Priorities)."""
    callback.workaround_at = callback.workaround_at or now


def note_breach(callback: Callback) -> bool:
    """Record a breach as of the deadline, and return whether it is the first record of it."""
    is_news = callback.breached_at is None
    callback.breached_at = callback.breached_at or callback.due_at
    return is_news


def move_deadline(callback: Callback, due_at: datetime, now: datetime) -> None:
    """Set another deadline for the first attempt. If it is an earlier one, what comes next is decided again at once."""
    is_earlier, callback.due_at = due_at < callback.due_at, due_at
    if is_earlier and awaits_attempt(callback):
        callback.next_action_at = now


def move_promise(callback: Callback, counted_from: datetime, due_at: datetime, now: datetime) -> None:
    """Record another time that was said to the customer. A promise that was kept or broken stays as it is."""
    if callback.attempted_at is None and callback.breached_at is None:
        callback.promised_from = counted_from
        move_deadline(callback, due_at, now)


# Holds: nobody is paged before a time


def is_held(callback: Callback, now: datetime) -> bool:
    """Return whether nobody is to be paged yet."""
    return callback.held_until is not None and now < callback.held_until


def hold(callback: Callback, until: datetime) -> None:
    """Have nobody paged before an instant. The escalation begins then, at its first step."""
    callback.held_until, callback.position, callback.resumed = until, 0, False
    if callback.state is CallbackState.OPEN:
        callback.next_action_at = until


def waits_for_hold(callback: Callback, now: datetime) -> bool:
    """Return whether nobody is to be paged yet; then it is looked at again when that is over."""
    if not is_held(callback, now):
        return False
    callback.next_action_at = callback.held_until
    return True


def end_hold(callback: Callback, now: datetime) -> bool:
    """Have people paged from now on: the steps count from now. Return whether it was held."""
    if not is_held(callback, now):
        return False
    begin_escalating(callback, now)
    return True


def begin_escalating(callback: Callback, now: datetime) -> None:
    """Have the steps count from now, and take the first one of an open callback at once."""
    callback.held_until, callback.position = now, 0
    if callback.state is CallbackState.OPEN:
        callback.next_action_at = now


# The next action


def awaits_attempt(callback: Callback) -> bool:
    """Return whether a callback is open and nobody has tried to reach its customer."""
    return callback.state is CallbackState.OPEN and callback.attempted_at is None


def is_paged_each_morning(callback: Callback) -> bool:
    """Return whether perhaps no person called, and nobody has tried to reach one: then it does not escalate."""
    return callback.perhaps_robot and awaits_attempt(callback)


def is_looked_after(callback: Callback) -> bool:
    """Return whether the customer was tried and somebody is the owner: then nobody else is paged."""
    return callback.attempted_at is not None and callback.owner_id is not None


def advance_escalation(callback: Callback, position: int, at: datetime, *, resumed: bool) -> None:
    """Record which step of the policy comes next, and when."""
    callback.position, callback.resumed, callback.next_action_at = position, resumed, at


def note_reminders_given(callback: Callback, now: datetime) -> None:
    """Record that the owner has had every reminder that was due by now."""
    callback.acted_at = now


def restart_escalation(callback: Callback, policy: str, now: datetime) -> None:
    """Start another policy at its first step."""
    callback.policy, callback.position = policy, 0
    escalate_now(callback, now)


def escalate_now(callback: Callback, now: datetime) -> None:
    """Make the next step due at once, unless an owner is on it."""
    waits_for_owner = callback.owner_id is not None and not callback.resumed
    if callback.state is CallbackState.OPEN and not waits_for_owner:
        callback.next_action_at = now


def review(callback: Callback, now: datetime) -> None:
    """Have the worker decide again what follows the attempts to reach the customer."""
    if callback.state is CallbackState.OPEN and callback.attempted_at is not None:
        callback.next_action_at = now


def plan_next_action(callback: Callback, at: datetime, try_again_at: datetime | None) -> None:
    """Set when a callback is looked at again, and when the next attempt to reach its customer is due."""
    callback.next_action_at, callback.try_again_at = at, try_again_at


def note_asked(callback: Callback, now: datetime) -> None:
    """Record that the owner was asked for the next attempt."""
    callback.asked_at = now


def note_called_again_told(callback: Callback, now: datetime) -> None:
    """Record that somebody heard that the customer called again."""
    callback.called_again_told_at = now


def note_overdue_reported(callback: Callback, now: datetime) -> None:
    """Record that owner and supervisors heard that the resolution is overdue."""
    callback.overdue_told_at = now


def name_release(callback: Callback, release: str, now: datetime) -> None:
    """Record the coming release that fixes it, from which on no hour is promised; "" for none."""
    callback.release, callback.release_named_at = release, now if release else None
    review(callback, now)


def note_cancel_asked(callback: Callback, now: datetime) -> bool:
    """Record that the customer asked for no call back. Nothing else changes. Return whether it is the first time."""
    is_news = callback.cancel_asked_at is None
    callback.cancel_asked_at = callback.cancel_asked_at or now
    return is_news


def look_again_at(callback: Callback, at: datetime) -> None:
    """Set when a callback is looked at again."""
    callback.next_action_at = at
