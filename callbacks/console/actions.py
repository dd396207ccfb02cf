"""What supervisors may do to a callback. Each act is one transaction; the story names who was at the console.

Two people at once: a callback is held before it is looked at, and a reassignment says whom it takes it from, so that
the slower of two learns of the faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks import life
from callbacks.desk import Desk
from callbacks.errors import NotFound, WrongState
from callbacks.paging import wording
from callbacks.paging.escalation import add_page, code_for, subject_of
from callbacks.story import tell
from callbacks.tables import Callback, Technician

TOLD_BY = "console"
OUTCOMES = ("no answer", "reached", "left a message", "busy", "failed")
LONGEST_NOTE = 2000


@dataclass(frozen=True)
class Request:
    """Who asks for what, from which form."""

    desk: Desk
    email: str
    form: Mapping[str, str]
    now: datetime

    def chosen(self, session: Session) -> Technician:
        """The technician chosen in the form. Raises NotFound."""
        given = self.form.get("technician", "")
        is_id = given.isascii() and given.isdigit() and len(given) < 10
        technician = session.get(Technician, int(given)) if is_id else None
        if technician is None:
            raise NotFound("Choose a technician.")
        return technician


def act(session: Session, reference: str, what: str, request: Request) -> str:
    """Do it, and say in a sentence what was done. Raises NotFound and WrongState, in a sentence."""
    callback_id = session.scalar(select(Callback.id).where(Callback.reference == reference))
    if callback_id is None or what not in ACTS:
        raise NotFound(f"There is no callback {reference}.")
    return ACTS[what](session, life.held(session, callback_id), request)


def _note(session: Session, callback: Callback, request: Request) -> str:
    note = request.form.get("note", "").strip()
    if not note:
        raise WrongState("The note is empty.")
    if len(note) > LONGEST_NOTE:
        raise WrongState(f"The note is too long: {len(note)} characters. Give at most {LONGEST_NOTE}.")
    tell(session, callback.call_sid, request.now, request.email, "note", note)
    return "The note is kept."


def _reassign(session: Session, callback: Callback, request: Request) -> str:
    _must_be_open(callback)
    technician, before = request.chosen(session), callback.owner
    if request.form.get("owner", "") != (str(before.id) if before else ""):
        raise WrongState(f"Meanwhile {before.name if before else 'nobody'} has it. Look again before you reassign it.")
    if before is not None and before.id == technician.id and not callback.resumed:
        raise WrongState(f"{technician.name} has it already.")
    told_by = f"console, {request.email}"
    if before is not None and not callback.resumed:
        life.hand_on(session, callback, before, told_by, request.now)
    life.acknowledge(session, request.desk, callback, technician, told_by, request.now)
    _tell_the_new_owner(session, callback, technician, request)
    return f"{technician.name} has {callback.reference} now, and is told by text."


def _tell_the_new_owner(session: Session, callback: Callback, technician: Technician, request: Request) -> None:
    code = code_for(session, callback, technician.id)
    words = wording.page(subject_of(session, request.desk, callback), code, technician.language, request.now)
    callback.decisions += 1
    occasion = f"assigned {callback.decisions}"
    add_page(session, callback, technician.id, "text", occasion, words, request.now, code)


def _attempt(session: Session, callback: Callback, request: Request) -> str:
    _must_be_open(callback)
    technician, outcome = request.chosen(session), request.form.get("outcome", "")
    if outcome not in OUTCOMES:
        raise WrongState(f"Say what came of it: {', '.join(OUTCOMES)}.")
    _sign(session, callback, request, f"{technician.name} tried the customer: {outcome}.")
    life.record_attempt(session, callback, technician, outcome, TOLD_BY, request.now)
    return f"On record: {technician.name} tried the customer ({outcome})."


def _resolve(session: Session, callback: Callback, request: Request) -> str:
    _must_be_open(callback)
    technician = request.chosen(session)
    _sign(session, callback, request, f"{technician.name} resolved it.")
    life.resolve(session, callback, technician, TOLD_BY, request.now)
    return f"{callback.reference} is resolved."


def _must_be_open(callback: Callback) -> None:
    if callback.state != "open":
        raise WrongState(f"{callback.reference} is resolved already.")


def _sign(session: Session, callback: Callback, request: Request, word: str) -> None:
    """Note on whose word something is on record."""
    tell(session, callback.call_sid, request.now, request.email, "said in the console", word)


ACTS: Mapping[str, Callable[[Session, Callback, Request], str]] = {
    "note": _note,
    "reassign": _reassign,
    "attempt": _attempt,
    "resolve": _resolve,
}
