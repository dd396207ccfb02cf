"""The outbox of messages to customers: what is sent, what is not, and what a refusal, a lost answer or a crash does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.leases import Claim
from callbacks.db.states import (
    AttemptProof,
    CarrierStatus,
    Channel,
    CustomerMessageKind,
    CustomerMessageState,
    MailKind,
    PageKind,
    PageState,
    ReachOutcome,
)
from callbacks.db.tables import CustomerMessage, Mail, MailMessage, Page, ReachAttempt
from callbacks.desk.desk_file import Desk
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import note_attempt
from callbacks.links import Links
from callbacks.paging import outages
from callbacks.paging.channels.mail import Email, Mailer, WrittenBy
from callbacks.paging.channels.twilio import Accepted, Carrier
from callbacks.paging.customer_messages import Heading, Recipient, Writer, opt_out, write_message
from callbacks.paging.customer_outbox import LOST_AFTER, WORTH_READING_FOR, CustomerOutbox, CustomerRequest
from callbacks.paging.customer_reports import take_customer_report
from callbacks.paging.sending import LEASE, LOOK_UP_AFTER
from callbacks.paging.status_reports import StatusReport
from callbacks.paging.webhook_urls import WebhookUrls
from callbacks.people.technicians import technician_named
from callbacks.settings import Settings
from sla.clock import MovingClock
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk

LEA, LANDLINE_ABROAD = "+15145550123", "+442079460000"
LOST = CarrierError("The carrier's answer was lost: ReadTimeout.", lost=True)
BUSY = CarrierError("The carrier asks us to slow down.", code=20429)
AWAY = CarrierError("The mail server did not answer: ConnectionRefusedError.")
STOPPED = CarrierError("The carrier refused it: this person sent STOP (21610).", code=21610, permanent=True)
NO_TEXTS = CarrierError("The carrier refused it: this number cannot receive texts (21614).", code=21614, permanent=True)


class Crash(BaseException):
    """The worker dies."""


class OneCarrier(Carrier):
    """A carrier that keeps every text it accepts, and fails before or after that when told to."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.texts: list[tuple[str, str, str]] = []  # SID, number, words
        self.looked_up = 0
        self.before: list[BaseException | None] = []
        self.after: list[BaseException | None] = []
        self.look_up_fails: CarrierError | None = None
        self.urls: list[str] = []

    def send_text(self, to: str, words: str, status_url: str | None = None) -> Accepted:
        _raise_next(self.before)
        self.texts.append((f"SM{len(self.texts)}", to, words))
        self.urls.append(status_url or "")
        _raise_next(self.after)
        return Accepted(self.texts[-1][0], CarrierStatus.QUEUED)

    def find_texts(self, to: str, words: str, since: datetime) -> Iterator[Accepted]:
        self.looked_up += 1
        if self.look_up_fails is not None:
            raise self.look_up_fails
        yield from (Accepted(sid, CarrierStatus.SENT) for sid, *same in self.texts if same == [to, words])


def _raise_next(faults: list[BaseException | None]) -> None:
    fault = faults.pop(0) if faults else None
    if fault is not None:
        raise fault


@dataclass(frozen=True)
class KeptMail(Mailer):
    url: str = "smtp://mail.test"
    sender: str = "desk@example.com"
    sent: list[Email] = field(default_factory=list)
    asked: list[Email] = field(default_factory=list)
    faults: list[BaseException | None] = field(default_factory=list)

    def send(self, email: Email) -> Accepted:
        self.asked.append(email)
        _raise_next(self.faults)
        self.sent.append(email)
        return Accepted(email.id, CarrierStatus.SENT)


