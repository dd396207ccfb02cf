"""Mails on the screens of a callback: both ways, in order, and how it stands with each reply."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.console.mails import CONTENT_DELETED, MailOnScreen, mails_of
from callbacks.customers.personal_data import delete_content
from callbacks.db.states import Channel, CustomerMessageKind, CustomerMessageState, MailKind
from callbacks.db.tables import Callback, CustomerMessage, JoinedContact, Mail, MailAttachment, MailMessage
from callbacks.paging.customer_messages import Heading, Recipient, Writer, write_message
from callbacks.people.technicians import technician_named
from tests.callbacks.console.console import BEGAN, Console

BOB = "bob@acme.example"


def writes(console: Console, after: timedelta = timedelta(0), authentication: str = "") -> None:
    def work(session: Session) -> None:
        callback, at = session.scalars(select(Callback)).unique().one(), BEGAN + after
        session.add(Mail(sid="ML1", line="", mailbox="support", caller=BOB, began_at=at, is_open=False))
        session.flush()
        session.add(JoinedContact(contact_sid="ML1", callback_id=callback.id, joined_at=at))
        row = MailMessage(mailbox="support", digest="1", received_at=at, sender=BOB, size=9, contact_sid="ML1")
        row.kind, row.subject, row.words, row.note = MailKind.MESSAGE, "Help", "It stopped.", "One.\nTwo."
        row.authentication = authentication
        row.attachments = [MailAttachment(name="a.log", media_type="x", size=2500, file="a", sha256="0", note="")]
        session.add(row)

    console.database.write(work)


def replies(console: Console, after: timedelta = timedelta(minutes=3)) -> None:
    def work(session: Session) -> None:
        callback, writer = session.scalars(select(Callback)).unique().one(), technician_named(session, "Amy Roy")
        to, heading = Recipient(Channel.MAIL, BOB, "en"), Heading("Re: [KT-417] Help")
        kind, by = CustomerMessageKind.REPLY, Writer("Amy Roy", writer.id)
        at = BEGAN + after
        write_message(
            session, kind, "reply 1", to, "Restart it.", at, callback_id=callback.id, heading=heading, writer=by
        )

    console.database.write(work)


def shown(console: Console) -> list[MailOnScreen]:
    return console.database.read(lambda session: mails_of(session, session.scalars(select(Callback)).unique().one()))


def test_mails_of_both_are_shown_in_order(console: Console) -> None:
    replies(console)
    writes(console)
    received, reply = shown(console)
    assert (received.is_reply, received.who, received.subject, received.words) == (False, BOB, "Help", "It stopped.")
    assert list(received.notes) == ["One.", "Two."]
    assert [(file.name, file.kilobytes, file.is_here) for file in received.attachments] == [("a.log", 2, True)]
    assert (reply.is_reply, reply.who, reply.address, reply.words) == (True, "Amy Roy", BOB, "Restart it.")


@pytest.mark.parametrize(
    ("state", "error", "english", "french"),
    [
        (CustomerMessageState.DUE, "", "waits to be sent", "en attente d'envoi"),
        (CustomerMessageState.DUE, "Away.", "waits to be sent (Away.)", "en attente d'envoi (Away.)"),
        (CustomerMessageState.SENT, "", "sent", "envoyée"),
        (CustomerMessageState.FAILED, "Refused.", "not sent (Refused.)", "non envoyée (Refused.)"),
    ],
)
def test_it_says_how_it_stands_with_a_reply(
    console: Console, state: CustomerMessageState, error: str, english: str, french: str
) -> None:
    replies(console)

    def work(session: Session) -> None:
        row = session.scalars(select(CustomerMessage).where(CustomerMessage.kind == CustomerMessageKind.REPLY)).one()
        row.state, row.error = state, error

    console.database.write(work)
    (reply,) = shown(console)
    assert (reply.standing.english, reply.standing.french) == (english, french)


def test_a_supervisor_replies_for_the_owner_on_the_screen_of_the_callback(console: Console) -> None:
    writes(console)
    console.logs_in("sue@example.com")
    address = f"/callbacks/{console.reference}"
    assert "Reply by mail to" not in console.client.get(address).text
    console.posts(f"{address}/give", {"technician": "Amy Roy"})
    page = console.client.get(address).text
    assert f"Reply by mail to {BOB}" in page
    assert "It stopped." in page[page.index('id="last-mail"') :]
    console.posts(f"{address}/reply", {"reply": "Restart <it>."})
    page = console.client.get(address).text
    assert f"Re: [{console.reference}] Help (to {BOB}, waits to be sent)" in page
    assert "Restart &lt;it&gt;." in page


@pytest.mark.parametrize(
    ("authentication", "words"),
    [
        ("", f"{BOB}. Not verified: anybody can write this address."),
        ("spf=fail dkim=none dmarc=fail", "The sender may be forged"),
        ("spf=pass dkim=pass dmarc=pass", "domain is verified (spf pass dkim pass dmarc pass)"),
    ],
)
def test_the_screen_says_what_is_known_of_the_sender(sue: Console, authentication: str, words: str) -> None:
    writes(sue, authentication=authentication)
    assert words in sue.reads(f"/callbacks/{sue.reference}")


def test_a_mail_whose_content_is_deleted_says_so(console: Console) -> None:
    writes(console)
    console.database.write(lambda session: delete_content(session.scalars(select(MailMessage)).one(), BEGAN))
    (mail,) = shown(console)
    assert (list(mail.notes), mail.attachments, mail.mail_id) == ([CONTENT_DELETED], [], None)


def test_a_supervisor_deletes_a_mail_on_the_screen_of_its_callback(sue: Console) -> None:
    writes(sue)
    path = f"/callbacks/{sue.reference}"
    assert "Delete mail" in sue.client.get(path).text
    fields = {"part": "mail", "mail": "1", "why": "a card number", "confirmed": "yes"}
    sue.posts(f"{path}/delete", fields)
    screen = sue.client.get(path).text
    assert "It stopped." not in screen
    assert CONTENT_DELETED in screen
    assert "Delete mail" not in screen
