"""Keeps the signatures of requests that may begin something: a call or a text.

The carrier signs the names and values of a form without marks between them. So a request can be divided into other
fields, with another SID or another sender, under the signature that it came with. Each signature stands for one SID.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from callbacks.db.database import insert_once
from callbacks.db.tables import ReceivedRequest

KEPT_FOR = timedelta(days=30)


def is_new_or_retry(session: Session, signature: str, sid: str, now: datetime) -> bool:
    """Record a signed request. Return False if its signature came with another SID before: it is a replay in disguise.

    The same SID under the same signature is a retry.
    """
    if insert_once(session, ReceivedRequest, signature=signature[:64], sid=sid, at=now):
        session.execute(delete(ReceivedRequest).where(ReceivedRequest.at < now - KEPT_FOR))
        return True
    return session.get_one(ReceivedRequest, signature[:64]).sid == sid
