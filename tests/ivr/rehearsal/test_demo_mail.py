"""A visitor of the demo writes to the desk's mailboxes, and reads and answers what it sends."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Via, perform, technician_by
from callbacks.acts.replies import ReplyByMail
from callbacks.cli.context import Compose
from callbacks.cli.times import desk_time
from callbacks.db.states import CallbackOrigin
from callbacks.db.tables import Callback, MailMessage
from callbacks.desk.desk_file import Desk
from callbacks.desk.mailboxes import Mailbox, MailboxMeaning
from callbacks.inbound.mails.receive import Outcome, Received
from callbacks.people.technicians import technician_named
from ivr.rehearsal.demo_mail import (
    MAILBOXES,
    MOST_KEPT,
    SHOWN,
    WRITER,
    DemoMail,
    KeepingMailer,
    in_words,
    with_mailboxes,
)
from ivr.rehearsal.scenario import Scenario
from ivr.rehearsal.simulated_desk import simulated_desk
from ivr.simulator.browser.mail import NotSent, WrittenMail
from tests.ivr.rehearsal.conftest import SATURDAY_NIGHT

NAME, ADDRESS = WRITER
SUPPORT, EMERGENCY, ESCALATIONS = (box.address for box in MAILBOXES.values())


class Visitor:
    """Somebody at the demo's page."""

    def __init__(self, scenario: Scenario, mailer: KeepingMailer) -> None:
        self.scenario, self.mailer = scenario, mailer
        self.mail = DemoMail(scenario.service, mailer)

    def writes(self, to: str, subject: str = "No mail flow", words: str = "Nothing arrives.", answers: str = "") -> str:
        answer = self.mail.send(WrittenMail(NAME, ADDRESS, to, subject, words, answers))
        self.scenario.seconds_pass(5)
        return answer

    def stored(self) -> MailMessage:
        query = select(MailMessage).order_by(MailMessage.id.desc()).limit(1)
        return self.scenario.service.database.read(lambda session: session.scalars(query).one())

    def callback(self) -> Callback:
        return self.scenario.service.database.read(lambda session: session.scalars(select(Callback)).one())


@pytest.fixture
def visitor(compose: Compose, desk: Desk, sqlite_url: str, tmp_path: Path) -> Iterator[Visitor]:
    mailer, begins = KeepingMailer(), desk_time(desk, SATURDAY_NIGHT)
    scenario = simulated_desk(
        compose, with_mailboxes(desk), begins, tmp_path, database_url=sqlite_url, senders=1, mailer=mailer
    )
    yield Visitor(scenario, mailer)
    scenario.service.close()


def test_an_emergency_mail_opens_a_callback_and_pages(visitor: Visitor) -> None:
    answer = visitor.writes(EMERGENCY)
    callback = visitor.callback()
    assert answer == f"Stored. It opened {callback.reference}."
    assert callback.origin is CallbackOrigin.EMERGENCY_MAIL
    visitor.scenario.phone_of("Amy").reads(callback.reference)


def test_the_mail_is_stored_as_it_was_written(visitor: Visitor) -> None:
    visitor.writes(SUPPORT, "Où est mon courriel?", "Line one\n\nLine two: é, 日本")
    stored = visitor.stored()
    assert (stored.sender_name, stored.sender, stored.mailbox) == (NAME, ADDRESS, "support")
    assert (stored.subject, stored.words.strip()) == ("Où est mon courriel?", "Line one\n\nLine two: é, 日本")


def test_the_receipt_comes_to_the_inbox_and_to_no_other(visitor: Visitor) -> None:
    visitor.writes(EMERGENCY)
    (receipt,) = visitor.mail.inbox(f" {ADDRESS.upper()} ")
    assert receipt.subject == f"[{visitor.callback().reference}] Re: No mail flow"
    assert visitor.callback().reference in receipt.words
    assert "<" not in receipt.words  # plain text, not HTML
    assert receipt.answer_to == EMERGENCY
    assert visitor.mail.inbox("somebody@else.example") == []


