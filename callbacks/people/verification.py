"""Verification of a technician's number: a code is sent to it, and must come back from it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from callbacks.db.states import PhoneSlot
from callbacks.db.tables import Page, Technician, Verification
from callbacks.errors import WrongState
from callbacks.people.contact_methods import clear_failures, number_of

CODE_VALID_FOR = timedelta(hours=24)
FAILURES_ALLOWED = 5


def new_code(session: Session, row: Technician, slot: PhoneSlot, now: datetime) -> str:
    """Return a new code of six digits for a number. Earlier codes expire. Raise WrongState."""
    if number_of(row, slot) is None:
        raise WrongState(f"{row.name} has no {slot.value} number. Add one first.")
    _expire_codes(session, row, slot, now)
    code = _free_code(session, row)
    expires_at = now + CODE_VALID_FOR
    session.add(Verification(technician_id=row.id, number=slot, code=code, expires_at=expires_at, failures=0))
    return code


def _free_code(session: Session, row: Technician) -> str:
    """Return six digits that are not the code of one of their pages, because a text may hold either code alone."""
    while True:
        code = f"{secrets.randbelow(900000) + 100000}"
        theirs = select(Page.id).where(Page.technician_id == row.id, Page.code == code)
        if session.scalar(theirs.limit(1)) is None:
            return code


def verify(session: Session, row: Technician, slot: PhoneSlot, code: str, now: datetime) -> bool:
    """Verify a number with its code. Return whether the code was right; after five wrong ones, no code is."""
    sent = session.scalars(_unused_codes(row, slot).where(Verification.expires_at > now).with_for_update()).first()
    if sent is None or sent.failures >= FAILURES_ALLOWED:
        return False
    if not secrets.compare_digest(sent.code, code):
        sent.failures += 1
        return False
    sent.used_at = now
    mark_verified(row, slot, now)
    return True


def mark_verified(row: Technician, slot: PhoneSlot, now: datetime) -> None:
    """Mark a number as verified, without a code, and forget its failures."""
    if slot is PhoneSlot.FIRST:
        row.verified_at = now
    else:
        row.second_verified_at = now
    clear_failures(row, slot)


def unverify_numbers(session: Session, row: Technician, now: datetime) -> None:
    """Mark both numbers of a technician as not verified, and expire the codes that were sent before."""
    row.verified_at = row.second_verified_at = None
    for slot in PhoneSlot:
        _expire_codes(session, row, slot, now)


def has_pending_code(session: Session, row: Technician, slot: PhoneSlot, now: datetime) -> bool:
    return session.scalars(_unused_codes(row, slot).where(Verification.expires_at > now)).first() is not None


def _expire_codes(session: Session, row: Technician, slot: PhoneSlot, now: datetime) -> None:
    for old in session.scalars(_unused_codes(row, slot)):
        old.expires_at = now


def _unused_codes(row: Technician, slot: PhoneSlot) -> Select[Verification]:
    """Return the query for the unused codes of a number, the newest first."""
    codes = select(Verification).where(Verification.technician_id == row.id, Verification.number == slot)
    return codes.where(Verification.used_at.is_(None)).order_by(Verification.id.desc())
