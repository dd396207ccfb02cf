"""How pages and messages to customers are sent: once, or a second time only when the carrier does not know the first.

A claim is a lease with a token. The attempt is stored and committed first, then the carrier is asked with no database
connection held, then the answer is stored if the token is still ours. A request whose answer was lost is looked up at
the carrier before anything is sent again, since the carrier has no idempotency key.
"""

from __future__ import annotations

import abc
from datetime import timedelta
from typing import Generic, Literal, Protocol, TypeVar

from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.leases import BackOff, Claim, Claimable
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Accepted

LEASE = timedelta(seconds=30)
LOOK_UP_AFTER = timedelta(seconds=5)
LOST_AFTER = timedelta(seconds=20)  # unknown to the carrier for this long, a request never reached it
REFUSED = BackOff(first=LOOK_UP_AFTER, longest=timedelta(seconds=60))

Answer = Accepted | CarrierError | None  # None: the carrier was asked for it, and does not know it


class Request(Protocol):
    """One request to the carrier or the mail server, complete: no row is read while it is made."""

    @property
    def action(self) -> Literal["send", "look up"]: ...


Row = TypeVar("Row", bound=Claimable)
Asked = TypeVar("Asked", bound=Request)


class Sending(abc.ABC, Generic[Row, Asked]):
    """Sends the rows of one table that are due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def deliver(self, claim: Claim[Row]) -> None:
        """Send a claimed row and store the answer."""
        request = self._database.write(lambda session: self._prepare(session, claim))
        if request is None:
            return
        answer: Answer
        try:
            answer = self._send(request) if request.action == "send" else self._look_up(request)
        except CarrierError as fault:
            answer = fault
        self._database.write(lambda session: self._store(session, claim, request, answer))

    @abc.abstractmethod
    def _prepare(self, session: Session, claim: Claim[Row]) -> Asked | None:
        """Return what to ask, stored as asked; None when there is nothing to ask now."""

    @abc.abstractmethod
    def _send(self, request: Asked) -> Accepted:
        """Send it. Raise CarrierError."""

    @abc.abstractmethod
    def _look_up(self, request: Asked) -> Accepted | None:
        """Return what the carrier made of a request whose answer was lost, or None if it does not know it."""

    @abc.abstractmethod
    def _store(self, session: Session, claim: Claim[Row], request: Asked, answer: Answer) -> None:
        """Store an answer, if the claim still holds."""
