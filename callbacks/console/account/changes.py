"""What users change about their second factor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import request
from sqlalchemy.orm import Session

from callbacks.console.account.challenges import Use, taken
from callbacks.console.context import current
from callbacks.console.forms import field, number_field
from callbacks.db.tables import User
from callbacks.errors import WrongState
from callbacks.people import passkeys, second_factor, sessions
from callbacks.people.required_factor import AT_ONCE, has_factor

LONGEST_CREDENTIAL = 20_000


def _turn_on_second_factor(session: Session, user: User, now: datetime) -> str:
    secret, code = request.form.get("secret", "")[:64], request.form.get("code", "")
    second_factor.begin_second_factor(session, user.id, secret, code, current().totp_secrets, now)
    return "Two-factor authentication is on. From now on, logging in asks for a code from your app as well."


def _turn_off_second_factor(session: Session, user: User, now: datetime) -> str:
    second_factor.end_second_factor(session, user.id, now, AT_ONCE)
    return "The authenticator app is off. Its codes are no longer accepted."


def _add_passkey(session: Session, user: User, now: datetime) -> str:
    party, challenge = current().relying_party, taken(Use.ADD)
    if party is None or challenge is None:
        raise WrongState("The passkey was not added: the form has expired. Try again.")
    response = request.form.get("credential", "")[:LONGEST_CREDENTIAL]
    added = passkeys.add_passkey(session, user.id, party, challenge, response, field("name", 80), now)
    return f"The passkey {added.name} was added. You can now log in with it instead of your password."


def _remove_passkey(session: Session, user: User, now: datetime) -> str:
    name = passkeys.remove_passkey(session, user.id, number_field("passkey"), now, AT_ONCE)
    return f"The passkey {name} was removed."


def _make_recovery_codes(session: Session, user: User, now: datetime) -> str:
    if not has_factor(user):
        raise WrongState("Set up an authenticator app or a passkey first.")
    sessions.end_all(session, user.id)
    return "The earlier recovery codes no longer work."


def makes_recovery_codes(act: str, user: User) -> bool:
    """Return whether a change shows new recovery codes: when it adds the first factor, and when they are requested."""
    return act == "recovery-codes" or (act in ("second-factor", "passkey") and not has_factor(user))


CHANGES: dict[str, Callable[[Session, User, datetime], str]] = {
    "second-factor": _turn_on_second_factor,
    "no-second-factor": _turn_off_second_factor,
    "passkey": _add_passkey,
    "no-passkey": _remove_passkey,
    "recovery-codes": _make_recovery_codes,
}
