"""Locks after failed logins. They stop whoever is guessing, and nobody else.

A lock holds for an account and an address. A browser that the user logged in with before (OWASP: device cookies) has
a count of its own, so nobody can lock a user out of it. Unknown email addresses are locked in the same way, so that a
lock does not reveal who has an account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Network, ip_address

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from callbacks.db.leases import BackOff
from callbacks.db.tables import FailedLogin

ALLOWED = 5
LOCKS = BackOff(first=timedelta(minutes=5), longest=timedelta(hours=1))
# From all unknown browsers together: far below the hundred an hour that ASVS 5.0 allows at most.
ALLOWED_IN_ALL = 20
IN_ALL_WITHIN = timedelta(hours=1)
COUNTED = timedelta(days=1)
KEPT = timedelta(days=2)


@dataclass(frozen=True)
class Origin:
    """Where an attempt comes from."""

    peer: str  # the network of its address
    device: str = ""  # a browser that this user logged in with before


class Result(Enum):
    """How an attempt to log in ended."""

    RIGHT = auto()
    WRONG = auto()
    NOW_LOCKED = auto()  # wrong, and the next attempts are refused
    WAS_LOCKED = auto()  # refused, right or wrong


def network_of(address: str) -> str:
    """Return the network that one person may control: a single IPv4 address, or a /64 of IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    mapped = parsed.ipv4_mapped  # as a socket for both versions shows an IPv4 address
    return str(mapped or IPv6Network((int(parsed), 64), strict=False))


def account_of(email: str) -> str:
    """Return the hash under which failures of an email address are stored: somebody may have typed a password there."""
    return sha256(email.strip().casefold().encode(errors="replace")).hexdigest()


def locked_until(failures: Sequence[FailedLogin], origin: Origin, now: datetime) -> datetime | None:
    """Return until when an account is locked for an origin, after these failures in the order of time; else None."""
    locks = [_lock_of(_failures_from(failures, origin))]
    if not origin.device:
        locks.append(_lock_in_all([each for each in failures if not each.device]))
    held = [until for until in locks if until is not None and now < until]
    return max(held, default=None)


def _failures_from(failures: Sequence[FailedLogin], origin: Origin) -> list[FailedLogin]:
    if origin.device:
        return [each for each in failures if each.device == origin.device]
    return [each for each in failures if not each.device and each.peer == origin.peer]


def _lock_of(failures: Sequence[FailedLogin]) -> datetime | None:
    """Return the end of the lock after failures of one origin: each one more doubles it."""
    over = len(failures) - ALLOWED
    return failures[-1].at + LOCKS.after(over + 1) if over >= 0 else None


def _lock_in_all(failures: Sequence[FailedLogin]) -> datetime | None:
    """Return when fewer failures than are allowed will be left within the hour."""
    return failures[-ALLOWED_IN_ALL].at + IN_ALL_WITHIN if len(failures) >= ALLOWED_IN_ALL else None


def is_locked(session: Session, email: str, origin: Origin, now: datetime) -> bool:
    """Return whether an account is locked for an origin."""
    return locked_until(_failures(session, account_of(email), now), origin, now) is not None


def count_attempt(
    session: Session, email: str, origin: Origin, is_right: bool, now: datetime, *, is_complete: bool
) -> Result:
    """Count an attempt, and return how it ended. Lock the row of the user first, if there is one.

    The failures of an origin are forgotten once it has logged in completely: with the second factor, if there is one.
    """
    if is_locked(session, email, origin, now):
        return Result.WAS_LOCKED
    if is_right:
        if is_complete:
            _forget(session, email, origin)
        return Result.RIGHT
    session.execute(delete(FailedLogin).where(FailedLogin.at <= now - KEPT))
    session.add(FailedLogin(at=now, account=account_of(email), peer=origin.peer, device=origin.device))
    session.flush()
    return Result.NOW_LOCKED if is_locked(session, email, origin, now) else Result.WRONG


def count_passkey(session: Session, email: str, origin: Origin, is_right: bool, now: datetime) -> Result:
    """Count an answer of a passkey. It cannot be guessed, so a lock does not refuse a right one."""
    if is_right:
        _forget(session, email, origin)
        return Result.RIGHT
    return count_attempt(session, email, origin, False, now, is_complete=True)


def failures_since(session: Session, email: str, since: datetime | None) -> int:
    """Return how many logins to an account have failed since an instant, as far as they are kept."""
    theirs = select(func.count()).where(FailedLogin.account == account_of(email))
    return session.scalar(theirs if since is None else theirs.where(FailedLogin.at > since)) or 0


def forget_all(session: Session, email: str) -> None:
    """Forget every failure, as after a new password."""
    session.execute(delete(FailedLogin).where(FailedLogin.account == account_of(email)))


def _forget(session: Session, email: str, origin: Origin) -> None:
    theirs = delete(FailedLogin).where(FailedLogin.account == account_of(email), FailedLogin.device == origin.device)
    session.execute(theirs if origin.device else theirs.where(FailedLogin.peer == origin.peer))


def _failures(session: Session, account: str, now: datetime) -> Sequence[FailedLogin]:
    counted = select(FailedLogin).where(FailedLogin.account == account, FailedLogin.at > now - COUNTED)
    return session.scalars(counted.order_by(FailedLogin.at, FailedLogin.id)).all()
