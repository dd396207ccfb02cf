"""A customer is told that their callback closed automatically: who by text, who by mail, and who is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import CallbackOrigin, Channel, CustomerMessageKind
from callbacks.db.tables import Callback, CustomerMessage
from callbacks.desk.desk_file import Desk
from callbacks.paging.closing_notice import tell_of_closing
from tests.callbacks.inbound.mails.post import BOB, TUESDAY_MORNING, Post, parsed
from tests.callbacks.paging.paging_desk import BEGAN, CUSTOMER, DESK, PagingDesk

WEEK_LATER = BEGAN + timedelta(days=6)
NO_RECEIPTS = DESK.model_copy(update={"customer_texts": DESK.customer_texts.model_copy(update={"receipts": False})})


def closed(desk: PagingDesk, rules: Desk = DESK, at: datetime = WEEK_LATER, **changes: Any) -> list[CustomerMessage]:
    """Tell the customer of the closing, with the call or the callback changed, and return what is written."""

    def work(session: Session, callback: Callback) -> None:
        session.execute(delete(CustomerMessage).where(CustomerMessage.kind != CustomerMessageKind.CLOSED))
        for name, value in changes.items():
            setattr(callback.contact if hasattr(callback.contact, name) else callback, name, value)
        tell_of_closing(session, rules, callback, 3, at)

    desk.write(work)
    return desk.database.read(lambda session: list(session.scalars(select(CustomerMessage))))


def test_a_caller_is_texted_once_for_each_closing(desk: PagingDesk) -> None:
    (text,) = closed(desk)
    assert (text.kind, text.channel, text.address) == (CustomerMessageKind.CLOSED, Channel.TEXT, CUSTOMER)
    assert text.words == (
        f"Support desk: we tried to reach you 3 times about {desk.callback.reference} and have closed it. Reply to "
        "reopen it."
    )
    assert len(closed(desk)) == 1
    assert len(closed(desk, at=WEEK_LATER + timedelta(days=6))) == 2


def test_in_the_language_of_the_call(desk: PagingDesk) -> None:
    assert "Répondez pour le rouvrir." in closed(desk, language="fr")[0].words


@pytest.mark.parametrize(
    "change",
    [
        {"attestation": "TN-Validation-Failed-C"},
        {"perhaps_robot": True},
        {"origin": CallbackOrigin.BY_HAND},
        {"customer_number": None},  # a wrong number
        {"caller": "anonymous"},
        {"caller": "+442079460000"},
        {"caller": "+15145550101"},  # Amy's
        {"person_deleted_at": BEGAN},
    ],
)
def test_some_callers_are_not_texted(desk: PagingDesk, change: dict[str, Any]) -> None:
    assert closed(desk, **change) == []


def test_a_desk_without_receipts_texts_nobody(desk: PagingDesk) -> None:
    assert closed(desk, NO_RECEIPTS) == []


def test_who_has_only_an_address_is_mailed(desk: PagingDesk) -> None:
    (mail,) = closed(desk, caller=BOB, origin=CallbackOrigin.BY_HAND)
    assert (mail.channel, mail.address, mail.in_reply_to) == (Channel.MAIL, BOB, "")
    assert mail.subject == f"[{desk.callback.reference}] Re: Your request"


# Mails


@pytest.fixture
def day(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media", TUESDAY_MORNING)


def mailed(day: Post) -> list[CustomerMessage]:
    def work(session: Session) -> None:
        tell_of_closing(session, day.desk, session.scalars(select(Callback)).one(), 3, day.now)

    day.database.write(work)
    return [each for each in day.messages() if each.kind is CustomerMessageKind.CLOSED]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Reply to this email to reopen it."), ("fr", "Répondez à ce courriel pour le rouvrir.")],
)
def test_who_wrote_is_mailed_in_the_thread(day: Post, language: str, words: str) -> None:
    reference = day.gets(parsed("A question", message_id="1@acme.example", language=language)).reference
    (mail,) = mailed(day)
    assert (mail.channel, mail.address, mail.in_reply_to) == (Channel.MAIL, BOB, "1@acme.example")
    assert mail.subject == f"[{reference}] Re: A question"
    assert words in mail.words
    assert reference is not None
    assert reference in mail.words
    assert mail.message_id


def test_receipts_and_closings_share_their_limit(database: Database, tmp_path: Path) -> None:
    day = Post(database, tmp_path / "media", TUESDAY_MORNING, mail={"receipts_to_sender_a_day": 1})
    day.gets()
    assert mailed(day) == []
    day.now += timedelta(days=5)
    assert len(mailed(day)) == 1


def test_a_desk_without_receipts_mails_nobody(database: Database, tmp_path: Path) -> None:
    day = Post(database, tmp_path / "media", TUESDAY_MORNING, mail={"receipts": False})
    day.gets()
    assert mailed(day) == []
