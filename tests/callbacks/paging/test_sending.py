"""A request is stored before it is made, and its answer after: the order that no crash can turn around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.leases import Claim
from callbacks.db.states import CarrierStatus
from callbacks.db.tables import CustomerMessage
from callbacks.errors import CarrierError
from callbacks.paging.channels.twilio import Accepted
from callbacks.paging.sending import Answer, Sending

ANY = Claim(CustomerMessage, 1, 1)
DONE = Accepted("SM1", CarrierStatus.QUEUED)
FAULT = CarrierError("no connection")


@dataclass(frozen=True)
class Asked:
    action: Literal["send", "look up"]


class Noted(Sending[CustomerMessage, Asked]):
    """Notes what happens, and whether a database session was open."""

    def __init__(self, database: Database, request: Asked | None, fault: CarrierError | None = None) -> None:
        super().__init__(database)
        self.request, self.fault = request, fault
        self.open: Session | None = None
        self.did: list[str] = []
        self.answer: Answer = None

    def _prepare(self, session: Session, claim: Claim[CustomerMessage]) -> Asked | None:
        self.open = session
        return self.request

    def _send(self, request: Asked) -> Accepted:
        return self._asked("sent")

    def _look_up(self, request: Asked) -> Accepted | None:
        return self._asked("looked up")

    def _asked(self, how: str) -> Accepted:
        assert self.open is not None
        assert not self.open.in_transaction(), "no connection is held while the carrier is asked"
        self.did.append(how)
        if self.fault is not None:
            raise self.fault
        return DONE

    def _store(self, session: Session, claim: Claim[CustomerMessage], request: Asked, answer: Answer) -> None:
        self.answer = answer
        self.did.append("stored")


@pytest.mark.parametrize(("action", "how"), [("send", "sent"), ("look up", "looked up")])
def test_a_request_is_made_between_two_transactions(
    database: Database, action: Literal["send", "look up"], how: str
) -> None:
    sending = Noted(database, Asked(action))
    sending.deliver(ANY)
    assert (sending.did, sending.answer) == ([how, "stored"], DONE)


def test_a_fault_is_an_answer(database: Database) -> None:
    sending = Noted(database, Asked("send"), FAULT)
    sending.deliver(ANY)
    assert (sending.did, sending.answer) == (["sent", "stored"], FAULT)


def test_where_there_is_nothing_to_ask_nothing_is_stored(database: Database) -> None:
    sending = Noted(database, None)
    sending.deliver(ANY)
    assert sending.did == []
