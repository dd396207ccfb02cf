"""How it stands with the mailboxes of the desk file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from callbacks.db.database import Database
from callbacks.db.tables import MailboxMark
from callbacks.desk.desk_file import read_desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.inbound.mails.mailbox_state import MailboxState, mailbox_states, mailbox_warnings

NOW = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
DESK = read_desk(Path("support.toml")).model_copy(
    update={
        "mailboxes": {
            "support": Mailbox(address="support@example.com", meaning=MailboxMeaning.NORMAL),
            "emergency": Mailbox(address="emergency@example.com", meaning=MailboxMeaning.EMERGENCY),
        }
    }
)


def test_each_mailbox_of_the_desk_file_has_its_state(database: Database) -> None:
    database.write(lambda s: s.add(MailboxMark(mailbox="emergency", checked_at=NOW, failing_since=NOW, failure="why")))
    database.write(lambda s: s.add(MailboxMark(mailbox="removed", checked_at=NOW)))
    assert database.read(lambda session: mailbox_states(session, DESK)) == [
        MailboxState("support", "support@example.com", MailboxMeaning.NORMAL),
        MailboxState("emergency", "emergency@example.com", MailboxMeaning.EMERGENCY, NOW, NOW, "why"),
    ]


@pytest.mark.parametrize(
    ("checked", "failing", "warning"),
    [
        (timedelta(minutes=5), None, ""),
        (timedelta(minutes=6), None, "the mailbox support was not read for 6 min."),
        (None, None, "the mailbox support was not read yet."),
        (None, timedelta(minutes=1), "the mailbox support could not be read for 1 min. Away."),
        (timedelta(hours=3), timedelta(hours=2), "the mailbox support could not be read for 2 h 00 min. Away."),
    ],
)
def test_a_mailbox_that_is_not_read_is_named(
    checked: timedelta | None, failing: timedelta | None, warning: str
) -> None:
    state = MailboxState(
        "support",
        "support@example.com",
        MailboxMeaning.NORMAL,
        NOW - checked if checked else None,
        NOW - failing if failing else None,
        "Away." if failing else "",
    )
    found = list(mailbox_warnings([state], ["support"], NOW))
    assert [words[: len(warning)] for words in found] == ([warning] if warning else [])
    assert list(mailbox_warnings([state], [], NOW)) == []  # mails come in another way
