"""What users do to a callback from its screen: one act for each form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import abort, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import life, steering
from callbacks.console.access import visible_to
from callbacks.console.context import current
from callbacks.db.tables import Callback, Technician, User
from callbacks.desk.desk_file import Desk
from callbacks.errors import WrongState
from callbacks.people.technicians import technician_named
from callbacks.people.users import MAY_STEER
from callbacks.records.event_log import tell


@dataclass(frozen=True)
class Asked:
    """One act: who asks for it, when, and the fields of the form."""

    session: Session
    desk: Desk
    callback: Callback
    user: User
    now: datetime

    @property
    def who(self) -> str:
        return self.user.email

    @property
    def technician(self) -> Technician | None:
        """The technician who acts here; None when a supervisor acts for the owner."""
        if self.user.role != "technician" or self.user.technician_id is None:
            return None
        return self.session.get_one(Technician, self.user.technician_id)

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which the event log knows the user."""
        return (self.who, self.user.technician.name) if self.user.technician is not None else (self.who,)

    def field(self, name: str) -> str:
        return request.form.get(name, "").strip()[:1000]


def run_act(session: Session, reference: str, act: str, now: datetime) -> str:
    """Run one act on a callback that the user sees, and return what to tell them. Raise WrongState, or abort with 404.

    The form says what its sender had seen: an act that conflicts with what somebody else did since is refused.
    """
    found = session.scalar(select(Callback.id).where(Callback.reference == reference, visible_to(g.user)))
    if found is None:
        abort(404)
    callback = life.held(session, found)
    asked = Asked(session, current().desk, callback, g.user, now)
    seen = request.form.get("seen", "")
    if seen.isdecimal() and len(seen) < 18:
        steering.check_seen(session, callback, act, int(seen), asked.names)
    ACTS[act](asked)
    return f"{reference}: {SAID[act]}"


def _take(asked: Asked) -> None:
    if asked.user.technician_id is None:
        raise WrongState("You are not a technician. Assign it to one.")
    technician = asked.session.get_one(Technician, asked.user.technician_id)
    steering.take_over(asked.session, asked.desk, asked.callback, technician, asked.who, asked.now)


def _give(asked: Asked) -> None:
    technician = technician_named(asked.session, asked.field("technician"))
    steering.reassign(asked.session, asked.desk, asked.callback, technician, asked.who, asked.now)


def _connect(asked: Asked) -> None:
    if asked.technician is not None:
        _take(asked)
    if asked.callback.owner is None:
        raise WrongState("It has no owner yet. Assign it to a technician first.")
    tell(asked.session, asked.callback.call_sid, asked.now, asked.who, "asked for the connection")
    life.ask_for_connection(asked.session, asked.callback, asked.callback.owner, asked.now)


def _attempt(asked: Asked, outcome: str) -> None:
    steering.record_attempt(asked.session, asked.desk, asked.callback, asked.technician, outcome, asked.who, asked.now)


ACTS: dict[str, Callable[[Asked], None]] = {
    "take": _take,
    "note": lambda a: steering.add_note(a.session, a.callback, a.field("words"), a.who, a.now),
    "name": lambda a: steering.name_caller(a.session, a.callback, a.field("name"), a.who, a.now),
    "transcript": lambda a: steering.write_transcript(a.session, a.callback, a.field("words"), a.who, a.now),
    "give": _give,
    "connect": _connect,
    "consent": lambda a: life.consent(a.session, a.callback, a.who, a.now),
    "number": lambda a: steering.give_number(
        a.session, a.callback, a.field("number")[:40], a.who, a.now, may_consent=a.user.role in MAY_STEER
    ),
    "page-now": lambda a: steering.page_now(a.session, a.callback, a.who, a.now),
    "priority": lambda a: steering.set_priority(a.session, a.desk, a.callback, a.field("priority"), a.who, a.now),
    "wait": lambda a: steering.wait_for_customer(a.session, a.callback, a.field("why"), a.who, a.now),
    "back": lambda a: steering.customer_is_back(a.session, a.callback, a.who, a.now),
    "product": lambda a: steering.set_product(a.session, a.desk, a.callback, a.field("product"), a.who, a.now),
    "manager": lambda a: steering.ask_manager(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
    "attempt": lambda a: _attempt(a, a.field("outcome")),
    "resolve": lambda a: _attempt(a, "resolved"),
    "reopen": lambda a: steering.reopen(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
    "cancel": lambda a: steering.cancel(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
}
# What the user is told afterwards.
SAID = {
    "take": "it is yours.",
    "note": "the note was saved.",
    "name": "the caller's name was saved.",
    "transcript": "the transcript was saved.",
    "give": "it was assigned, and the new owner is texted.",
    "connect": "the technician's phone rings in a moment, then the customer's.",
    "consent": "the number can be called now, and your name is on record.",
    "number": "the number was saved, and is the one to call.",
    "page-now": "the next step is taken now.",
    "priority": "the priority was changed.",
    "wait": "waiting for the customer; the resolution clock is paused.",
    "back": "the resolution clock runs again.",
    "product": "the product was changed.",
    "manager": "the manager is texted.",
    "attempt": "the outcome of the call was saved.",
    "resolve": "resolved.",
    "reopen": "it is open again.",
    "cancel": "cancelled; nobody calls back.",
}
# On the screen these are behind "More".
HIDDEN_AT_FIRST = ("priority", "product", "wait", "back", "manager", "cancel", "name", "number", "transcript")
# What technicians do to open callbacks and their own. The rest is for supervisors.
TECHNICIANS_ACTS = frozenset(ACTS) - {"give", "consent", "page-now", "reopen", "cancel"}


def acts_of(user: User) -> frozenset[str]:
    """Return what a user may do to a callback that they see."""
    if user.role in MAY_STEER:
        return frozenset(ACTS)
    return TECHNICIANS_ACTS if user.role == "technician" else frozenset()