class Post:
    """The outbox on a moving clock, with no page waiting."""

    def __init__(self, desk: PagingDesk, rules: Desk = DESK) -> None:
        self.desk, self.database = desk, desk.database
        self.clock, self.carrier, self.mailer = MovingClock(BEGAN), OneCarrier(), KeptMail()
        urls = WebhookUrls("https://desk.test")
        links = Links("x" * 32, "https://desk.test", self.clock)
        self.outbox = CustomerOutbox(self.database, self.carrier, self.mailer, urls, links, rules, self.clock)
        sent = update(Page).values(state=PageState.SENT, next_action_at=None)
        self.database.write(lambda session: session.execute(sent))
        self.database.write(lambda session: session.execute(delete(CustomerMessage)))  # the receipt of the callback

    def writes(
        self,
        occasion: str = "CA1",
        to: str = LEA,
        kind: CustomerMessageKind = CustomerMessageKind.RECEIPT,
        channel: Channel = Channel.TEXT,
        words: str = "Desk: noted.",
    ) -> None:
        callback_id, now = self.desk.callback.id, self.clock.now()
        to_whom = Recipient(channel, to, "en")
        self.database.write(
            lambda session: write_message(session, kind, occasion, to_whom, words, now, callback_id=callback_id)
        )

    def sends(self) -> int:
        """Send what is due now, and return how many were claimed."""
        count = 0
        while (claim := self.outbox.claim()) is not None:
            self.outbox.deliver(claim)
            count += 1
        return count

    def sends_after(self, span: timedelta) -> int:
        self.clock.pass_time(span)
        return self.sends()

    def messages(self) -> list[CustomerMessage]:
        query = select(CustomerMessage).order_by(CustomerMessage.id)
        return self.database.read(lambda session: list(session.scalars(query)))

    @property
    def only(self) -> CustomerMessage:
        (message,) = self.messages()
        return message


@pytest.fixture
def post(desk: PagingDesk) -> Post:
    return Post(desk)


def test_a_text_is_sent_once_and_logged(post: Post) -> None:
    post.writes()
    assert post.outbox.next_due_at() == BEGAN
    assert [post.sends(), post.sends()] == [1, 0]
    assert post.carrier.texts == [("SM0", LEA, "Desk: noted.")]
    assert post.carrier.urls == [f"https://desk.test/sms/status?message={post.only.id}"]
    assert (post.only.state, post.only.sid, post.only.next_action_at) == (CustomerMessageState.SENT, "SM0", None)
    assert post.desk.events(EventKind.CUSTOMER_NOTIFIED) == ["Desk: noted."]


def test_a_mail_has_its_first_line_as_its_subject_and_one_id(post: Post) -> None:
    post.writes(to="lea@example.com", channel=Channel.MAIL, words="It is over\n\nMail flows again.")
    assert post.sends() == 1
    (mail,) = post.mailer.sent
    assert (mail.to, mail.subject, mail.words) == ("lea@example.com", "It is over", "Mail flows again.")
    assert mail.id == f"customer-{post.only.id}"


def test_a_mail_with_a_heading_is_sent_with_it(post: Post) -> None:
    heading, to = Heading("[KT-417] Re: No mail", "ours@desk.example", "1@acme.example"), "bob@acme.example"
    recipient, kind = Recipient(Channel.MAIL, to, "en"), CustomerMessageKind.RECEIPT
    words = "We got your email.\nIt is KT-417."
    post.database.write(
        lambda session: write_message(session, kind, "callback 1", recipient, words, BEGAN, heading=heading)
    )
    assert post.sends() == 1
    (mail,) = post.mailer.sent
    assert (mail.subject, mail.words) == (heading.subject, words)
    assert (mail.message_id, mail.in_reply_to, mail.reply_to) == (heading.message_id, heading.in_reply_to, "")


@pytest.mark.parametrize("fault", [STOPPED, NO_TEXTS])
def test_a_refusal_for_good_ends_it(post: Post, fault: CarrierError) -> None:
    post.carrier.before = [fault]
    post.writes()
    assert [post.sends(), post.sends_after(timedelta(minutes=30))] == [1, 0]
    assert (post.only.state, post.only.error_code) == (CustomerMessageState.FAILED, fault.code)
    assert post.desk.events(EventKind.CUSTOMER_NOT_NOTIFIED) == [str(fault)]


