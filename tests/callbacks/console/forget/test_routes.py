"""A supervisor forgets a customer in the console. What is typed is not kept anywhere."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.personal_data import DELETED
from callbacks.db.database import Database
from callbacks.db.states import CarrierStatus
from callbacks.db.tables import Call
from callbacks.inbound import calls
from tests.callbacks.console.console import BEGAN, DESK, Console

NUMBER = "+15145550166"
FIELDS = {"whom": "514 555-0166", "again": "514 555-0166", "why": "asked by letter"}


@pytest.fixture
def console(database: Database, tmp_path: Path) -> Console:
    console = Console(database, tmp_path)

    def work(session: Session) -> None:
        earlier = BEGAN - timedelta(days=1)
        calls.record_call(session, calls.Arrival("CA9", "direct", NUMBER, "en", True, ""), earlier)
        calls.record_end(session, DESK, "CA9", CarrierStatus.COMPLETED, earlier)

    database.write(work)
    console.logs_in("sue@example.com")
    return console


def caller(console: Console) -> str:
    query = select(Call.caller).where(Call.sid == "CA9")
    return console.database.read(lambda session: session.scalars(query).one())


def test_a_customer_is_forgotten_and_the_audit_log_names_nobody(console: Console) -> None:
    assert "Forgotten: 0 customer records, 1 call." in console.follows(console.posts("/forget", FIELDS))
    assert caller(console) == DELETED
    (detail,) = console.audit_details("forgot a customer")
    assert "asked by letter" in detail
    assert "0166" not in detail


@pytest.mark.parametrize(
    ("changed", "why"),
    [({"again": "514 555-0167"}, "The two entries differ"), ({"why": ""}, "Give the reason"),
     ({"whom": "514 555-0111", "again": "514 555-0111"}, "Nobody is on record")],
)  # fmt: skip
def test_it_is_refused_with_the_reason_and_forgets_what_was_typed(
    console: Console, changed: dict[str, str], why: str
) -> None:
    answer = console.follows(console.posts("/forget", {**FIELDS, **changed}))
    assert why in answer
    assert "514 555-01" not in answer.replace("such as 514 555-0199", "")
    assert caller(console) == NUMBER
    assert console.audit_details("forgot a customer") == []


def test_the_screen_says_how_long_customers_are_kept(console: Console) -> None:
    assert "730 days after their callback is closed" in console.reads("/forget")


def test_a_message_is_deleted_on_the_screen_of_its_callback(console: Console) -> None:
    reference = console.reference
    fields = {"part": "all", "why": "a card number", "confirmed": "yes"}
    said = console.follows(console.posts(f"/callbacks/{reference}/delete", fields))
    assert f"The message of {reference} is deleted" in said
    assert "The message was deleted." in console.reads("/callbacks/{reference}")
    assert console.client.get("/voicemails/1.wav").status_code == 404
