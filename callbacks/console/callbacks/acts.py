"""What a supervisor does to a callback, from its page. One address for each act; each form says what its sender saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import life, steering
from callbacks.console.access import ConsoleParts, for_workers, note_change, visible_to
from callbacks.console.forms import done, refused
from callbacks.db.states import ReportedOutcome, Role
from callbacks.db.tables import Callback, Technician, User
from callbacks.desk.desk_file import Desk
from callbacks.errors import DeskError, WrongState
from callbacks.people.technicians import technician_named
from callbacks.people.users import MAY_STEER
from callbacks.records.event_log import tell


@dataclass(frozen=True)
class Asked:
    """One act that is asked for: by whom, when, with what was written into the form."""

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
        if self.user.role is not Role.TECHNICIAN or self.user.technician_id is None:
            return None
        return self.session.get_one(Technician, self.user.technician_id)

    @property
    def names(self) -> tuple[str, ...]:
        """By what names the story knows them."""
        return (self.who, self.user.technician.name) if self.user.technician is not None else (self.who,)

    def field(self, name: str) -> str:
        return request.form.get(name, "").strip()[:1000]


def steering_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes /callbacks/<reference>/<act>."""

    @console.post("/callbacks/<reference>/<act>")
    @for_workers
    def steer(reference: str, act: str) -> ResponseReturnValue:
        chosen, now = ACTS.get(act), parts.clock.now()
        if chosen is None:
            abort(404)
        if act not in acts_of(g.user):
            abort(403, "Only supervisors and administrators may do this.")
        seen = request.form.get("seen", "")

        def work(session: Session) -> str:
            found = session.scalar(select(Callback.id).where(Callback.reference == reference, visible_to(g.user)))
            if found is None:
                abort(404)
            callback = life.held(session, found)
            asked = Asked(session, parts.desk, callback, g.user, now)
            if seen.isdecimal() and len(seen) < 18:
                steering.check_seen(session, callback, act, int(seen), asked.names)
            chosen(asked)
            note_change(session, now, f"callback: {act}", reference)
            return f"{reference}: {SAID[act]}"

        try:
            done(parts.database.write(work))
        except DeskError as fault:
            refused(fault)
        return redirect(url_for("console.callback", reference=reference))


def _take(asked: Asked) -> None:
    if asked.user.technician_id is None:
        raise WrongState("You are nobody who is paged. Give it to a technician.")
    technician = asked.session.get_one(Technician, asked.user.technician_id)
    steering.take_over(asked.session, asked.desk, asked.callback, technician, asked.who, asked.now)


def _give(asked: Asked) -> None:
    technician = technician_named(asked.session, asked.field("technician"))
    steering.reassign(asked.session, asked.desk, asked.callback, technician, asked.who, asked.now)


def _connect(asked: Asked) -> None:
    if asked.technician is not None:
        _take(asked)
    if asked.callback.owner is None:
        raise WrongState("Nobody has it yet. Give it to a technician first.")
    tell(asked.session, asked.callback.call_sid, asked.now, asked.who, "asked for the connection")
    life.ask_for_connection(asked.session, asked.callback, asked.callback.owner, asked.now)


def _priority(asked: Asked) -> None:
    level = steering.priority_level(asked.field("priority"))
    steering.set_priority(asked.session, asked.desk, asked.callback, level, asked.who, asked.now)


def _attempt(asked: Asked, outcome: ReportedOutcome) -> None:
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
    "priority": _priority,
    "wait": lambda a: steering.wait_for_customer(a.session, a.callback, a.field("why"), a.who, a.now),
    "back": lambda a: steering.customer_is_back(a.session, a.callback, a.who, a.now),
    "product": lambda a: steering.set_product(a.session, a.desk, a.callback, a.field("product"), a.who, a.now),
    "manager": lambda a: steering.ask_manager(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
    "attempt": lambda a: _attempt(a, life.reported_outcome(a.field("outcome"))),
    "resolve": lambda a: _attempt(a, ReportedOutcome.RESOLVED),
    "reopen": lambda a: steering.reopen(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
    "cancel": lambda a: steering.cancel(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
}
# What is said when it is done.
SAID = {
    "take": "it is yours.",
    "note": "the note is in the story.",
    "name": "the caller's name is written down.",
    "transcript": "what the message says is written down.",
    "give": "it is given, and they are texted.",
    "connect": "the phone rings in a moment, and then the customer's.",
    "consent": "the number may be rung, and your name stands beside it.",
    "number": "the number is written down, and is the one that is rung.",
    "page-now": "the next step is taken now.",
    "priority": "the priority is set.",
    "wait": "it waits for the customer; the clock of the resolution stands still.",
    "back": "the clock of the resolution goes on.",
    "product": "the product is set.",
    "manager": "the manager is texted.",
    "attempt": "it is written down how the call went.",
    "resolve": "it is resolved.",
    "reopen": "it is open again.",
    "cancel": "it is cancelled; nobody calls back.",
}
# On the page these stand behind "More".
HIDDEN_AT_FIRST = ("priority", "product", "wait", "back", "manager", "cancel", "name", "number", "transcript")
# What a technician does at the console, to open callbacks and their own; the rest is a supervisor's.
TECHNICIANS_ACTS = frozenset(ACTS) - {"give", "consent", "page-now", "reopen", "cancel"}


def acts_of(user: User) -> frozenset[str]:
    """What a user may do to a callback that they see."""
    if user.role in MAY_STEER:
        return frozenset(ACTS)
    return TECHNICIANS_ACTS if user.role is Role.TECHNICIAN else frozenset()
