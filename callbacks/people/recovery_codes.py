"""Recovery codes: eight codes that each replace the second factor once, for users who lost a phone or passkey."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from callbacks.db.removals import record_removal
from callbacks.db.tables import RecoveryCode, User
from callbacks.derived_keys import derived_key
from callbacks.records import audit_log

HOW_MANY = 8
CODE = re.compile(r"[0-9]{16}")  # digits, because the field shows a numeric keypad
PURPOSE = "recovery codes"


def new_codes(session: Session, user_id: int, secret_key: str) -> list[str]:
    """Return new codes. The earlier ones stop working. Only a keyed hash of each is stored."""
    remove_codes(session, user_id)
    made = [f"{secrets.randbelow(10**16):016}" for _ in range(HOW_MANY)]
    session.add_all(RecoveryCode(user_id=user_id, code_hash=_hash(code, user_id, secret_key)) for code in made)
    return ["-".join(re.findall("....", code)) for code in made]


def is_code(given: str) -> bool:
    return CODE.fullmatch(_digits(given)) is not None


def matching_code(session: Session, user_id: int, given: str, secret_keys: Sequence[str]) -> RecoveryCode | None:
    """Return the user's code that this is, by any of the keys, or None."""
    hashed = [_hash(_digits(given), user_id, key) for key in secret_keys]
    theirs = select(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.code_hash.in_(hashed))
    return session.scalar(theirs)


def use_up(session: Session, user: User, code: RecoveryCode, now: datetime) -> None:
    """Remove a code that was used, and enter that in the audit log. Call it last in a transaction."""
    session.delete(code)
    session.flush()
    audit_log.note(session, now, user.email, "used a recovery code", f"{codes_left(session, user.id)} left")


def codes_left(session: Session, user_id: int) -> int:
    return session.scalar(select(func.count()).where(RecoveryCode.user_id == user_id)) or 0


def remove_codes(session: Session, user_id: int) -> None:
    if left := codes_left(session, user_id):
        record_removal(session, f"{left} recovery codes of {session.get_one(User, user_id).email}")
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _digits(given: str) -> str:
    return "".join(given.replace("-", " ").split())


def _hash(code: str, user_id: int, secret_key: str) -> str:
    return hmac.digest(derived_key(secret_key, PURPOSE), f"{user_id} {code}".encode(), "sha256").hex()