def test_a_number_that_takes_no_texts_is_not_asked_again_but_whoever_sent_stop_may_have_sent_start(post: Post) -> None:
    post.carrier.before = [NO_TEXTS, STOPPED]
    post.writes()
    post.sends()
    post.writes("CA2")
    post.writes("CA3", CUSTOMER_2)
    post.sends()
    post.writes("CA4", CUSTOMER_2)
    post.sends()
    assert [message.state.value for message in post.messages()] == ["failed", "cancelled", "failed", "sent"]


CUSTOMER_2 = "+15145550124"


def test_a_refusal_that_passes_is_tried_again_after_a_pause_that_grows(post: Post) -> None:
    post.carrier.before = [BUSY, BUSY]
    post.writes()
    assert [post.sends(), post.sends_after(timedelta(seconds=14)), post.sends_after(timedelta(seconds=1))] == [1, 0, 1]
    assert [post.sends_after(timedelta(seconds=29)), post.sends_after(timedelta(seconds=1))] == [0, 1]
    assert (post.only.state, post.only.tries, len(post.carrier.texts)) == (CustomerMessageState.SENT, 3, 1)


def test_after_a_lost_answer_the_carrier_is_asked_and_its_text_adopted(post: Post) -> None:
    post.carrier.after = [LOST]
    post.writes()
    post.sends()
    assert post.only.state is CustomerMessageState.DUE
    post.sends_after(LOOK_UP_AFTER)
    assert (post.only.state, post.only.sid) == (CustomerMessageState.SENT, "SM0")
    assert (post.carrier.looked_up, len(post.carrier.texts)) == (1, 1)


def test_a_text_with_the_same_words_that_is_another_message_is_not_adopted(post: Post) -> None:
    post.writes("CA1")
    post.sends()
    post.carrier.before = [LOST]
    post.writes("CA2")
    post.sends()
    post.sends_after(LOOK_UP_AFTER)
    assert [message.sid for message in post.messages()] == ["SM0", None]


def test_what_the_carrier_does_not_know_is_sent_again_but_not_soon(post: Post) -> None:
    post.carrier.before = [LOST]
    post.writes()
    post.sends()
    for _ in range(int(LOST_AFTER / LOOK_UP_AFTER) - 1):
        post.sends_after(LOOK_UP_AFTER)
    assert post.carrier.texts == []
    post.sends_after(LOOK_UP_AFTER)
    assert len(post.carrier.texts) == 1


def test_while_the_carrier_cannot_be_asked_nothing_is_sent_again(post: Post) -> None:
    post.carrier.after, post.carrier.look_up_fails = [LOST], LOST
    post.writes()
    post.sends()
    for _ in range(40):
        post.sends_after(timedelta(seconds=30))
    assert len(post.carrier.texts) == 1
    post.carrier.look_up_fails = None
    post.sends_after(timedelta(minutes=5))
    assert post.only.state is CustomerMessageState.SENT


def test_a_worker_that_was_held_up_past_its_lease_does_not_send(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    post.writes()
    claim = post.outbox.claim()
    assert claim is not None
    prepare = post.outbox._prepare

    def frozen(session: Session, claimed: Claim[CustomerMessage]) -> CustomerRequest | None:
        request = prepare(session, claimed)
        post.clock.pass_time(LEASE + timedelta(seconds=1))
        return request

    monkeypatch.setattr(post.outbox, "_prepare", frozen)
    post.outbox.deliver(claim)
    assert post.carrier.texts == []


def test_an_answer_that_comes_after_the_claim_was_lost_changes_nothing(post: Post) -> None:
    post.writes()
    first = post.outbox.claim()
    assert first is not None
    post.clock.pass_time(LEASE)
    second = post.outbox.claim()
    assert second is not None
    post.outbox.deliver(first)
    assert post.carrier.texts == []
    post.outbox.deliver(second)
    assert len(post.carrier.texts) == 1


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    faults=st.lists(st.sampled_from(["before", "after", "crash before", "crash after", "busy", "fine"]), max_size=5),
    report=st.booleans(),
)
def test_however_workers_die_and_answers_are_lost_a_text_is_never_doubled(
    desk: PagingDesk, faults: list[str], report: bool
) -> None:
    post = Post(desk)
    failing = {"before": LOST, "crash before": Crash(), "busy": BUSY}
    post.carrier.before = [failing.get(fault) for fault in faults]
    post.carrier.after = [
        {"after": LOST, "crash after": Crash()}.get(fault) for fault in faults if fault not in failing
    ]
    post.writes()
    for _ in range(30):
        claim = post.outbox.claim()
        if claim is not None:
            _until_it_dies(post, claim)
        if report and post.carrier.texts:
            message_id, news = post.only.id, StatusReport(0, post.carrier.texts[0][0], CarrierStatus.DELIVERED)
            post.database.write(lambda s, i=message_id, n=news: take_customer_report(s, i, n, post.clock.now()))  # type: ignore[misc]
        post.clock.pass_time(timedelta(seconds=10))
    assert len(post.carrier.texts) <= 1
    assert (post.only.state is CustomerMessageState.SENT) is (len(post.carrier.texts) == 1)


