"""How a form is handled: run its change, flash the outcome, redirect. A refused form keeps what was typed into it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import flash, g, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from callbacks.console.context import current
from callbacks.errors import DeskError
from callbacks.records import audit_log

# Never logged, never filled in again.
PRIVATE_FIELDS = (
    *("token", "seen", "password", "old", "code", "secret", "factor_code", "signed", "credential"),
    *("whom", "again"),  # a customer who is forgotten
)
# Browsers drop a cookie larger than 4 KB, and the login with it.
MOST_KEPT = 2000


def write_and_redirect(work: Callable[[Session], str], next_url: str) -> ResponseReturnValue:
    """Run a change in one transaction, flash its message or why it was refused, and redirect."""
    return run_and_redirect(lambda: current().database.write(work), next_url)


def change_and_redirect(
    change: Callable[[Session, datetime], str], what: str, next_url: str, *, about: str = "", keep_message: bool = False
) -> ResponseReturnValue:
    """Run a change of the current user, enter it in the audit log, flash its message, and redirect.

    The entry says what it is about. `keep_message` adds the message, where it has names that the form does not.
    """
    now = current().now()

    def work(session: Session) -> str:
        message = change(session, now)
        note_change(session, now, what, {"about": about, "result": message if keep_message else ""})
        return message

    return write_and_redirect(work, next_url)


def run_and_redirect(change: Callable[[], str], next_url: str) -> ResponseReturnValue:
    """Run a change that opens its own transactions, flash its message or why it was refused, and redirect."""
    try:
        message = change()
    except DeskError as error:
        flash(str(error), "trouble")
        _keep_what_was_typed()
    else:
        flash(message, "done")
    return redirect(next_url)


def field(name: str, longest: int = 200) -> str:
    """Return a field of the form, stripped and cut; "" when it is missing. The audit log shows what was read."""
    value = request.form.get(name, "").strip()[:longest]
    if name not in PRIVATE_FIELDS:
        _fields_read()[name] = value
    return value


def _fields_read() -> dict[str, str]:
    """Return the fields that this request has read, whatever else was sent with it."""
    found: dict[str, str] = g.setdefault("fields_read", {})
    return found


def number_field(name: str) -> int:
    """Return a field that holds a row's number; 0, which no row has, for anything else."""
    text = field(name)
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def note_change(
    session: Session, now: datetime, what: str, more: Mapping[str, str] | None = None, *, by: str = ""
) -> None:
    """Enter a change in the audit log, with the fields it read. Call it last in a transaction.

    `by` is who made it; "" for the current user.
    """
    audit_log.note(session, now, by or g.user.email, what, {**(more or {}), **_fields_read()})


def typed_into(path: str) -> Mapping[str, str]:
    """Return what was typed into the form at this address before it was refused, once. Other fields are ""."""
    address = path.partition("?")[0]
    return defaultdict(str, cookie.pop("typed")[1] if _refused_at() == address else {})


def refused_within(path: str) -> bool:
    """Return whether a form at this address, or below it, was just refused, so that what hides it opens."""
    return _refused_at().startswith(path.partition("?")[0])


def _keep_what_was_typed() -> None:
    fields = {name: value for name, value in request.form.items() if name not in PRIVATE_FIELDS}
    if len(json.dumps(fields)) <= MOST_KEPT:
        cookie["typed"] = [request.path, fields]


def _refused_at() -> str:
    """Return the address of the form that was refused; "" when none was."""
    return str(cookie["typed"][0]) if "typed" in cookie else ""
