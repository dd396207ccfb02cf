"""Schema 0008: what shows that an attempt of an earlier release was made, and what is open gets a next action."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.migrations import check_schema, migrate
from callbacks.db.states import AttemptProof, CallbackOrigin, CallbackState, ReachOutcome
from callbacks.db.tables import Callback, ReachAttempt
from tests.callbacks.db.migrations.earlier import database_at, insert

BEGAN = datetime(2026, 11, 20, 3, tzinfo=UTC)
TRIED = BEGAN + timedelta(minutes=8)
# Outcome, whether a technician reported it, seconds; then the outcome and the proof that it must have.
CONNECTIONS = [
    ("reached", False, 40, ReachOutcome.REACHED, AttemptProof.CARRIER),
    ("no answer", False, 0, ReachOutcome.NO_ANSWER, AttemptProof.CARRIER),
    ("busy", False, None, ReachOutcome.BUSY, AttemptProof.CARRIER),
    ("wrong number", False, 0, ReachOutcome.WRONG_NUMBER, AttemptProof.CARRIER),
    ("reached", True, 40, ReachOutcome.REACHED, AttemptProof.CARRIER),
    ("no answer", True, 0, ReachOutcome.NO_ANSWER, AttemptProof.WORD),  # nothing shows that it rang
    ("ringing", False, None, ReachOutcome.NOT_RUNG, AttemptProof.NONE),
    ("failed", False, 0, ReachOutcome.NOT_RUNG, AttemptProof.NONE),
]


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of schema 0007: three callbacks, a connection of each kind, and a technician's word."""
    database = database_at(database_url, "0007")
    technician = {"name": "Amy Roy", "phone": "+15145550101", "email": "", "language": "en", "quiet": "",
                  "troubles": {}, "created_at": BEGAN}  # fmt: skip
    connections = [
        attempt(outcome, told, seconds, f"CA{n}") for n, (outcome, told, seconds, *_) in enumerate(CONNECTIONS)
    ]
    states = (("open", None), ("open", TRIED), ("resolved", None))
    insert(
        database,
        {
            "technicians": [technician],
            "calls": [call(n) for n, _ in enumerate(states)],
            "callbacks": [callback(n, state, at) for n, (state, at) in enumerate(states)],
            "attempts": [*connections, attempt("no answer", True, None, None)],
        },
    )
    migrate(database)
    check_schema(database)
    yield database
    database.close()


def call(number: int) -> dict[str, Any]:
    return {"sid": f"IN{number}", "line": "direct", "caller": "+15145550199", "caller_name": "", "began_at": BEGAN,
            "language": "en", "is_open": False, "hours_reason": "", "attestation": "",
            "outcome": "voicemail"}  # fmt: skip


def callback(number: int, state: str, next_action_at: datetime | None) -> dict[str, Any]:
    return {"reference": f"KT-41{number}", "call_sid": f"IN{number}", "state": state, "priority": "P2",
            "policy": "default", "opened_at": BEGAN, "due_at": BEGAN + timedelta(minutes=30), "resumed": False,
            "position": 1, "decisions": 1, "product": "", "coverage": "", "next_action_at": next_action_at}  # fmt: skip


def attempt(outcome: str, is_told: bool, seconds: int | None, call_sid: str | None) -> dict[str, Any]:
    return {"callback_id": 1, "technician_id": 1, "tried_at": TRIED, "outcome": outcome, "is_told": is_told,
            "told_by": "connection" if call_sid else "text", "call_sid": call_sid, "seconds": seconds}  # fmt: skip


def test_a_connection_is_proven_when_it_rang_and_no_attempt_when_it_did_not(database: Database) -> None:
    connected = select(ReachAttempt).where(ReachAttempt.call_sid.is_not(None)).order_by(ReachAttempt.id)
    found = database.read(lambda session: session.scalars(connected).all())
    assert [(each.outcome, each.proof) for each in found] == [(outcome, proof) for *_, outcome, proof in CONNECTIONS]
    assert {each.rang_at for each in found if each.proof is AttemptProof.CARRIER} == {TRIED}


def test_a_technicians_word_stays_a_word(database: Database) -> None:
    by_word = select(ReachAttempt).where(ReachAttempt.call_sid.is_(None))
    word = database.read(lambda session: session.scalars(by_word).one())
    assert (word.outcome, word.proof, word.rang_at) == (ReachOutcome.NO_ANSWER, AttemptProof.WORD, None)


def test_what_is_open_has_a_next_action_and_came_from_a_voicemail(database: Database) -> None:
    callbacks = database.read(lambda session: session.scalars(select(Callback).order_by(Callback.id)).all())
    assert [each.next_action_at for each in callbacks] == [BEGAN, TRIED, None]
    assert [each.state for each in callbacks] == [CallbackState.OPEN, CallbackState.OPEN, CallbackState.RESOLVED]
    assert {each.origin for each in callbacks} == {CallbackOrigin.VOICEMAIL}
