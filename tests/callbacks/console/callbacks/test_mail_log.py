"""The screen of all mails: what reached a mailbox, of which kind it is, and which callback it is about."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.callbacks import mail_log as module
from callbacks.console.callbacks.mail_log import KINDS, mail_log
from callbacks.db.states import MailKind
from callbacks.db.tables import Callback, JoinedContact, Mail, MailMessage
from tests.callbacks.console.console import BEGAN, Console

ATTACK = "<script>alert(1)</script>"


def arrives(
    console: Console,
    number: int,
    kind: MailKind = MailKind.AUTOMATIC,
    *,
    at: datetime = BEGAN,
    joins: bool = False,
    text: str = "Help",
) -> None:
    """A mail reaches the mailbox. With `joins`, it is about the one callback."""

    def work(session: Session) -> None:
        sid = f"ML{number}" if joins else None
        if sid is not None:
            contact = Mail(sid=sid, line="", mailbox="support", caller="bob@acme.example", began_at=at, is_open=False)
            session.add(contact)
            session.flush()
            callback = session.scalars(select(Callback)).unique().one()
            session.add(JoinedContact(contact_sid=sid, callback_id=callback.id, joined_at=at))
        mail = MailMessage(mailbox="support", digest=str(number), received_at=at, size=9, contact_sid=sid, kind=kind)
        mail.sender, mail.sender_name, mail.subject = f"bob{number}@acme.example", text, text
        session.add(mail)

    console.database.write(work)


def test_each_mail_says_what_it_is_and_which_callback_it_joined(sue: Console) -> None:
    arrives(sue, 1, MailKind.MESSAGE, joins=True)
    for number, kind in enumerate((MailKind.AUTOMATIC, MailKind.BOUNCE, MailKind.LIST, MailKind.LOOP), 2):
        arrives(sue, number, kind)
    rows = sue.database.read(lambda session: mail_log(session, None)).rows
    assert [(row.sender, row.kind, row.reference) for row in rows] == [
        ("bob5@acme.example", "mail of ours that came back", ""),
        ("bob4@acme.example", "newsletter or mailing list", ""),
        ("bob3@acme.example", "undelivered mail of ours", ""),
        ("bob2@acme.example", "automatic mail", ""),
        ("bob1@acme.example", "message", sue.reference),
    ]
    page = sue.client.get("/mails").text
    assert f'joined <a href="/callbacks/{sue.reference}">' in page
    assert page.count(">none<") == 4


def test_every_kind_has_words() -> None:
    assert set(KINDS) == set(MailKind)


def test_one_that_opened_a_callback_names_it(sue: Console) -> None:
    arrives(sue, 1, MailKind.MESSAGE)

    def work(session: Session) -> None:
        callback = session.scalars(select(Callback)).unique().one()
        session.scalars(select(MailMessage)).one().contact_sid = callback.contact_sid

    sue.database.write(work)
    (row,) = sue.database.read(lambda session: mail_log(session, None)).rows
    assert (row.reference, row.has_joined) == (sue.reference, False)


def test_what_a_stranger_writes_stays_text(sue: Console) -> None:
    arrives(sue, 1, text=ATTACK)
    page = sue.client.get("/mails").text
    assert ATTACK not in page
    assert page.count("&lt;script&gt;alert(1)") == 2


def test_latest_first_page_by_page(sue: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "A_PAGE", 2)
    for number in range(1, 6):
        arrives(sue, number, at=BEGAN + timedelta(minutes=min(number, 4)))  # two at the same time
    seen, before = list[str](), None
    for _ in range(3):
        log = sue.database.read(partial(mail_log, before=before))
        seen += [row.sender[3] for row in log.rows]
        before = log.before
    assert (seen, before) == (["5", "4", "3", "2", "1"], None)
    first = sue.client.get("/mails").text
    assert 'href="/mails?before=4" rel="next"' in first
    assert "bob3@" in sue.client.get("/mails?before=4").text


@pytest.mark.parametrize("before", ["", "x", "-1", "99999999999", "9" * 5000])
def test_an_address_that_names_no_mail_shows_the_first_page(sue: Console, before: str) -> None:
    arrives(sue, 1)
    assert "bob1@acme.example" in sue.client.get(f"/mails?before={before}").text


def test_without_a_mail_it_says_so_and_technicians_do_not_see_it(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.client.get("/mails").text
    assert "No mails yet." in page
    assert 'href="/mails" aria-current="page"' in page
    console.logs_in("amy@example.com")
    assert console.client.get("/mails").status_code == 403
    assert 'href="/mails"' not in console.client.get("/").text
