"""Technicians reply to customers by mail, through a mail server that takes it, puts it off, or refuses it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.base import Act, Refused, Via, perform, technician_by
from callbacks.acts.replies import ReplyByMail
from callbacks.db.states import AttemptProof, CallbackState, CustomerMessageState, ReachOutcome
from callbacks.db.tables import Callback, CustomerMessage, Waiting
from callbacks.inbound.mails.receive import Outcome, receive
from callbacks.inbound.mails.take import taker
from callbacks.lifecycle.transitions import awaits_attempt
from callbacks.media.folder import Folder
from callbacks.people.technicians import technician_named
from callbacks.reporting.summary import as_data, summary
from tests.callbacks.inbound.mails.post import BOB, MAILBOXES, parsed
from tests.mail_server import MailServer, running
from tests.scenarios.conftest import POSTGRES_IN_SOAK, SATURDAY_NIGHT, ScenarioDesk
from tests.scenarios.links import Link

pytestmark = POSTGRES_IN_SOAK
MONDAY_AT_NINE = "2026-11-30T09:00"
TAKES_IT, LATER, NO_SUCH_USER = "250 fine", "451 try again later", "550 no such user"
NO_RECEIPTS = {"receipts": False}
NUMBERS = itertools.count(1)

Opens = Callable[..., ScenarioDesk]


@pytest.fixture
def server() -> Iterator[MailServer]:
    with running(MailServer(TAKES_IT)) as server:
        yield server


@pytest.fixture
def morning(open_desk: Opens, server: MailServer) -> ScenarioDesk:
    return open_desk(MONDAY_AT_NINE, smtp_url=server.url, mailboxes=MAILBOXES, mail=NO_RECEIPTS)


@pytest.fixture
def night(open_desk: Opens, server: MailServer) -> ScenarioDesk:
    return open_desk(SATURDAY_NIGHT, smtp_url=server.url, mailboxes=MAILBOXES, mail=NO_RECEIPTS)


def writes(desk: ScenarioDesk, mailbox: str = "support", subject: str = "No mail since noon", **more: Any) -> None:
    mail = parsed(subject, "Nothing arrives.\nPlease help.", **{"message_id": "m1@acme.example", **more})
    raw, service = f"mail {next(NUMBERS)}".encode(), desk.service
    receive(service.database, service.desk, Folder(service.settings.media_dir), mailbox, raw, mail, desk.now, desk.now)
    desk.scenario.settle()


def does(desk: ScenarioDesk, act: Act, who: str = "Amy Roy") -> str:
    callback_id = desk.callback.id

    def work(session: Session) -> str:
        by = technician_by(technician_named(session, who), Via.LINK)
        return perform(session, desk.service.desk, callback_id, act, by, desk.now).english

    answer = desk.service.database.write(work)
    desk.scenario.settle()
    return answer


def to_customers(server: MailServer) -> list[EmailMessage]:
    mails = [message_from_bytes(each, policy=policy.default) for each in server.mails]
    return [mail for mail in mails if mail["To"] == BOB]


def replies(desk: ScenarioDesk) -> list[CustomerMessage]:
    query = select(CustomerMessage).order_by(CustomerMessage.id)
    return desk.service.database.read(lambda session: list(session.scalars(query)))


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def report(desk: ScenarioDesk) -> dict[str, Any]:
    since = desk.now - timedelta(days=1)
    return as_data(summary(desk.service.database, desk.service.desk.zone, since, desk.now))


def test_a_mail_at_nine_is_answered_and_the_promise_is_kept_and_proven(
    morning: ScenarioDesk, server: MailServer
) -> None:
    writes(morning)
    amy = morning.phone_of("Amy")
    amy.reads("mail from")
    morning.scenario.minutes_pass(0.3)
    link = Link(morning)
    shown = link.opens()
    assert "Nothing arrives." in shown
    assert f"Reply to {BOB}" in shown
    page = link.does("reply", reply="Please restart the connector.\r\nSee https://desk.example/help?a=1&b=2.")
    assert "is being sent" in page
    assert "Please restart the connector." in page
    assert "reply by Amy Roy (sent)" in page
    (mail,) = to_customers(server)
    reference = morning.callback.reference
    assert mail["Subject"] == f"Re: [{reference}] No mail since noon"
    assert (mail["In-Reply-To"], mail["References"]) == ("<m1@acme.example>", "<m1@acme.example>")
    assert (mail["Reply-To"], mail["From"]) == ("support@desk.example", "desk@desk.example")
    assert (mail["Auto-Submitted"], mail["X-Nightdesk"]) == (None, "desk.example")
    assert plain(mail).splitlines() == ["Please restart the connector.", "See https://desk.example/help?a=1&b=2."]
    (reply,) = replies(morning)
    assert mail["Message-ID"] == f"<{reply.message_id}>"
    assert reply.message_id.endswith("@desk.example")
    (attempt,) = morning.attempts()
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.REPLIED, AttemptProof.MAIL)
    callback = morning.callback
    assert callback.owner is not None
    assert callback.owner.name == "Amy Roy"
    assert callback.attempted_at is not None
    assert callback.attempted_at <= callback.due_at
    assert callback.breached_at is None
    morning.scenario.minutes_pass(60)
    found = report(morning)
    assert (found["kept"], found["proven"], found["by_word"]) == (1, 1, 0)
    amy.resolves()
    morning.scenario.ignore_so_far()


def test_a_mail_server_that_is_away_is_tried_again_and_nothing_counts_until_it_takes_the_reply(
    night: ScenarioDesk, server: MailServer
) -> None:
    writes(night, "emergency")
    amy = night.phone_of("Amy")
    amy.reads("mail from")
    server.answer = LATER
    does(night, ReplyByMail("Restart it."))
    night.scenario.minutes_pass(15)
    (reply,) = replies(night)
    assert reply.state is CustomerMessageState.DUE
    assert reply.tries > 3
    assert not night.attempts()
    assert awaits_attempt(night.callback)
    amy.reads("reminder", "nothing is on record")  # an owner is reminded until there is an attempt
    server.answer = TAKES_IT
    night.scenario.minutes_pass(6)
    assert len(to_customers(server)) == 1
    assert to_customers(server)[0]["Message-ID"] == f"<{reply.message_id}>"
    assert [attempt.proof for attempt in night.attempts()] == [AttemptProof.MAIL]
    attempted_at = night.callback.attempted_at
    assert attempted_at is not None
    assert attempted_at > reply.created_at + timedelta(minutes=15)
    assert night.callback.breached_at is None
    night.scenario.ignore_so_far()


def test_a_reply_that_is_refused_is_no_response_and_the_owner_is_told(night: ScenarioDesk, server: MailServer) -> None:
    writes(night, "emergency")
    night.phone_of("Amy").reads("mail from")
    server.answer = NO_SUCH_USER
    does(night, ReplyByMail("Restart it."))
    assert [reply.state for reply in replies(night)] == [CustomerMessageState.FAILED]
    night.phone_of("Amy").reads(f"the reply by mail to {BOB}", "was not sent", "550", "Reach them another way.")
    assert night.log_says("could not send the reply by mail")
    assert not night.attempts()
    night.scenario.minutes_pass(31)
    assert night.callback.breached_at == night.callback.due_at
    assert server.mails == []
    night.scenario.ignore_so_far()


REPORT = """\
From: MAILER-DAEMON@mx.desk.example (Mail Delivery System)
To: desk@desk.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-{number}@mx.desk.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

