"""Whom a mail about a callback goes to: whoever wrote last. Other cases are in the tests of replies by mail."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import MailKind
from callbacks.db.tables import Callback
from callbacks.paging.addressee import Addressee, addressee, mails_about
from callbacks.people.technicians import technician_named
from tests.callbacks.inbound.mails.post import BOB, JANE, TUESDAY_MORNING, Post, parsed


def test_whoever_wrote_last_and_the_mail_that_is_answered(database: Database, tmp_path: Path) -> None:
    day = Post(database, tmp_path / "media", TUESDAY_MORNING)
    day.gets(parsed(message_id="1@acme.example"))
    day.now += timedelta(minutes=5)
    day.gets(parsed("Re: A question", sender=JANE, message_id="2@acme.example", thread=("1@acme.example",)))
    day.gets(parsed("Away", sender=BOB, kind=MailKind.AUTOMATIC, thread=("1@acme.example",)))

    def work(session: Session) -> tuple[Addressee | None, list[str]]:
        callback = session.scalars(select(Callback)).one()
        return addressee(session, day.desk, callback), [mail.sender for mail in mails_about(session, callback)]

    found, senders = database.read(work)
    assert found is not None
    assert (found.address, found.mail and found.mail.message_id) == (JANE, "2@acme.example")
    assert senders == [BOB, JANE]


def test_not_a_colleague_who_wrote_in_between(database: Database, tmp_path: Path) -> None:
    day = Post(database, tmp_path / "media", TUESDAY_MORNING)
    amys = "amy@desk.example"
    database.write(lambda session: setattr(technician_named(session, "Amy Roy"), "email", "Amy@desk.example"))
    day.gets(parsed(message_id="1@acme.example"))
    day.now += timedelta(minutes=5)
    day.gets(parsed("Re: A question", sender=amys, thread=("1@acme.example",)))
    assert _to(day) == [BOB]
    day.now += timedelta(days=1)
    day.gets(parsed("Does this work?", sender=amys))
    assert _to(day) == [BOB, amys]  # nobody else wrote


def _to(day: Post) -> list[str | None]:
    def work(session: Session) -> list[str | None]:
        found = (addressee(session, day.desk, each) for each in session.scalars(select(Callback).order_by(Callback.id)))
        return [each.address if each is not None else None for each in found]

    return day.database.read(work)
