"""Mails of ours that come back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    CustomerMessageState,
    MailKind,
    PageKind,
)
from callbacks.db.tables import CustomerMessage
from callbacks.inbound.mails.receive import Outcome
from tests.callbacks.inbound.mails.post import (
    BOB,
    TUESDAY_MORNING,
    Post,
    parsed,
)


@pytest.fixture
def day(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media", TUESDAY_MORNING)


@pytest.mark.parametrize("found_by", ["message ID", "address"])
def test_a_mail_of_ours_that_comes_back_has_failed_and_its_people_are_told(day: Post, found_by: str) -> None:
    day.gets()
    day.database.write(lambda session: _sent(session))
    day.amy_owns_it()
    thread = (day.messages()[0].message_id,) if found_by == "message ID" else ()
    failed = (BOB,) if found_by == "address" else ()
    words = "Undelivered: no such user"
    bounce = parsed(words, sender="", kind=MailKind.BOUNCE, thread=thread, failed_recipients=failed)
    assert day.gets(bounce).outcome is Outcome.STORED
    day.gets(bounce)
    (message,) = day.messages()
    assert (message.state, message.error) == (CustomerMessageState.FAILED, "It came back: Undelivered: no such user")
    assert day.pages(PageKind.MAIL_RETURNED) == ["Amy Roy"]
    assert day.events(EventKind.MAIL_RETURNED) == [f"To {BOB}: Undelivered: no such user"]


def _sent(session: Session) -> None:
    session.query(CustomerMessage).one().state = CustomerMessageState.SENT


def test_a_bounce_of_nobodys_mail_changes_nothing(day: Post) -> None:
    day.gets(parsed(kind=MailKind.BOUNCE, failed_recipients=("eve@evil.example",), thread=("x@y",)))
    assert day.events(EventKind.MAIL_RETURNED) == []
