"""What a caller chose by key, stored with the call. Each turn of the call brings all of it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.opening import begin_or_hold
from callbacks.db.database import locked
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import Urgency
from callbacks.db.tables import Call, Callback, Event
from callbacks.desk.desk_file import Desk
from callbacks.people.technicians import technician_with
from callbacks.records.calls_of_callback import callback_about
from callbacks.records.event_log import record_event
from callbacks.records.search import index_words
from callbacks.text.dialing_rules import NumberKind


@dataclass(frozen=True)
class CallerChoices:
    """Everything that a caller has chosen so far in a call."""

    urgency: Urgency = Urgency.NONE
    product: str = ""
    is_separate: bool = False  # not about the callback that is open
    wants_manager: bool = False
    box: str = ""  # the voicemail box of a menu; "" for support
    number: str = ""  # E.164: another number to call, entered and confirmed by key


def store_choices(session: Session, desk: Desk, call: Call, choices: CallerChoices, now: datetime) -> None:
    """Store what the caller has chosen. What they have not chosen by this turn changes nothing."""
    if choices.urgency is not Urgency.NONE:
        call.urgency = choices.urgency
    call.product = choices.product or call.product
    call.is_separate = choices.is_separate or call.is_separate
    call.box = choices.box or call.box
    if choices.wants_manager and call.wants_manager_at is None:
        call.wants_manager_at = now
    if choices.number:
        _enter_number(session, desk, call, choices.number, now)


def _enter_number(session: Session, desk: Desk, call: Call, number: str, now: datetime) -> None:
    """Set the number to call, once for each number: a later correction by a technician stays.

    Anyone can enter any number, so only an ordinary one counts, and never a technician's: their phone would ring, and
    the promise to the customer would count as kept.
    """
    check, event = desk.dialing_rules.check(number), EventKind.NUMBER_ENTERED
    same = select(Event.id).where(Event.call_sid == call.sid, Event.kind == event, Event.detail == number)
    if check.kind is not NumberKind.ORDINARY or session.scalar(same) is not None:
        return
    if technician_with(session, number) is not None and number != call.caller:
        return
    call.customer_number, call.extension = number, ""
    record_event(session, call.sid, now, Actor.CALLER, event, number)
    session.flush()
    callback = callback_about(session, call.sid)
    if callback is not None:
        callback.call.customer_number, callback.call.extension = number, ""
        index_words(session, callback, number)
        begin_or_hold(session, desk, locked(session, Callback, callback.id), now)
