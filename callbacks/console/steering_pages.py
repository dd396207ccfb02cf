"""What a supervisor does to a callback, from its page. One address for each act; each form says what its sender saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks import life, steering
from callbacks.console.access import ConsoleParts, for_supervisors
from callbacks.desk import Desk
from callbacks.errors import DeskError, NotFound, WrongState
from callbacks.story import tell
from callbacks.tables import Callback
from callbacks.technicians import technician_named


@dataclass(frozen=True)
class Asked:
    """One act that is asked for: by whom, when, with what was written into the form."""

    session: Session
    desk: Desk
    callback: Callback
    who: str
    now: datetime

    def field(self, name: str) -> str:
        return request.form.get(name, "").strip()[:1000]


def steering_pages(console: Blueprint, parts: ConsoleParts) -> None:
    """The routes /callbacks/<reference>/<act>."""

    @console.post("/callbacks/<reference>/<act>")
    @for_supervisors
    def steer(reference: str, act: str) -> ResponseReturnValue:
        chosen, who, now = ACTS.get(act), g.user.email, parts.clock.now()
        if chosen is None:
            abort(404)
        seen = request.form.get("seen", "")

        def work(session: Session) -> None:
            found = session.scalar(select(Callback.id).where(Callback.reference == reference))
            if found is None:
                raise NotFound(f"There is no callback {reference}.")
            callback = life.held(session, found)
            if seen.isdecimal() and act != "note":
                steering.check_seen(session, callback, int(seen))
            chosen(Asked(session, parts.desk, callback, who, now))

        try:
            parts.database.write(work)
        except NotFound:
            abort(404)
        except DeskError as fault:
            flash(str(fault))
        return redirect(url_for("console.callback", reference=reference))


def _note(asked: Asked) -> None:
    if words := asked.field("words"):
        tell(asked.session, asked.callback.call_sid, asked.now, asked.who, "note", words)


def _give(asked: Asked) -> None:
    technician = technician_named(asked.session, asked.field("technician"))
    steering.reassign(asked.session, asked.desk, asked.callback, technician, asked.who, asked.now)


def _connect(asked: Asked) -> None:
    if asked.callback.owner is None:
        raise WrongState("Nobody has it yet. Give it to a technician first.")
    tell(asked.session, asked.callback.call_sid, asked.now, asked.who, "asked for the connection")
    life.ask_for_connection(asked.session, asked.callback, asked.callback.owner, asked.now)


ACTS: dict[str, Callable[[Asked], None]] = {
    "note": _note,
    "give": _give,
    "connect": _connect,
    "consent": lambda a: life.consent(a.session, a.callback, a.who, a.now),
    "page-now": lambda a: steering.page_now(a.session, a.callback, a.who, a.now),
    "priority": lambda a: steering.set_priority(a.session, a.desk, a.callback, a.field("priority"), a.who, a.now),
    "wait": lambda a: steering.wait_for_customer(a.session, a.callback, a.field("why"), a.who, a.now),
    "back": lambda a: steering.customer_is_back(a.session, a.callback, a.who, a.now),
    "product": lambda a: steering.set_product(a.session, a.desk, a.callback, a.field("product"), a.who, a.now),
    "manager": lambda a: steering.ask_manager(a.session, a.desk, a.callback, a.field("why"), a.who, a.now),
    "attempt": lambda a: steering.record_attempt(a.session, a.desk, a.callback, a.field("outcome"), a.who, a.now),
    "resolve": lambda a: steering.record_attempt(a.session, a.desk, a.callback, "resolved", a.who, a.now),
    "reopen": lambda a: steering.reopen(a.session, a.callback, a.field("why"), a.who, a.now),
    "cancel": lambda a: steering.cancel(a.session, a.callback, a.field("why"), a.who, a.now),
}
