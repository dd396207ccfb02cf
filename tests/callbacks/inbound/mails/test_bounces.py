"""Mails of ours that come back."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    Channel,
    CustomerMessageKind,
    CustomerMessageState,
    MailKind,
    PageKind,
    PageState,
)
from callbacks.db.tables import Callback, CustomerMessage, Page, Technician
from callbacks.inbound.mails.bounces import is_with_server, names, pages_in
from callbacks.inbound.mails.receive import Outcome
from callbacks.lifecycle.transitions import Change, change_state, set_owner
from tests.callbacks.inbound.mails.post import (
    BOB,
    TUESDAY_MORNING,
    Post,
    parsed,
)

AMY = "amy@desk.example"


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


@pytest.mark.parametrize("kind", [MailKind.MESSAGE, MailKind.AUTOMATIC, MailKind.BOUNCE])
@pytest.mark.parametrize("sender", [BOB, "jane@acme.example"])
def test_a_mail_that_its_recipient_has_answered_did_not_come_back(day: Post, kind: MailKind, sender: str) -> None:
    day.gets()
    day.database.write(_sent)
    thread = (day.messages()[0].message_id,)
    day.now += timedelta(minutes=5)
    day.gets(parsed("Re: A question", "Thank you.", sender, kind=kind, thread=("x@y", *thread)))
    day.gets(parsed("Undelivered", sender="", kind=MailKind.BOUNCE, thread=thread, failed_recipients=(BOB,)))
    was_answered = sender == BOB and kind is not MailKind.BOUNCE
    state = CustomerMessageState.SENT if was_answered else CustomerMessageState.FAILED
    assert day.messages()[0].state is state
    assert len(day.events(EventKind.MAIL_RETURNED)) == (not was_answered)


@pytest.mark.parametrize("kind", [CustomerMessageKind.REPLY, CustomerMessageKind.RECEIPT])
def test_a_reply_that_comes_back_after_the_end_is_a_matter_for_supervisors(
    day: Post, kind: CustomerMessageKind
) -> None:
    day.gets()
    day.database.write(lambda session: _sent_and_resolved(session, kind))
    bounce = parsed("Undelivered", sender="", kind=MailKind.BOUNCE, failed_recipients=(BOB,))
    day.gets(bounce)
    day.gets(bounce)
    assert day.pages(PageKind.MAIL_RETURNED) == []
    assert day.pages(PageKind.ALARM) == (["Luc"] if kind is CustomerMessageKind.REPLY else [])


def _sent_and_resolved(session: Session, kind: CustomerMessageKind) -> None:
    _sent(session)
    session.query(CustomerMessage).one().kind = kind
    callback = session.query(Callback).one()
    set_owner(session, callback, session.query(Technician).filter_by(name="Amy Roy").one(), TUESDAY_MORNING)
    change_state(callback, Change.RESOLVE, TUESDAY_MORNING)


def _sent(session: Session) -> None:
    session.query(CustomerMessage).one().state = CustomerMessageState.SENT


def test_a_bounce_of_nobodys_mail_changes_nothing(day: Post) -> None:
    day.gets(parsed(kind=MailKind.BOUNCE, failed_recipients=("eve@evil.example",), thread=("x@y",)))
    assert day.events(EventKind.MAIL_RETURNED) == []


def _mailed(session: Session) -> str:
    """Have Amy's page go by mail, and return its message ID."""
    page = session.query(Page).one()
    page.technician.email, page.channel, page.state, page.next_action_at = AMY, Channel.MAIL, PageState.SENT, None
    return f"page-{page.id}-{page.code}@desk.example"


@pytest.mark.parametrize(
    ("forged", "has_failed"),
    [
        ({}, True),
        ({"thread": ("page-1@desk.example", "page-1-0000@desk.example")}, False),
        ({"failed_recipients": (BOB,)}, False),
    ],
)
def test_a_page_that_comes_back_has_failed_and_the_next_step_comes_at_once(
    day: Post, forged: dict[str, tuple[str, ...]], has_failed: bool
) -> None:
    day.gets()
    facts: dict[str, Any] = {"thread": (day.database.write(_mailed),), "failed_recipients": (AMY,)} | forged
    for _ in range(2):
        day.gets(parsed("Undelivered", sender="", kind=MailKind.BOUNCE, **facts))
    page = day.database.read(lambda session: session.query(Page).order_by(Page.id).all())[0]
    assert page.state is (PageState.FAILED if has_failed else PageState.SENT)
    assert (day.callback.next_action_at == TUESDAY_MORNING) == has_failed
    assert day.pages(PageKind.ALARM).count("Luc") == has_failed
    assert len(day.events(EventKind.PAGE_FAILED)) == has_failed


# What a bounce is about. Pure.


def test_pages_are_named_by_id_and_code() -> None:
    thread = ("page-12-583112@desk.example", "page-7@desk.example", "page-99999999999-1234@x", "reply-1-2345@x")
    assert pages_in(parsed(kind=MailKind.BOUNCE, thread=thread)) == [(12, "583112")]


IDS = ("reply-0123456789abcdef@desk.example",)


@pytest.mark.parametrize(
    ("thread", "failed", "is_named"),
    [
        (IDS, (BOB,), True),
        (IDS, ("eve@evil.example", BOB.upper()), True),
        (IDS, (), False),  # it does not say who was not reached
        (IDS, ("eve@evil.example",), False),
        ((), (BOB,), False),  # anybody knows the address
        (("reply-0123@desk.example",), (BOB,), False),
        (("",), (BOB,), False),
    ],
)
def test_a_bounce_names_a_mail_by_its_message_id_and_its_recipient(
    thread: tuple[str, ...], failed: tuple[str, ...], is_named: bool
) -> None:
    bounce = parsed(kind=MailKind.BOUNCE, thread=thread, failed_recipients=failed)
    assert names(bounce, CustomerMessage(message_id=IDS[0], address=BOB)) == is_named
    assert not names(bounce, CustomerMessage(message_id="", address=BOB))


@pytest.mark.parametrize(
    ("state", "asked_at", "is_there"),
    [
        (CustomerMessageState.SENT, TUESDAY_MORNING, True),
        (CustomerMessageState.DUE, TUESDAY_MORNING, True),  # the answer is not stored yet
        (CustomerMessageState.DUE, None, False),
        (CustomerMessageState.FAILED, TUESDAY_MORNING, False),
        (CustomerMessageState.CANCELLED, None, False),
    ],
)
def test_only_what_the_mail_server_may_have_can_come_back(
    state: CustomerMessageState, asked_at: datetime | None, is_there: bool
) -> None:
    assert is_with_server(CustomerMessage(state=state, asked_at=asked_at)) == is_there
