"""A real worker reads a mailbox on a real server, and is killed beside the commit of a mail. SIGKILL, no mercy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from callbacks.db.database import UNHURRIED, Database
from callbacks.db.tables import Contact, MailboxMark, MailMessage
from tests.imap_server import ImapServer
from tests.processes.service import Service
from tests.waiting import FAR, eventually

T = TypeVar("T")
KILLABLE = ("-m", "tests.processes.killable_worker")
MAILBOX = """
[mailboxes.kill-test]
address = "kill-test@example.com"
meaning = "emergency"
"""


def mail(words: str) -> bytes:
    return f"From: {words.replace(' ', '-')}@example.com\r\nSubject: {words}\r\n\r\n{words}\r\n".encode()


@pytest.fixture
def database(service: Service) -> Iterator[Database]:
    database = Database(service.database_url, UNHURRIED)
    yield database
    database.close()


@pytest.mark.soak
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_killed_between_fetching_a_mail_and_its_mark_loses_and_doubles_nothing(
    service: Service, imap: ImapServer, database: Database, moment: str
) -> None:
    user, flag = f"killed-{moment}", service.folder / "stopped"
    imap.add(user)
    desk_file = service.folder / "support.toml"
    desk_file.write_text(Path("support.toml").read_text(encoding="utf-8") + MAILBOX, encoding="utf-8")
    service.settings |= {"DESK_FILE": str(desk_file), "IMAP_URL_KILL_TEST": imap.url(user)}
    service.staff()
    for words in ("first", "stop here", "third"):
        imap.delivers(user, mail(words))

    def read(work: Callable[[Session], T]) -> T:
        return database.read(work)

    def last_uid() -> int:
        return read(lambda session: session.scalar(select(MailboxMark.last_uid))) or 0

    def sizes() -> list[int]:
        return list(read(lambda session: session.scalars(select(MailMessage.size).order_by(MailMessage.id)).all()))

    worker = service.start(moment, str(flag), program=KILLABLE)
    eventually(flag.exists, "the worker has fetched the second mail")
    worker.kill()
    worker.wait(FAR.total_seconds())
    assert last_uid() == 1
    assert imap.seen(user) == [1]
    assert sizes() == [len(mail(words)) for words in ("first", "stop here")[: 1 + (moment == "after")]]
    # As if the lease of the dead worker had run out.
    lease_over = update(MailboxMark).values(next_action_at=service.clock.now())
    database.write(lambda session: session.execute(lease_over))
    service.start("never", str(flag), program=KILLABLE)
    eventually(lambda: last_uid() == 3, "the mailbox is read to its end")
    assert sizes() == [len(mail(words)) for words in ("first", "stop here", "third")]
    eventually(lambda: imap.seen(user) == [1, 2, 3], "the mails are marked as read")
    assert read(lambda session: session.scalar(select(func.count()).select_from(Contact))) == 3


@pytest.mark.soak
def test_a_worker_that_waits_for_mail_ends_when_it_is_asked_to(
    service: Service, imap: ImapServer, database: Database
) -> None:
    imap.add("ended")
    desk_file = service.folder / "support.toml"
    desk_file.write_text(Path("support.toml").read_text(encoding="utf-8") + MAILBOX, encoding="utf-8")
    service.settings |= {"DESK_FILE": str(desk_file), "IMAP_URL_KILL_TEST": imap.url("ended")}
    service.staff()
    worker = service.start("never", str(service.folder / "stopped"), program=KILLABLE)

    def is_read() -> bool:
        return database.read(lambda session: session.scalar(select(MailboxMark.checked_at))) is not None

    eventually(is_read, "the mailbox is read")
    worker.terminate()
    assert worker.wait(FAR.total_seconds()) == 0
    mark = database.read(lambda session: session.scalars(select(MailboxMark)).one())
    assert mark.failing_since is None
    assert mark.next_action_at is not None
    assert mark.next_action_at <= service.clock.now()  # the next worker need not wait for the lease
