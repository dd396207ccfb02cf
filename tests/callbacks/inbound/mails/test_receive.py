"""Mails that reach the desk: stored once, and what each mailbox makes of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    CallbackState,
    MailKind,
    PageKind,
    PriorityLevel,
)
from callbacks.db.tables import Callback
from callbacks.errors import NotFound
from callbacks.inbound.mails import receive as module
from callbacks.inbound.mails.parse import ParsedAttachment
from callbacks.inbound.mails.receive import Outcome
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.people import users
from tests.callbacks.inbound.mails.post import (
    TUESDAY_MORNING,
    Post,
    parsed,
)

PASSWORD = "correct horse battery"
LOG = ParsedAttachment("log.txt", "text/plain", 3, b"log")
VIRUS = ParsedAttachment("a.exe", "application/octet-stream", 9, None, "It may be a program.")


@pytest.fixture
def night(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media")


@pytest.fixture
def day(database: Database, tmp_path: Path) -> Post:
    return Post(database, tmp_path / "media", TUESDAY_MORNING)


# Colleagues


def test_a_colleague_in_a_thread_is_noted_and_is_neither_the_customer_nor_an_act(day: Post) -> None:
    day.database.write(lambda session: setattr(session.merge(day.person("Ben Cole")), "email", "Ben@desk.example"))
    reference = day.gets(parsed(message_id="1@acme.example")).reference
    day.amy_owns_it()
    before, pages = day.callback, day.pages()
    day.now += timedelta(minutes=20)
    ben = parsed("Re: A question", "I will call him.", "ben@desk.example", thread=("1@acme.example",), message_id="2@b")
    noted = day.gets(ben, mailbox="emergency", raw=b"ben")
    assert (noted.outcome, noted.reference) == (Outcome.NOTED, reference)
    after = day.callback
    unchanged = ("due_at", "next_action_at", "attempted_at", "priority", "owner_id", "acted_at", "called_again_told_at")
    assert [getattr(after, name) for name in unchanged] == [getattr(before, name) for name in unchanged]
    assert (day.pages(), len(day.messages())) == (pages, 1)
    assert day.events(EventKind.COLLEAGUE_MAILED) == ['"Re: A question": I will call him.']
    assert day.gets(ben, mailbox="emergency", raw=b"ben").outcome is Outcome.KNOWN
    # The customer answers the colleague, and their mail program names only that mail.
    bob = day.gets(parsed("Re: A question", thread=("2@b",), message_id="3@acme.example"))
    assert (bob.outcome, bob.reference) == (Outcome.JOINED, reference)


def test_a_users_address_is_a_colleagues_too_and_reopens_nothing(day: Post) -> None:
    day.database.write(lambda session: users.add_user(session, "sue@desk.example", "supervisor", PASSWORD, day.now))
    day.gets(parsed(message_id="1@acme.example"))

    def close(session: Session) -> None:
        change_state(session.scalars(select(Callback)).one(), Change.AUTO_CLOSE, day.now)

    day.database.write(close)
    sue = parsed("Re: A question", sender="sue@desk.example", thread=("1@acme.example",))
    assert day.gets(sue).outcome is Outcome.NOTED
    assert day.callback.state is CallbackState.CLOSED


# Stored once


def test_a_mail_is_kept_as_it_came_with_its_attachments(day: Post) -> None:
    received = day.gets(parsed(attachments=(LOG, VIRUS)), raw=b"as it came")
    (mail,) = day.mails()
    assert (received.outcome, received.is_new, received.mail_id) == (Outcome.OPENED, True, mail.id)
    assert mail.file is not None
    assert (day.media_dir / mail.file).read_bytes() == b"as it came"
    assert (day.media_dir / mail.file).stat().st_mode & 0o077 == 0
    kept = day.database.read(lambda session: list(session.merge(mail, load=True).attachments))
    assert [(each.name, each.note) for each in kept] == [("log.txt", ""), ("a.exe", "It may be a program.")]
    assert (day.media_dir / str(kept[0].file)).read_bytes() == b"log"
    assert kept[1].file is None


def test_the_same_mail_twice_changes_nothing(day: Post) -> None:
    first, second = day.gets(raw=b"one"), day.gets(raw=b"one")
    assert (second.outcome, second.reference, second.mail_id) == (Outcome.KNOWN, first.reference, first.mail_id)
    assert (len(day.mails()), len(day.callbacks()), len(day.messages())) == (1, 1, 1)
    assert not second.is_new


def test_a_copy_in_another_mailbox_is_kept_and_joins(day: Post) -> None:
    mail = parsed(message_id="1@acme.example")
    day.gets(mail, raw=b"one")
    assert day.gets(mail, "emergency", raw=b"one").outcome is Outcome.JOINED
    assert len(day.mails()) == 2
    assert day.callback.priority is PriorityLevel.P2


def test_what_fails_halfway_is_done_by_the_next_try(night: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object, **__: object) -> bool:
        raise RuntimeError("the process dies")

    with monkeypatch.context() as patched:
        patched.setattr(module, "send_mail_receipt", breaks)
        with pytest.raises(RuntimeError):
            night.gets(mailbox="emergency", raw=b"one")
    assert (night.mails(), night.callbacks(), night.pages()) == ([], [], [])
    assert night.gets(mailbox="emergency", raw=b"one").outcome is Outcome.OPENED
    assert len(list(night.media_dir.iterdir())) == 1
    assert night.pages(PageKind.STEP) == ["Amy Roy"]


def test_without_its_file_no_mail_is_stored(night: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_full(*_: object) -> str:
        raise OSError("no space left")

    with monkeypatch.context() as patched:
        patched.setattr(module, "store_file", is_full)
        with pytest.raises(OSError, match="no space"):
            night.gets(raw=b"one")
    assert night.mails() == []
    assert night.gets(raw=b"one").is_new


def test_an_unknown_mailbox_is_refused(day: Post) -> None:
    with pytest.raises(NotFound):
        day.gets(mailbox="sales")


@pytest.mark.parametrize("kind", [kind for kind in MailKind if kind is not MailKind.MESSAGE])
@pytest.mark.parametrize("mailbox", ["support", "emergency", "escalation"])
def test_what_no_person_wrote_is_stored_and_wakes_nobody(night: Post, kind: MailKind, mailbox: str) -> None:
    assert night.gets(parsed("URGENT: KT-417", kind=kind), mailbox).outcome is Outcome.STORED
    assert [mail.contact_sid for mail in night.mails()] == [None]
    assert (night.callbacks(), night.pages(), night.messages()) == ([], [], [])


def test_a_mail_without_a_usable_sender_opens_a_callback_and_is_not_answered(night: Post) -> None:
    night.gets(parsed(sender="", sender_name=""), "emergency")
    night.gets(parsed(sender="", sender_name=""), "emergency")
    assert len(night.callbacks()) == 2
    assert night.messages() == []