def test_a_reply_joins_by_its_thread_alone(visitor: Visitor) -> None:
    visitor.writes(EMERGENCY)
    (receipt,) = visitor.mail.inbox(ADDRESS)
    answer = visitor.writes(receipt.answer_to, "Another subject", "More words.", answers=receipt.id)
    assert answer == f"Stored. It joined {visitor.callback().reference}."
    assert receipt.id in visitor.stored().thread.splitlines()


def test_what_a_technician_replies_comes_to_the_inbox(visitor: Visitor) -> None:
    visitor.writes(EMERGENCY)
    callback_id, service = visitor.callback().id, visitor.scenario.service

    def work(session: Session) -> object:
        by = technician_by(technician_named(session, "Amy Roy"), Via.LINK)
        reply = ReplyByMail("Try again now, please.")
        return perform(session, service.desk, callback_id, reply, by, service.clock.now())

    service.database.write(work)
    visitor.scenario.seconds_pass(5)
    newest, _ = visitor.mail.inbox(ADDRESS)
    assert "Try again now, please." in newest.words


def test_the_newest_mail_is_first_and_old_ones_are_dropped(visitor: Visitor) -> None:
    for number in range(MOST_KEPT + 5):
        visitor.mailer.deliver(mail_from_desk(f"mail {number}"))
    assert len(visitor.mailer.kept) == MOST_KEPT
    subjects = [mail.subject for mail in visitor.mail.inbox(ADDRESS)]
    assert subjects == [f"mail {number}" for number in range(MOST_KEPT + 4, MOST_KEPT + 4 - SHOWN, -1)]


def test_a_mail_without_an_address_for_answers_is_answered_to_the_first_mailbox(visitor: Visitor) -> None:
    visitor.mailer.deliver(mail_from_desk("A digest"))
    assert [mail.answer_to for mail in visitor.mail.inbox(ADDRESS)] == [SUPPORT]


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (WrittenMail(NAME, "dana", SUPPORT, "Hello", "Hello"), "'dana' is not an email address"),
        (WrittenMail(NAME, "", SUPPORT, "Hello", "Hello"), "'' is not an email address"),
        (WrittenMail(NAME, ADDRESS, "nobody@desk.example", "Hello", "Hello"), "not one of the desk's mailboxes"),
        (WrittenMail(NAME, ADDRESS, SUPPORT, "Hello", "half a letter: \ud800"), "The mail was not sent"),
    ],
    ids=["no address", "empty address", "no mailbox", "not writable"],
)
def test_what_cannot_be_sent_says_why(visitor: Visitor, mail: WrittenMail, why: str) -> None:
    with pytest.raises(NotSent, match=why):
        visitor.mail.send(mail)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.REOPENED, "Stored. It reopened KT-417."),
        (Outcome.STORED, "Stored. It looks like an automatic mail, so nobody is paged."),
        (Outcome.KNOWN, "It was stored before."),
    ],
)
def test_what_became_of_a_mail_in_words(outcome: Outcome, words: str) -> None:
    assert in_words(Received(outcome, 1, "KT-417")) == words


def test_a_desk_with_mailboxes_keeps_its_own(desk: Desk) -> None:
    own = {"help": Mailbox(address="help@example.com", meaning=MailboxMeaning.NORMAL)}
    assert with_mailboxes(desk.model_copy(update={"mailboxes": own})).mailboxes == own
    assert [box.meaning for box in with_mailboxes(desk).mailboxes.values()] == list(MailboxMeaning)


def mail_from_desk(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "desk@desk.example", ADDRESS, subject
    message["Date"], message["Message-ID"] = "Sun, 29 Nov 2026 03:00:00 +0000", f"<{subject.replace(' ', '-')}@desk>"
    message.set_content("Words.")
    return message