def _until_it_dies(post: Post, claim: Claim[CustomerMessage]) -> None:
    try:
        post.outbox.deliver(claim)
    except Crash:
        return


# What is not sent


def test_while_a_page_is_due_no_text_to_a_customer_is_claimed(post: Post) -> None:
    post.writes()
    due = update(Page).values(state=PageState.DUE, next_action_at=BEGAN)
    post.database.write(lambda session: session.execute(due))
    assert post.outbox.claim() is None
    post.database.write(lambda session: session.execute(update(Page).values(state=PageState.SENT)))
    assert post.sends() == 1


def test_while_the_carrier_refuses_texts_they_wait(post: Post) -> None:
    post.writes()
    post.database.write(lambda session: outages.begin(session, Channel.TEXT, BEGAN))
    post.sends()
    assert (post.carrier.texts, post.only.state) == ([], CustomerMessageState.DUE)
    post.database.write(lambda session: outages.end(session, Channel.TEXT, BEGAN))
    post.sends_after(timedelta(minutes=1))
    assert len(post.carrier.texts) == 1


@pytest.mark.parametrize("kind", list(CustomerMessageKind))
def test_old_news_is_dropped(post: Post, kind: CustomerMessageKind) -> None:
    post.writes(kind=kind)
    post.sends_after(WORTH_READING_FOR[kind] + timedelta(seconds=1))
    assert (post.carrier.texts, post.only.error) == ([], "It could not be sent in time.")


def test_a_receipt_is_dropped_once_the_customer_was_called(post: Post) -> None:
    post.writes()
    later = BEGAN + timedelta(seconds=5)
    post.desk.write(lambda session, cb: note_attempt(session, cb, technician_named(session, "Amy Roy"), later))
    post.sends_after(timedelta(seconds=10))
    assert (post.carrier.texts, post.only.error) == ([], "It is no longer true.")


@pytest.mark.parametrize("number", [LANDLINE_ABROAD, "+18005550199", "+15148458474", "+15145550101", "anonymous"])
def test_right_before_the_carrier_each_number_is_checked_again(post: Post, number: str) -> None:
    post.writes(to=number)
    post.sends()
    assert (post.carrier.texts, post.only.state) == ([], CustomerMessageState.CANCELLED)


def test_whoever_sent_stop_gets_none(post: Post) -> None:
    post.writes()
    post.database.write(lambda session: opt_out(session, LEA, BEGAN))
    assert post.only.state is CustomerMessageState.CANCELLED
    post.writes("CA2")
    post.sends()
    assert post.carrier.texts == []


def test_one_number_gets_so_many_a_day(post: Post) -> None:
    for count in range(DESK.limits.texts_to_customer_a_day + 1):
        post.writes(f"CA{count}")
        post.sends()
    post.writes("CA99", CUSTOMER_2)
    post.sends()
    assert [text[1] for text in post.carrier.texts].count(LEA) == DESK.limits.texts_to_customer_a_day
    assert post.carrier.texts[-1][1] == CUSTOMER_2
    post.clock.pass_time(timedelta(days=1))
    post.writes("CA100")
    assert post.sends() == 1


