"""Asks a user who is logged in for the second factor again, before it is changed."""

from __future__ import annotations

from datetime import datetime

from flask import request

from callbacks.console import login_attempts
from callbacks.console.account.challenges import Use, taken
from callbacks.console.context import current
from callbacks.db.tables import User
from callbacks.errors import WrongState
from callbacks.people import passkeys, second_factor
from callbacks.people.required_factor import has_factor

LONGEST_ANSWER = 20_000


def confirm_factor(user: User, now: datetime) -> None:
    """Raise WrongState unless the form carries the user's second factor, or they have none.

    This is a transaction of its own, so that a wrong code is counted although the change is refused.
    """
    if has_factor(user) and not _is_confirmed(user, now):
        raise WrongState(
            "Confirm this with your second factor. The code or passkey was missing, wrong or already used, or the "
            "account is locked for a few minutes."
        )


def _is_confirmed(user: User, now: datetime) -> bool:
    code, signed = request.form.get("factor_code", "")[:20], request.form.get("signed", "")[:LONGEST_ANSWER]
    if signed:
        return _is_signed(user, signed, now)
    if not code:
        return False
    secrets = current().totp_secrets
    return login_attempts.passed(
        user,
        lambda session, origin: second_factor.check_code(session, user.id, code, secrets, origin, now),
        "by code",
        now,
    )


def _is_signed(user: User, signed: str, now: datetime) -> bool:
    party, challenge = current().relying_party, taken(Use.CONFIRM)
    if party is None:
        return False
    return login_attempts.passed(
        user,
        lambda session, origin: passkeys.check_answer(session, user.id, party, challenge, signed, origin, now),
        login_attempts.BY_PASSKEY,
        now,
    )
