"""The second factor of a log-in: a code from an app (TOTP, RFC 6238)."""

from __future__ import annotations

from datetime import datetime

import pyotp
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.errors import WrongState
from callbacks.people import sessions
from callbacks.people.lockout import Origin, Result, count_attempt
from callbacks.people.users import in_words, locked_user, user_named

CODES_LAST = 30  # seconds (RFC 6238)


def check_code(session: Session, user_id: int, code: str, origin: Origin, now: datetime) -> Result:
    """Check a TOTP code, and return how it went. Each code works once; failures count as for the password."""
    user = locked_user(session, user_id)
    step = _step_of(user.second_factor, code, now)
    is_right = step is not None and step > user.second_factor_step
    result = count_attempt(session, user.email, origin, is_right, now, is_complete=True)
    if result is Result.RIGHT:
        user.second_factor_step = step or 0
    return result


def begin_second_factor(session: Session, user_id: int, secret: str, code: str, now: datetime) -> None:
    """Turn on the second factor, once the app has shown a code for the secret. Raise WrongState."""
    user, step = locked_user(session, user_id), _step_of(secret, code, now)
    if step is None:
        raise WrongState("This is not the code that the app shows now. Try again with the next one.")
    user.second_factor, user.second_factor_step = secret, step
    sessions.end_all(session, user.id)


def end_second_factor(session: Session, email: str) -> None:
    """Turn off the second factor, for a user who has lost their phone. Raise NotFound."""
    user = user_named(session, email)
    if user.second_factor:
        record_removal(session, f"second factor of {in_words(user)}")
    user.second_factor = ""
    sessions.end_all(session, user.id)


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step of a code: the current one, or one beside it, because clocks differ (RFC 6238, 5.2)."""
    given, step = "".join(code.split()), int(now.timestamp()) // CODES_LAST
    totp = pyotp.TOTP(secret, interval=CODES_LAST)
    near = (each for each in (step, step - 1, step + 1) if secret and totp.verify(given, for_time=each * CODES_LAST))
    return next(near, None)
