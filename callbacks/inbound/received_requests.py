"""Stores the signatures of requests that may start something: a call or a text.

The carrier signs the names and values of a form without separators. So a captured request can be split into different
fields, with another SID or another sender, and keep its signature. Each signature is therefore accepted for one SID.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from callbacks.db.database import insert_once
from callbacks.db.tables import ReceivedRequest
from callbacks.desk.desk_file import Desk

KEPT_FOR = timedelta(days=30)


def is_new_or_retry(session: Session, signature: str, sid: str, now: datetime) -> bool:
    """Record a signed request. Return False if its signature came with another SID before: it is an altered replay.

    The same SID under the same signature is a retry.
    """
    if insert_once(session, ReceivedRequest, signature=signature[:64], sid=sid, at=now):
        return True
    return session.get_one(ReceivedRequest, signature[:64]).sid == sid


def forget_old(session: Session, desk: Desk, now: datetime) -> None:
    """Delete the signatures that are older than KEPT_FOR. The worker does it, because a caller waits for a webhook."""
    session.execute(delete(ReceivedRequest).where(ReceivedRequest.at < now - KEPT_FOR))
