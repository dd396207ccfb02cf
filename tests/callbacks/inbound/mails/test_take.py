"""The way into the desk for a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.states import MailKind
from callbacks.db.tables import MailMessage
from callbacks.desk.desk_file import read_desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.inbound.mails.parse import LARGEST, Unreadable
from callbacks.inbound.mails.receive import Outcome
from callbacks.inbound.mails.take import refuse_too_large, taker
from callbacks.settings import Settings
from sla.clock import MovingClock

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
BOX = Mailbox(address="emergency@example.com", meaning=MailboxMeaning.EMERGENCY)
DESK = read_desk(Path("support.toml")).model_copy(update={"mailboxes": {"emergency": BOX}})
SETTINGS = Settings("https://desk.test", "AC1", "token", "+15145550100", "secret", mail_from="Desk <desk@example.com>")
MAIL = (
    b"From: Jane Roy <jane@example.com>\r\nTo: emergency@example.com\r\nSubject: No mail flow\r\n"
    b"Date: Sat, 28 Nov 2026 21:00:00 -0500\r\nMessage-ID: <1@example.com>\r\n\r\nNothing arrives.\r\n"
)


def test_a_mail_is_read_and_stored_once(database: Database, tmp_path: Path) -> None:
    take = taker(replace(SETTINGS, media_dir=tmp_path), DESK, database, MovingClock(NOW))
    received = [take("emergency", MAIL, NOW - timedelta(minutes=1)) for _ in range(2)]
    assert [each.outcome for each in received] == [Outcome.OPENED, Outcome.KNOWN]
    stored = database.read(lambda session: session.scalars(select(MailMessage)).one())
    assert (stored.sender, stored.subject, stored.words.strip()) == (
        "jane@example.com",
        "No mail flow",
        "Nothing arrives.",
    )
    assert stored.kind is MailKind.MESSAGE
    assert stored.received_at == NOW - timedelta(minutes=1)


def test_our_own_mail_that_comes_back_is_a_loop(database: Database, tmp_path: Path) -> None:
    take = taker(replace(SETTINGS, media_dir=tmp_path), DESK, database, MovingClock(NOW))
    take("emergency", MAIL.replace(b"<1@example.com>", b"<customer-1@example.com>"), NOW)
    assert database.read(lambda session: session.scalar(select(MailMessage.kind))) is MailKind.LOOP


def test_what_is_no_mail_is_refused(database: Database, tmp_path: Path) -> None:
    take = taker(replace(SETTINGS, media_dir=tmp_path), DESK, database, MovingClock(NOW))
    with pytest.raises(Unreadable):
        take("emergency", b"\r\n", NOW)


def test_a_mail_of_more_than_the_limit_is_refused() -> None:
    refuse_too_large(LARGEST)
    with pytest.raises(Unreadable, match="more than 25 MB"):
        refuse_too_large(LARGEST + 1)