def test_the_desk_sends_so_many_a_day_notices_apart_and_supervisors_hear_of_it(desk: PagingDesk) -> None:
    limits = DESK.limits.model_copy(update={"texts_to_customers_a_day": 2})
    post = Post(desk, DESK.model_copy(update={"limits": limits}))
    for count in range(3):
        post.writes(f"CA{count}", f"+1514555013{count}")
    post.sends()
    assert len(post.carrier.texts) == 2
    assert len(desk.alerts()) == 1
    assert "the daily cap on texts to customers is reached" in desk.alerts()[0]
    post.database.write(lambda session: session.execute(update(Page).values(state=PageState.SENT)))
    post.writes("update 1", "+15145550140", CustomerMessageKind.NOTICE)
    post.sends()
    assert len(post.carrier.texts) == 3


def test_no_more_than_the_sender_can_carry_goes_out_in_a_minute_and_notices_go_last(desk: PagingDesk) -> None:
    limits = DESK.limits.model_copy(update={"texts_to_customers_a_minute": 2})
    post = Post(desk, DESK.model_copy(update={"limits": limits}))
    post.writes("update 1", "+15145550140", CustomerMessageKind.NOTICE)
    for count in range(2):
        post.writes(f"CA{count}", f"+1514555013{count}")
    assert post.sends() == 2
    assert "+15145550140" not in [text[1] for text in post.carrier.texts]
    assert [post.sends(), post.sends_after(timedelta(minutes=1))] == [0, 1]


def test_two_workers_send_one_message_once(database: Database, desk: PagingDesk) -> None:
    post = Post(desk)
    post.writes()
    claims = [post.outbox.claim(), post.outbox.claim()]
    assert [claim is not None for claim in claims] == [True, False]


# Replies of people by mail

BOB = "bob@acme.example"


def replies(post: Post, words: str = "Restart it.", *, by_mail: bool = True) -> None:
    """Amy replies to the customer of the callback, which came by mail or by phone."""
    now = post.clock.now()

    def work(session: Session) -> None:
        callback = post.desk._first(session)
        if by_mail:
            contact = Mail(sid="ML1", line="", mailbox="support", caller=BOB, began_at=BEGAN, is_open=False)
            session.add(contact)
            session.flush()
            thread = MailMessage(
                mailbox="support", digest="1", received_at=BEGAN, sender=BOB, kind=MailKind.MESSAGE, size=9
            )
            thread.message_id, thread.thread, thread.contact_sid = "b@acme.example", "a2@x.test\na1@x.test", "ML1"
            session.add(thread)
            callback.contact = contact
        writer = Writer("Amy Roy", technician_named(session, "Amy Roy").id)
        to, heading = Recipient(Channel.MAIL, BOB, "fr"), Heading("Re: [KT-417] Help", in_reply_to="b@acme.example")
        kind = CustomerMessageKind.REPLY
        write_message(session, kind, "reply 1", to, words, now, callback_id=callback.id, heading=heading, writer=writer)

    post.database.write(work)


def attempts(post: Post) -> list[ReachAttempt]:
    return post.database.read(lambda session: list(session.scalars(select(ReachAttempt))))


def test_a_reply_is_a_persons_mail_in_the_thread(post: Post) -> None:
    replies(post)
    assert post.sends() == 1
    (mail,) = post.mailer.sent
    assert (mail.to, mail.subject, mail.words, mail.language) == (BOB, "Re: [KT-417] Help", "Restart it.", "fr")
    assert (mail.in_reply_to, mail.references) == ("b@acme.example", ("a1@x.test", "a2@x.test"))
    assert mail.written_by is WrittenBy.PERSON
    assert mail.message_id == post.only.message_id
    assert mail.message_id.endswith("@example.com")
    assert post.only.state is CustomerMessageState.SENT
    assert post.desk.events(EventKind.REPLY_SENT) == [f"to {BOB}"]


