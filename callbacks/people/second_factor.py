"""The second factor of a login: a code from an app (TOTP, RFC 6238). Its secret is stored encrypted."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.db.tables import User
from callbacks.errors import WrongState
from callbacks.people import recovery_codes, sessions
from callbacks.people.lockout import Origin, Result, count_attempt
from callbacks.people.required_factor import GRACE, has_factor, schedule
from callbacks.people.totp_secrets import TotpSecrets
from callbacks.people.users import in_words, locked_user, user_named

CODES_LAST = 30  # seconds (RFC 6238)
SECRET = re.compile(r"[A-Z2-7]{32}")


def check_code(
    session: Session, user_id: int, code: str, secrets: TotpSecrets, origin: Origin, now: datetime
) -> Result:
    """Check a TOTP code or a recovery code, and return how it went. Each works once.

    Failures count as for the password. Raise UnreadableSecret.
    """
    user = locked_user(session, user_id)
    check = _check_recovery_code if recovery_codes.is_code(code) else _check_totp_code
    return check(session, user, code, secrets, origin, now)


def _check_totp_code(
    session: Session, user: User, code: str, secrets: TotpSecrets, origin: Origin, now: datetime
) -> Result:
    """Check a TOTP code. A secret of an earlier release, or of the key before, is encrypted once it was used."""
    secret = secrets.decrypt(user.second_factor)
    step = _step_of(secret, code, now)
    is_right = step is not None and step > user.second_factor_step
    result = count_attempt(session, user.email, origin, is_right, now, is_complete=True)
    if result is Result.RIGHT:
        user.second_factor_step = step or 0
        _encrypt(user, secrets)
    return result


def _check_recovery_code(
    session: Session, user: User, code: str, secrets: TotpSecrets, origin: Origin, now: datetime
) -> Result:
    found = recovery_codes.matching_code(session, user.id, code, secrets.secret_keys) if has_factor(user) else None
    result = count_attempt(session, user.email, origin, found is not None, now, is_complete=True)
    if result is Result.RIGHT and found is not None:
        recovery_codes.use_up(session, user, found, now)
    return result


def begin_second_factor(
    session: Session, user_id: int, secret: str, code: str, secrets: TotpSecrets, now: datetime
) -> None:
    """Turn on the second factor, once the app has shown a code for the secret. Raise WrongState."""
    user = locked_user(session, user_id)
    step = _step_of(secret, code, now) if SECRET.fullmatch(secret) else None
    if step is None:
        raise WrongState("This is not the code that the app shows now. Try again with the next one.")
    user.second_factor, user.second_factor_step = secrets.encrypt(secret), step
    schedule(user, now)
    sessions.end_all(session, user.id)


def end_second_factor(session: Session, user_id: int, now: datetime, grace: timedelta) -> None:
    """Turn off the authenticator app. A user whose role needs a second factor must set one up within `grace`."""
    user = locked_user(session, user_id)
    record_removal(session, f"authenticator app of {in_words(user)}")
    user.second_factor = ""
    schedule(user, now, grace)
    sessions.end_all(session, user.id)


def remove_factors(session: Session, email: str, now: datetime) -> str:
    """Remove every second factor of a user, end their sessions, and return what was removed. Raise NotFound."""
    user = locked_user(session, user_named(session, email).id)
    had = factors_in_words(user)
    record_removal(session, f"{had or 'no second factor'} of {in_words(user)}")
    user.second_factor = ""
    user.passkeys.clear()
    recovery_codes.remove_codes(session, user.id)
    session.flush()
    schedule(user, now, GRACE)
    sessions.end_all(session, user.id)
    return had


def factors_in_words(user: User) -> str:
    """Return a user's second factors: "authenticator app, passkey Laptop"; "" for none."""
    app = ["authenticator app"] if user.second_factor else []
    return ", ".join([*app, *(f"passkey {each.name}" for each in user.passkeys)])


def encrypt_stored_secrets(session: Session, secrets: TotpSecrets) -> None:
    """Encrypt the secrets that were stored unencrypted or with the previous key."""
    for user in session.scalars(select(User).where(User.second_factor != "")):
        _encrypt(user, secrets)


def _encrypt(user: User, secrets: TotpSecrets) -> None:
    stored = user.second_factor
    if not secrets.is_current(stored) and secrets.can_decrypt(stored):
        user.second_factor = secrets.encrypt(secrets.decrypt(stored))


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the time step of a code: the current one, or one beside it, because clocks differ (RFC 6238, 5.2)."""
    if not secret:
        return None
    given, step = "".join(code.split()), int(now.timestamp()) // CODES_LAST
    totp = pyotp.TOTP(secret, interval=CODES_LAST)
    near = (each for each in (step, step - 1, step + 1) if totp.verify(given, for_time=each * CODES_LAST))
    return next(near, None)
