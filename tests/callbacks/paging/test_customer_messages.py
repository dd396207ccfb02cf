"""A message to a customer is written once for each occasion."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.states import Channel, CustomerMessageKind
from callbacks.db.tables import CustomerMessage
from callbacks.paging.customer_messages import Recipient, write_message

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
LEA = Recipient(Channel.TEXT, "+15145550123", "fr")


def test_a_message_is_written_once_for_each_occasion(database: Database) -> None:
    def twice(occasion: str) -> list[bool]:
        return database.write(
            lambda session: [
                write_message(session, CustomerMessageKind.RECEIPT, occasion, LEA, "Bonjour", NOW) for _ in range(2)
            ]
        )

    assert twice("CA1") == [True, False]
    assert twice("CA2") == [True, False]
    rows = database.read(lambda session: session.scalars(select(CustomerMessage)).all())
    assert [(row.occasion, row.words, row.next_action_at) for row in rows] == [
        ("CA1", "Bonjour", NOW),
        ("CA2", "Bonjour", NOW),
    ]


def test_a_message_may_wait_for_its_turn(database: Database) -> None:
    later = NOW + timedelta(minutes=1)
    database.write(
        lambda session: write_message(session, CustomerMessageKind.NOTICE, "update 1", LEA, "x", NOW, sent_from=later)
    )
    (row,) = database.read(lambda session: session.scalars(select(CustomerMessage)).all())
    assert (row.created_at, row.next_action_at) == (NOW, later)
