"""Replies by mail: who may write, to which address, and what is written for the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts import wording
from callbacks.acts.base import Refused, Via
from callbacks.acts.ownership import Take
from callbacks.acts.replies import LONGEST_REPLY, ReplyByMail
from callbacks.customers.contacts import Contact as Known
from callbacks.customers.details import Details
from callbacks.customers.store import add_customer
from callbacks.db.database import AUDIT_KEY, Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, ContactKind, CustomerMessageKind, CustomerMessageState, MailKind, Role
from callbacks.db.tables import Callback, CustomerMessage, JoinedContact, Mail, MailMessage
from callbacks.paging.addressee import addressee
from callbacks.text.bilingual import Words
from tests.callbacks.acts.night import CUSTOMER, NOW, SUE, Night
from tests.callbacks.inbound.mails.post import BOB, JANE, desk_with_mail

REPLY = ReplyByMail("Restart it.")


@pytest.fixture
def night(database: Database) -> Iterator[Night]:
    with Session(database.engine, info={AUDIT_KEY: b"the key of the test"}) as session:
        yield Night(session, desk_with_mail())


def writes(night: Night, sender: str = BOB, sid: str = "ML1", at: datetime = NOW, subject: str = "Help") -> Mail:
    """The customer writes about the callback."""
    contact = Mail(sid=sid, line="", mailbox="support", caller=sender, began_at=at, is_open=False)
    night.session.add(contact)
    night.session.flush()
    mail = MailMessage(mailbox="support", digest=sid, message_id=f"{sid}@acme.example", received_at=at, sender=sender)
    mail.subject, mail.kind, mail.words, mail.size, mail.contact_sid = subject, MailKind.MESSAGE, "Help!", 9, sid
    night.session.add_all([mail, JoinedContact(contact_sid=sid, callback_id=night.callback.id, joined_at=at)])
    night.session.flush()
    night.session.expire(night.callback, ["joined"])
    return contact


def messages(night: Night) -> list[CustomerMessage]:
    query = select(CustomerMessage).where(CustomerMessage.kind == CustomerMessageKind.REPLY)
    return list(night.session.scalars(query.order_by(CustomerMessage.id)))


def knows_address(night: Night, language: str = "") -> None:
    known = [Known(ContactKind.PHONE, CUSTOMER), Known(ContactKind.MAIL, JANE)]
    add_customer(night.session, Details("Jane", "Acme", language), known, NOW)


def test_a_form_that_was_sent_twice_is_one_reply(night: Night) -> None:
    writes(night)
    night.amy_does(Take())
    night.amy_does(REPLY)
    night.now += timedelta(seconds=3)
    with pytest.raises(Refused, match="You have just sent this reply"):
        night.amy_does(REPLY)
    night.amy_does(ReplyByMail("Restart it, then wait."))
    night.now += timedelta(minutes=1)
    night.amy_does(REPLY)
    assert len(messages(night)) == 3


def test_a_reply_waits_in_the_outbox_as_part_of_the_thread(night: Night) -> None:
    writes(night, subject=f"RE: [{night.callback.reference}] Re: Help")
    night.amy_does(ReplyByMail("\n Restart it. \r\nThen call.\r\n\r\n"), Via.LINK)
    (reply,) = messages(night)
    reference = night.callback.reference
    assert (reply.channel, reply.address, reply.state) == (Channel.MAIL, BOB, CustomerMessageState.DUE)
    assert (reply.subject, reply.in_reply_to) == (f"Re: [{reference}] Help", "ML1@acme.example")
    assert reply.words == "Restart it.\nThen call."
    assert reply.message_id.startswith("reply-")
    assert (reply.sent_by, reply.technician_id, reply.next_action_at) == ("Amy Roy", night.amy.id, NOW)
    assert night.events(EventKind.REPLY_WRITTEN) == [("Amy Roy", EventKind.REPLY_WRITTEN, f"to {BOB}")]
    assert night.callback.owner_id == night.amy.id


def test_nothing_counts_before_the_mail_server_has_it(night: Night) -> None:
    writes(night)
    night.amy_does(REPLY, Via.LINK)
    assert night.callback.attempted_at is None
    assert not night.events(EventKind.ATTEMPT)


def test_two_replies_are_two_mails(night: Night) -> None:
    writes(night)
    night.amy_does(REPLY, Via.LINK)
    night.amy_does(ReplyByMail("Then wait."), Via.LINK)
    first, second = messages(night)
    assert first.message_id != second.message_id


def test_whoever_wrote_last_is_answered(night: Night) -> None:
    writes(night)
    writes(night, JANE, "ML2")
    found = addressee(night.session, night.desk, night.callback)
    assert found is not None
    assert (found.address, found.mail and found.mail.message_id) == (JANE, "ML2@acme.example")


def test_a_customer_who_called_is_written_to_at_the_address_that_we_know(night: Night) -> None:
    assert night.refusal(REPLY, night.by(night.amy, Via.LINK)) == wording.no_mail_address(night.callback.reference)
    knows_address(night)
    night.callback.contact.language = "fr"
    answer = night.amy_does(REPLY, Via.LINK)
    (reply,) = messages(night)
    assert (reply.address, reply.in_reply_to) == (JANE, "")
    assert reply.subject == f"Re: [{night.callback.reference}] Votre demande"
    assert "does not count as an attempt" in answer.english


@pytest.mark.parametrize("sender", ["support@desk.example", "noreply@acme.example", "mailer-daemon@acme.example", ""])
def test_neither_ourselves_nor_a_machine_is_answered(night: Night, sender: str) -> None:
    writes(night, sender)
    assert night.refusal(REPLY, night.by(night.amy, Via.LINK)) == wording.no_mail_address(night.callback.reference)


def test_who_was_forgotten_is_not_written_to(night: Night) -> None:
    contact = writes(night)
    knows_address(night)
    contact.person_deleted_at = night.callback.contact.person_deleted_at = NOW
    assert addressee(night.session, night.desk, night.callback) is None


def test_another_owners_callback_is_not_replied_to(night: Night) -> None:
    writes(night)
    night.amy_does(Take())
    refused = night.refusal(REPLY, night.by(night.ben, Via.LINK))
    assert refused == wording.owned_by_another(night.callback)


def test_a_supervisor_replies_for_the_owner(night: Night) -> None:
    writes(night)
    assert night.refusal(REPLY, night.at_console()) == wording.nobody_has_it(night.callback.reference)
    night.amy_does(Take())
    night.sue_does(REPLY)
    (reply,) = messages(night)
    assert (reply.sent_by, reply.technician_id) == (SUE, night.amy.id)
    assert night.refusal(REPLY, night.at_console(Role.READER)) == wording.NOT_ALLOWED


@pytest.mark.parametrize(
    ("words", "refused"),
    [(" \r\n ", wording.EMPTY_REPLY), ("x" * (LONGEST_REPLY + 1), wording.reply_too_long(LONGEST_REPLY))],
)
def test_an_empty_or_endless_reply_is_refused_whole(night: Night, words: str, refused: Words) -> None:
    writes(night)
    assert night.refusal(ReplyByMail(words), night.by(night.amy, Via.LINK)) == refused


def test_nobody_waits_for_a_caller_who_was_promised_a_call(night: Night) -> None:
    writes(night)
    by = night.by(night.amy, Via.LINK)
    assert night.refusal(ReplyByMail("Which version?", awaits_answer=True), by) == wording.NOT_TRIED_YET


def test_the_callback_of_a_mail_is_replied_to_by_whoever_is_first(night: Night) -> None:
    mail = writes(night)
    callback = night.session.get_one(Callback, night.callback.id)
    night.session.delete(night.session.get_one(JoinedContact, mail.sid))
    callback.contact = mail
    night.session.flush()
    answer = night.amy_does(ReplyByMail("Which version?", awaits_answer=True), Via.LINK)
    assert "counts once the mail server has it" in answer.english
    assert [reply.awaits_answer for reply in messages(night)] == [True]
