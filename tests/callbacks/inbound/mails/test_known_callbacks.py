"""The callbacks that a mail may be about, as the database has them."""

from __future__ import annotations

from pathlib import Path

import pytest

from callbacks.db.database import Database
from callbacks.inbound.mails.known_callbacks import callbacks_about
from callbacks.inbound.mails.threads import KnownCallback, NewMail
from tests.callbacks.inbound.mails.post import BOB, JANE, PHONE, TUESDAY_MORNING, Post, parsed


@pytest.fixture
def day(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media", TUESDAY_MORNING)


def known(day: Post, *sender: str, **more: tuple[str, ...]) -> list[KnownCallback]:
    mail = NewMail(day.now, frozenset(sender), thread=more.get("thread", ()), references=more.get("references", ()))
    return day.database.read(lambda session: list(callbacks_about(session, mail)))


def test_those_of_the_sender_by_a_message_and_by_a_reference(day: Post) -> None:
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    ours = day.messages()[0].message_id
    for found in (
        known(day, BOB),
        known(day, thread=("1@acme.example",)),
        known(day, thread=(ours,)),
        known(day, references=(reference,)),
    ):
        assert [each.reference for each in found] == [reference]
    assert known(day, JANE) == known(day) == known(day, thread=("other@acme.example",)) == []


def test_a_mail_that_joined_counts_like_the_one_that_opened_it(day: Post) -> None:
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    day.gets(parsed(sender=JANE, thread=("1@acme.example",), message_id="2@acme.example"))
    (found,) = known(day, JANE, thread=("2@acme.example",))
    assert (found.reference, set(found.message_ids)) == (reference, {"2@acme.example"})
    assert {BOB, JANE} <= found.people


def test_whatever_the_customer_is_known_by_is_theirs(day: Post) -> None:
    day.knows(BOB, JANE, PHONE)
    day.gets()
    (found,) = known(day, BOB)
    assert found.people == {BOB, JANE, PHONE}