@pytest.mark.parametrize("answered", ["b@acme.example", ""])
def test_a_receipt_is_an_automatic_answer_with_its_time_in_bold(post: Post, answered: str) -> None:
    """Also to a mail that had no message ID."""
    now, callback = post.clock.now(), post.desk.callback
    heading, to = Heading("[KT-417] Re: Help", in_reply_to=answered), Recipient(Channel.MAIL, BOB, "en")
    kind = CustomerMessageKind.RECEIPT
    post.database.write(
        lambda session: write_message(session, kind, "1", to, "Noted.", now, callback_id=callback.id, heading=heading)
    )
    post.sends()
    (mail,) = post.mailer.sent
    assert (mail.written_by, mail.in_reply_to) == (WrittenBy.DESK_IN_REPLY, answered)
    assert (mail.desk, mail.important) == (DESK.company.sender, ("10:42 p.m. Eastern time",))


def test_it_is_an_attempt_when_the_mail_server_takes_it_for_what_came_by_mail_only(post: Post) -> None:
    replies(post)
    post.clock.pass_time(timedelta(minutes=3))
    post.sends()
    (attempt,) = attempts(post)
    assert (attempt.outcome, attempt.proof, attempt.rang_at) == (
        ReachOutcome.REPLIED,
        AttemptProof.MAIL,
        BEGAN + timedelta(minutes=3),
    )
    assert post.desk.callback.attempted_at == BEGAN + timedelta(minutes=3)


def test_a_reply_to_a_caller_is_no_attempt(post: Post) -> None:
    replies(post, by_mail=False)
    post.sends()
    assert post.only.state is CustomerMessageState.SENT
    assert (attempts(post), post.desk.callback.attempted_at) == ([], None)


def test_a_reply_waits_for_no_page_and_no_limit(post: Post) -> None:
    post.writes()
    replies(post, by_mail=False)
    post.desk.write(lambda session, _: session.execute(update(Page).values(state=PageState.DUE, next_action_at=BEGAN)))
    assert post.sends() == 1
    assert [message.state.value for message in post.messages()] == ["due", "sent"]


def test_a_reply_has_one_message_id_however_often_it_is_sent(post: Post) -> None:
    replies(post)
    post.mailer.faults[:] = [AWAY, AWAY]
    post.sends()
    assert (post.only.state, attempts(post)) == (CustomerMessageState.DUE, [])
    before = post.only.message_id
    assert post.sends_after(timedelta(minutes=1)) == 1
    assert post.sends_after(timedelta(minutes=2)) == 1
    assert [mail.message_id for mail in post.mailer.asked] == [before] * 3


def test_a_mail_whose_answer_is_lost_is_sent_again_as_the_same_mail(post: Post) -> None:
    replies(post)
    post.mailer.faults[:] = [CarrierError("The worker was held up.", lost=True)]
    post.sends()
    assert (post.only.state, attempts(post)) == (CustomerMessageState.DUE, [])
    post.sends_after(timedelta(seconds=6))  # a mail server cannot be asked, so there is nothing to wait for
    assert [mail.message_id for mail in post.mailer.asked] == [post.only.message_id] * 2
    assert (post.only.state, len(attempts(post))) == (CustomerMessageState.SENT, 1)


def test_a_refusal_for_good_is_told_to_the_owner_at_once(post: Post) -> None:
    replies(post)
    post.mailer.faults[:] = [CarrierError("The mail server refused this address: no (550).", code=550, permanent=True)]
    post.sends()
    assert (post.only.state, attempts(post)) == (CustomerMessageState.FAILED, [])
    assert post.desk.events(EventKind.REPLY_NOT_SENT) == [f"to {BOB}: the mail server refused it: 550"]
    (page,) = post.desk.pages(PageKind.MAIL_RETURNED)
    assert page.technician.name == "Amy Roy"
    assert not post.desk.pages(PageKind.ALARM)


def test_after_a_day_the_owner_and_the_supervisors_are_told(post: Post) -> None:
    replies(post)
    post.mailer.faults[:] = [AWAY]
    post.sends()
    post.sends_after(timedelta(hours=24, seconds=1))
    assert post.only.state is CustomerMessageState.FAILED
    assert "did not answer" in post.only.error
    told = post.desk.pages(PageKind.MAIL_RETURNED, PageKind.ALARM)
    assert {page.technician.name for page in told} == {"Amy Roy", "Sue Tran"}
    assert len(post.mailer.asked) == 1
