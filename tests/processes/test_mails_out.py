"""A real worker gives a reply to a real mail server, and is killed before it has stored the answer. SIGKILL."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.acts.base import Via, perform, technician_by
from callbacks.acts.replies import ReplyByMail
from callbacks.db.database import UNHURRIED, Database
from callbacks.db.states import CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import Callback, CustomerMessage, ReachAttempt
from callbacks.desk.desk_file import read_desk
from callbacks.inbound.mails.receive import receive
from callbacks.media.folder import Folder
from callbacks.people.technicians import technician_named
from tests.callbacks.inbound.mails.post import BOB, parsed
from tests.mail_server import MailServer, running
from tests.processes.service import Service
from tests.waiting import FAR, eventually

T = TypeVar("T")
KILLABLE = ("-m", "tests.processes.killable_worker")
MAILBOX = """
[mailboxes.kill-test]
address = "kill-test@example.com"
meaning = "emergency"
"""


@pytest.mark.soak
def test_a_worker_killed_after_the_mail_server_took_a_reply_loses_nothing_and_repeats_it_as_the_same_mail(
    service: Service,
) -> None:
    flag, desk_file = service.folder / "stopped", service.folder / "support.toml"
    desk_file.write_text(Path("support.toml").read_text(encoding="utf-8") + MAILBOX, encoding="utf-8")
    database, desk = Database(service.database_url, UNHURRIED), read_desk(desk_file)
    with running(MailServer("250 fine")) as server:
        service.settings |= {"DESK_FILE": str(desk_file), "SMTP_URL": server.url, "MAIL_FROM": "desk@desk.example"}
        service.staff()
        now, media = service.clock.now(), Folder(service.folder / "media")
        receive(database, desk, media, "kill-test", b"mail", parsed(message_id="m1@acme.example"), now, now)

        def replies(session: Session) -> None:
            by = technician_by(technician_named(session, "Amy Roy"), Via.LINK)
            callback = session.scalars(select(Callback)).one()
            perform(session, desk, callback.id, ReplyByMail("stop here, and restart it"), by, now)

        database.write(replies)

        def read(work: Callable[[Session], T]) -> T:
            return database.read(work)

        def reply(session: Session) -> CustomerMessage:
            return session.scalars(_REPLIES).one()

        def attempts(session: Session) -> int:
            return len(session.scalars(select(ReachAttempt)).all())

        def message_ids() -> list[str]:
            mails = [message_from_bytes(each) for each in server.mails]
            return [mail["Message-ID"] for mail in mails if mail["To"] == BOB and "Re: [" in mail["Subject"][:6]]

        worker = service.start("sent", str(flag), program=KILLABLE)
        eventually(flag.exists, "the mail server has the reply")
        worker.kill()
        worker.wait(FAR.total_seconds())
        assert (read(reply).state, read(attempts)) == (CustomerMessageState.DUE, 0)
        assert len(message_ids()) == 1
        # As if the lease of the dead worker had run out.
        lease_over = update(CustomerMessage).where(CustomerMessage.kind == CustomerMessageKind.REPLY)
        database.write(lambda session: session.execute(lease_over.values(next_action_at=service.clock.now())))
        service.start("never", str(flag), program=KILLABLE)
        eventually(lambda: read(reply).state is CustomerMessageState.SENT, "the reply is sent")
        assert message_ids() == [f"<{read(reply).message_id}>"] * 2
        assert read(attempts) == 1
    database.close()


_REPLIES = select(CustomerMessage).where(CustomerMessage.kind == CustomerMessageKind.REPLY)