The mail to {recipient} could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.desk.example

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}

--b
Content-Type: text/rfc822-headers

From: desk@desk.example
Message-ID: {message_id}
--b--
"""


def reports(desk: ScenarioDesk, message_id: str, *, action: str = "failed", recipient: str = BOB) -> None:
    """A mail server reports what became of a reply, to the address that our mails come from."""
    status = "5.1.1" if action == "failed" else "4.4.1"
    fields = {"number": next(NUMBERS), "action": action, "status": status, "recipient": recipient}
    raw, service = REPORT.format(message_id=message_id, **fields).replace("\n", "\r\n").encode(), desk.service
    take = taker(service.settings, service.desk, service.database, service.clock)
    assert take("support", raw, desk.now).outcome is Outcome.STORED
    desk.scenario.settle()


def test_a_reply_that_comes_back_is_no_response_and_it_escalates_again(night: ScenarioDesk, server: MailServer) -> None:
    writes(night, "emergency")
    night.phone_of("Amy").reads("mail from")
    does(night, ReplyByMail("Restart it."))
    assert not awaits_attempt(night.callback)
    (mail,) = to_customers(server)
    night.scenario.minutes_pass(2)
    reports(night, mail["Message-ID"], action="delayed")
    reports(night, "<reply-0123456789abcdef@desk.example>", recipient="jane@acme.example")
    reports(night, mail["Message-ID"], recipient="jane@acme.example")
    night.phone_of("Amy").reads(f"our mail to {BOB}", "did not arrive")
    assert not awaits_attempt(night.callback)
    reports(night, mail["Message-ID"])
    night.phone_of("Amy").reads(
        f"your reply to {BOB} about {night.callback.reference} came back (Undelivered Mail Returned",
        "so it does not count. Reach them another way by 10:42 p.m.",
    )
    assert awaits_attempt(night.callback)
    assert night.log_says("returned the reply, so it is no attempt")
    reports(night, mail["Message-ID"])
    amy = night.phone_of("Amy")
    amy.reads("reminder", "nothing is on record", within=timedelta(minutes=11))
    night.scenario.minutes_pass(20)
    assert night.callback.breached_at == night.callback.due_at
    assert {"Ben Cole", "Cleo Martin"} <= {page.technician.name for page in night.pages()}
    found = report(night)
    assert (found["kept"], found["missed"], found["proven"]) == (0, 1, 0)
    night.scenario.ignore_so_far()


def test_after_a_day_without_a_mail_server_owner_and_supervisors_are_told(
    night: ScenarioDesk, server: MailServer
) -> None:
    writes(night, "emergency")
    night.phone_of("Amy").reads("mail from")
    server.answer = LATER
    does(night, ReplyByMail("Restart it."))
    night.scenario.ignore_so_far()
    night.clock_moves_to("2026-11-29T22:13")
    night.scenario.minutes_pass(6)
    assert [reply.state for reply in replies(night)] == [CustomerMessageState.FAILED]
    told = [page.words for page in night.pages() if "no mail server took it for 24 hours" in page.words]
    people = {page.technician.name for page in night.pages() if "no mail server took it" in page.words}
    assert told
    assert people == {"Amy Roy", "Sue Tran"}
    night.scenario.ignore_so_far()


def test_a_reply_to_a_voicemail_is_noted_and_is_no_attempt(night: ScenarioDesk, server: MailServer) -> None:
    night.leaves_a_message()
    night.phone_of("Amy").reads("call (514) 555-0199 back")
    with pytest.raises(Refused, match="No email address is known"):
        does(night, ReplyByMail("Restart it."))
    writes(night, subject=f"[{night.callback.reference}] my voicemail", thread=())
    night.scenario.ignore_so_far()
    if len(night.callbacks()) > 1:  # nothing ties an unknown address to a phone call
        _joins(night)
    assert "does not count as an attempt" in _reply_to_first(night)
    assert len(to_customers(server)) == 1
    assert night.log_says("sent the reply by mail")
    assert not night.attempts()
    first = night.callbacks()[0]
    assert (first.state, first.attempted_at) == (CallbackState.OPEN, None)
    night.scenario.ignore_so_far()


def _joins(desk: ScenarioDesk) -> None:
    """The customer of the voicemail has the address that wrote."""

    def work(session: Session) -> None:
        first = session.scalars(select(Callback).order_by(Callback.id)).unique().first()
        assert first is not None
        first.contact.caller = BOB

    desk.service.database.write(work)


def _reply_to_first(desk: ScenarioDesk) -> str:
    first = desk.callbacks()[0]

    def work(session: Session) -> str:
        by = technician_by(technician_named(session, "Amy Roy"), Via.LINK)
        return perform(session, desk.service.desk, first.id, ReplyByMail("Restart it."), by, desk.now).english

    answer = desk.service.database.write(work)
    desk.scenario.settle()
    return answer


def test_then_the_desk_waits_for_the_answer_from_the_time_the_reply_is_sent(
    morning: ScenarioDesk, server: MailServer
) -> None:
    writes(morning)
    morning.phone_of("Amy").reads("mail from")
    server.answer = LATER
    does(morning, ReplyByMail("Which version is it?", awaits_answer=True))
    assert not _waits(morning)
    server.answer = TAKES_IT
    morning.scenario.minutes_pass(6)
    (wait,) = _waits(morning)
    assert (wait.since, wait.until) == (morning.callback.attempted_at, None)
    assert morning.log_says("for an answer to the reply by mail")
    writes(morning, subject="Re: version", message_id="m2@acme.example", thread=(replies(morning)[0].message_id,))
    assert morning.callback.state is CallbackState.OPEN
    morning.scenario.minutes_pass(1)
    (wait,) = _waits(morning)
    assert wait.until is not None
    morning.scenario.ignore_so_far()


def _waits(desk: ScenarioDesk) -> list[Waiting]:
    return desk.service.database.read(lambda session: list(session.scalars(select(Waiting))))


def test_a_customer_who_writes_in_french_is_answered_in_a_mail_marked_as_french(
    morning: ScenarioDesk, server: MailServer
) -> None:
    writes(morning, subject="Plus de courriel", language="fr")
    morning.phone_of("Amy").reads("mail from")
    does(morning, ReplyByMail("Redémarrez-le, s'il vous plaît."))
    (mail,) = to_customers(server)
    html = mail.get_body(("html",))
    assert html is not None
    assert '<html lang="fr">' in html.get_content()
    assert "Redémarrez-le" in html.get_content()
    assert "http" not in html.get_content()
    assert mail["Subject"].endswith("Plus de courriel")
    morning.scenario.ignore_so_far()
