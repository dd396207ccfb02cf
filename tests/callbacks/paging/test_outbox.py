"""The outbox: what is sent, in which order, and what an answer, a refusal or a lost answer leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptState,
    CallbackState,
    CarrierStatus,
    Channel,
    PageKind,
    PageState,
    VoicemailState,
)
from callbacks.db.tables import Callback, Page, PageAttempt, Technician, Voicemail
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import note_attempt, set_owner
from callbacks.links import PAGE_LINK_LASTS, Links, PageLink
from callbacks.paging import outages, throttle
from callbacks.paging.alerts import add_alert
from callbacks.paging.channels.mail import Email, Mailer
from callbacks.paging.channels.twilio import Accepted, Carrier
from callbacks.paging.outbox import Outbox
from callbacks.paging.pages import add_page
from callbacks.paging.sending import LEASE, LOOK_UP_AFTER, LOST_AFTER
from callbacks.paging.throttle import Traffic
from callbacks.paging.webhook_urls import WebhookUrls
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from callbacks.settings import Settings
from sla.clock import MovingClock
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

AMY = "+15145550101"
REFUSED = CarrierError("The carrier asks us to slow down.", code=20429)
NO_SUCH_NUMBER = CarrierError("The carrier refused it: no such number (30005).", code=30005, permanent=True)
NOT_THIS_COUNTRY = CarrierError("The carrier refused it: may not text this country (21408).", code=21408)
ACCOUNT = CarrierError("The carrier refused it: not accepted (20003).", code=20003)
LOST = CarrierError("The carrier's answer was lost: ReadTimeout.", lost=True)


class ScriptedCarrier(Carrier):
    """A carrier that notes what is asked of it, and fails when told to."""

    def __init__(self) -> None:
        super().__init__(Settings("https://desk.test", "AC1", "token", "+15145550100", "secret"))
        self.asked: list[tuple[str, ...]] = []
        self.fails_with: CarrierError | None = None
        self.knows: list[Accepted] = []

    def _answer(self, *asked: str) -> Accepted:
        self.asked.append(asked)
        if self.fails_with is not None:
            raise self.fails_with
        return Accepted(f"SM{len(self.asked)}", CarrierStatus.QUEUED)

    def send_text(self, to: str, words: str, status_url: str | None = None) -> Accepted:
        return self._answer("text", to, words, status_url or "")

    def place_call(
        self, to: str, from_: str, url: str, status_url: str, ring_timeout: timedelta = timedelta(0)
    ) -> Accepted:
        return self._answer("call", to, from_, url, status_url)

    def find_text(self, to: str, words: str, since: datetime) -> Accepted | None:
        self._answer("find text", to, words)
        return next(iter(self.knows), None)

    def find_calls(self, to: str, since: datetime) -> list[Accepted]:
        self._answer("find calls", to)
        return self.knows


@dataclass(frozen=True)
class KeptMail(Mailer):
    """A mail server that keeps what it is given."""

    url: str = "smtp://mail.test"
    sender: str = "desk@example.com"
    sent: list[Email] = field(default_factory=list)
    faults: list[CarrierError] = field(default_factory=list)

    def send(self, email: Email) -> Accepted:
        self.sent.append(email)
        if self.faults:
            raise self.faults.pop(0)
        return Accepted(email.id, CarrierStatus.SENT)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(BEGAN)


@pytest.fixture
def carrier() -> ScriptedCarrier:
    return ScriptedCarrier()


@pytest.fixture
def mailer() -> KeptMail:
    return KeptMail()


@pytest.fixture
def outbox(desk: PagingDesk, carrier: ScriptedCarrier, mailer: KeptMail, clock: MovingClock) -> Outbox:
    links = Links("x" * 32, "https://desk.test", clock)
    return Outbox(desk.database, carrier, mailer, WebhookUrls("https://desk.test"), links, DESK, clock)


def send_due(outbox: Outbox, limit: int = 10) -> int:
    claims = outbox.claim(limit)
    for claim in claims:
        outbox.deliver(claim)
    return len(claims)


def add(desk: PagingDesk, channel: Channel, kind: PageKind = PageKind.GIVEN, name: str = "Amy Roy") -> None:
    def work(session: Session, callback: Callback) -> None:
        row = technician_named(session, name)
        add_page(session, callback, row.id, ContactMethod(channel), kind, 7, BEGAN, "words", "1234")

    desk.write(work)


def only(desk: PagingDesk) -> Page:
    (page,) = desk.pages()
    return page


def test_a_page_that_is_due_is_sent_once_and_logged(outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier) -> None:
    assert outbox.next_due_at() == BEGAN
    assert [send_due(outbox), send_due(outbox)] == [1, 0]
    ((what, to, words, status_url),) = carrier.asked
    assert (what, to) == ("text", AMY)
    assert f"Reply {only(desk).code} to take it" in words
    assert "https://desk.test/t/" in words
    (attempt,) = desk.attempts()
    assert status_url == f"https://desk.test/sms/status?attempt={attempt.id}"
    assert (attempt.state, attempt.sid, attempt.carrier_status) == (AttemptState.ACCEPTED, "SM1", CarrierStatus.QUEUED)
    assert (only(desk).state, only(desk).next_action_at) == (PageState.SENT, None)
    assert desk.events(EventKind.PAGED) == ["Amy Roy by text"]
    assert outbox.next_due_at() is None


def test_when_a_link_went_out_is_stored_and_does_not_change(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    clock.pass_time(minutes(2))
    carrier.fails_with = NOT_THIS_COUNTRY
    send_due(outbox, 1)
    sent_at, first = clock.now(), carrier.asked[0][2]
    clock.pass_time(minutes(1))
    carrier.fails_with = None
    send_due(outbox, 1)
    assert carrier.asked[-1][2] == first
    assert [page.linked_at for page in desk.pages()][:1] == [sent_at]
    token = first.rpartition("/t/")[2]
    clock.move_to(sent_at + PAGE_LINK_LASTS - minutes(1))
    assert outbox._links.page_in(token) == PageLink(desk.pages()[0].id, is_over=False)


@pytest.mark.parametrize("channel", [Channel.CALL, Channel.TEXT])
def test_what_has_no_link_to_read_is_not_stored_as_one(outbox: Outbox, desk: PagingDesk, channel: Channel) -> None:
    without_first_page(desk)
    page_id = adds_page(desk, PageKind.STEP if channel is Channel.CALL else PageKind.GIVEN, channel)
    send_due(outbox)
    assert {page.linked_at for page in desk.pages() if page.id == page_id} == {None}


def test_first_pages_are_claimed_before_all_others_and_then_the_nearest_deadline(
    outbox: Outbox, desk: PagingDesk
) -> None:
    add(desk, Channel.TEXT, PageKind.TAKEN)
    desk.opens_another(BEGAN - minutes(5))
    first, notice, urgent = (page.id for page in desk.pages())
    assert [claim.key for claim in outbox.claim(10)] == [urgent, first, notice]


def test_a_claimed_page_is_nobody_elses_until_its_lease_runs_out(outbox: Outbox, clock: MovingClock) -> None:
    assert len(outbox.claim(10)) == 1
    assert outbox.claim(10) == []
    clock.pass_time(LEASE)
    assert len(outbox.claim(10)) == 1


def test_a_worker_that_lost_its_claim_sends_nothing(
    outbox: Outbox, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    (stale,) = outbox.claim(1)
    clock.pass_time(LEASE)
    outbox.claim(1)
    outbox.deliver(stale)
    assert carrier.asked == []


def test_a_call_comes_from_the_line_that_the_customer_called(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier
) -> None:
    add(desk, Channel.CALL)
    send_due(outbox)
    page, attempt = desk.pages()[1], desk.attempts()[1]
    assert carrier.asked[1] == (
        "call",
        AMY,
        DESK.lines["direct"].number,
        f"https://desk.test/voice/page?page={page.id}",
        f"https://desk.test/voice/page/status?attempt={attempt.id}",
    )


def test_an_email_goes_to_the_mail_server_with_the_reference_as_its_subject(
    outbox: Outbox, desk: PagingDesk, mailer: KeptMail
) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "email", "amy@example.com"))
    add(desk, Channel.MAIL)
    send_due(outbox)
    (email,) = mailer.sent
    assert (email.to, email.subject, email.words) == (
        "amy@example.com",
        f"{DESK.company.sender}: {desk.callback.reference}",
        "words",
    )


def test_a_page_by_mail_is_the_same_mail_each_time_it_is_sent_with_its_deadline_in_bold(
    outbox: Outbox, desk: PagingDesk, mailer: KeptMail, clock: MovingClock
) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "email", "amy@example.com"))
    desk.edit("Amy Roy", lambda row: setattr(row, "language", "fr"))
    add(desk, Channel.MAIL)
    mailer.faults[:] = [CarrierError("No answer.", lost=True), CarrierError("Later.", code=451)]
    for _ in range(10):
        send_due(outbox)
        clock.pass_time(minutes(0.5))
    first, *again = mailer.sent
    assert [email.id for email in again] == [first.id] * 2 == [f"page-{desk.pages()[1].id}-{desk.pages()[1].code}"] * 2
    assert {(email.language, email.desk, email.important) for email in mailer.sent} == {
        ("fr", DESK.company.sender, ("22 h 42",))
    }


def test_a_page_to_an_invalid_email_address_fails_permanently(
    outbox: Outbox, desk: PagingDesk, clock: MovingClock
) -> None:
    """An earlier release stored such addresses, and tried again for ever."""
    desk.edit("Amy Roy", lambda row: setattr(row, "email", "amy@example.com\nBcc: eve@example.com"))
    add(desk, Channel.MAIL)
    real = Outbox(
        desk.database, outbox._carrier, Mailer("smtp://mail.test", "desk@example.com"), outbox._urls, outbox._links,
        DESK, clock,
    )  # fmt: skip
    send_due(real)
    page = next(page for page in desk.pages() if page.channel is Channel.MAIL)
    assert (page.state, page.next_action_at) == (PageState.FAILED, None)
    assert any("could not be written" in detail for detail in desk.events(EventKind.PAGE_FAILED))


def test_a_page_that_is_no_longer_needed_is_cancelled(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier
) -> None:
    desk.write(lambda session, callback: note_attempt(session, callback, technician_named(session, "Amy Roy"), BEGAN))
    send_due(outbox)
    assert (carrier.asked, only(desk).state) == ([], PageState.CANCELLED)


@pytest.mark.parametrize(("state", "is_sent"), [(CallbackState.OPEN, True), (CallbackState.CANCELLED, False)])
def test_a_connection_is_needed_after_an_attempt_but_not_after_the_end(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, state: CallbackState, is_sent: bool
) -> None:
    add(desk, Channel.CONNECTION, PageKind.CONNECTION)

    def tried(session: Session, callback: Callback) -> None:
        note_attempt(session, callback, technician_named(session, "Amy Roy"), BEGAN)
        callback.state = state

    desk.write(tried)
    send_due(outbox)
    assert [what for what, *_ in carrier.asked] == ["call"] * is_sent


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("verified_at", None, "Amy Roy's first number is not verified."),
        ("left_at", BEGAN, "Amy Roy has left the team."),
    ],
)
def test_nobody_is_texted_on_a_number_that_they_did_not_verify_or_after_they_left(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, field: str, value: datetime | None, why: str
) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, field, value))
    send_due(outbox)
    assert (carrier.asked, desk.pages()[0].state) == ([], PageState.FAILED)
    assert desk.events(EventKind.PAGE_FAILED) == [f"Amy Roy: {why}"]


# A number that the desk does not ring by itself

HAITI = "+50934215678"


def goes_abroad(desk: PagingDesk, allowed_by: str | None = None) -> None:
    def change(row: Technician) -> None:
        row.phone, row.phone_allowed_by = HAITI, allowed_by

    desk.edit("Amy Roy", change)


def adds_page(desk: PagingDesk, kind: PageKind, channel: Channel) -> int:
    """Add a page of any kind to Amy, about the callback if such pages are about one, and return its id."""
    about_none = (PageKind.TEST, PageKind.ALARM, PageKind.OUTAGE, PageKind.VERIFICATION, PageKind.LIVE_CALL)

    def work(session: Session, callback: Callback) -> int:
        amy, way = technician_named(session, "Amy Roy"), ContactMethod(channel)
        if kind in about_none:
            page = add_alert(session, amy.id, way, kind, "words", BEGAN)
        else:
            round = _message(session, callback) if kind is PageKind.TRANSCRIPT else 7
            page = add_page(session, callback, amy.id, way, kind, round, BEGAN, "words", "1234")
        if kind is PageKind.TRY_AGAIN:
            set_owner(session, callback, amy, BEGAN)
        session.flush()
        return page.id

    return desk.write(work)


def _message(session: Session, callback: Callback) -> int:
    """Add a message that nobody has heard, and return its id."""
    voicemail = Voicemail(call_sid=callback.contact_sid, state=VoicemailState.RECORDED)
    session.add(voicemail)
    session.flush()
    return voicemail.id


def without_first_page(desk: PagingDesk) -> None:
    desk.write(lambda session, _: session.execute(update(Page).values(state=PageState.SENT, next_action_at=None)))


# What is about to go out is an outage's alert only while there is one.
def refuse_calls(desk: PagingDesk, channel: Channel) -> None:
    other = Channel.CALL if channel is Channel.TEXT else Channel.TEXT
    desk.write(lambda session, _: outages.begin(session, other, BEGAN))


@pytest.mark.parametrize("channel", [Channel.TEXT, Channel.CALL])
@pytest.mark.parametrize("kind", PageKind)
def test_no_page_of_any_kind_goes_to_a_number_abroad_that_nobody_allowed(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, kind: PageKind, channel: Channel
) -> None:
    without_first_page(desk)
    goes_abroad(desk)
    if kind is PageKind.OUTAGE:
        refuse_calls(desk, channel)
    page_id = adds_page(desk, kind, channel)
    send_due(outbox)
    assert HAITI not in {to for _, to, *_ in carrier.asked}
    assert {each.state for each in desk.pages() if each.id == page_id} == {PageState.FAILED}


@pytest.mark.parametrize("kind", PageKind)
def test_every_page_asks_the_limits_whatever_its_kind(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, kind: PageKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_first_page(desk)
    if kind is PageKind.OUTAGE:
        refuse_calls(desk, Channel.TEXT)
    page_id, asked = adds_page(desk, kind, Channel.TEXT), list[PageKind]()

    def flood(session: Session, page: Page, now: datetime) -> Traffic:
        asked.append(page.kind)
        return Traffic(0, 2 * DESK.limits.texts_a_day, None)

    monkeypatch.setattr(throttle, "traffic_of", flood)
    send_due(outbox, 1)
    assert asked == [kind]
    assert carrier.asked == []
    assert {each.state for each in desk.pages() if each.id == page_id} == {PageState.OVER_THE_CAP}


def test_a_refused_number_is_remembered_told_to_supervisors_once_and_the_next_step_comes_at_once(
    outbox: Outbox, desk: PagingDesk, clock: MovingClock
) -> None:
    goes_abroad(desk)
    add(desk, Channel.CALL)
    send_due(outbox)
    assert desk.events(EventKind.PAGE_FAILED)[0] == "Amy Roy: a number abroad (HT)"
    why = "it is a number abroad (HT), and nobody has allowed it."
    troubles = desk.write(lambda session, _: dict(technician_named(session, "Amy Roy").troubles))
    assert troubles == {"text first": why, "call first": why}
    (alert,) = desk.alerts()
    assert "Amy Roy is not paged on +509 34 21 5678: it is a number abroad (HT). Allow it under People" in alert
    assert desk.callback.next_action_at == clock.now()


def test_an_allowed_number_abroad_is_texted(outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier) -> None:
    goes_abroad(desk, "sue@example.com")
    send_due(outbox)
    assert [to for _, to, *_ in carrier.asked] == [HAITI]


def test_the_code_that_verifies_a_number_goes_to_a_number_that_is_not_verified(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier
) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "verified_at", None))

    def add_code(session: Session, _: Callback) -> None:
        amy = technician_named(session, "Amy Roy")
        add_alert(session, amy.id, ContactMethod(Channel.TEXT), PageKind.VERIFICATION, "reply 583100", BEGAN)

    desk.write(add_code)
    send_due(outbox)
    assert [words for _, _, words, _ in carrier.asked] == ["reply 583100"]


def test_a_page_that_is_refused_for_its_own_reason_is_retried_later_and_later(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = NOT_THIS_COUNTRY
    pauses = []
    for _ in range(4):
        send_due(outbox, 1)
        due_at = desk.pages()[0].next_action_at
        assert due_at is not None
        pauses.append((due_at - clock.now()).total_seconds())
        clock.move_to(due_at)
    assert pauses == [5, 10, 20, 40]
    assert {attempt.state for attempt in desk.attempts()} == {AttemptState.REFUSED}


# While the carrier refuses a channel


def texts_asked(carrier: ScriptedCarrier, outbox: Outbox) -> int:
    """Send what is due, and return how many texts to Amy the carrier was asked for."""
    before = len(carrier.asked)
    send_due(outbox)
    return [(what, to) for what, to, *_ in carrier.asked[before:]].count(("text", AMY))


def test_of_a_refused_channel_one_page_at_a_time_is_tried(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    for _ in range(4):
        desk.opens_another()
    carrier.fails_with = REFUSED
    send_due(outbox, 1)
    for pause in (5, 60, 30, 30, 30):
        clock.pass_time(timedelta(seconds=pause))
        assert [texts_asked(carrier, outbox), texts_asked(carrier, outbox)] == [1, 0]
    assert {page.tries for page in desk.pages()} == {0}


def test_when_it_is_over_the_one_that_was_tried_leaves_within_half_a_minute_and_the_others_after_it(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    for _ in range(2):
        desk.opens_another()
    carrier.fails_with = REFUSED
    for _ in range(10):
        send_due(outbox, 1)
        clock.pass_time(minutes(0.5))
    carrier.fails_with = None
    assert [texts_asked(carrier, outbox), texts_asked(carrier, outbox)] == [1, 2]
    assert texts_asked(carrier, outbox) == 0


def test_an_alert_that_waited_for_the_end_of_an_outage_is_not_sent_and_supervisors_hear_that_it_is_over(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = ACCOUNT
    for _ in range(8):
        send_due(outbox)
        clock.pass_time(minutes(0.5))
    carrier.fails_with, before = None, len(carrier.asked)
    for _ in range(3):
        send_due(outbox)
        clock.pass_time(minutes(0.5))
    sues = [page for page in desk.pages(PageKind.OUTAGE, PageKind.ALARM) if page.state is PageState.SENT]
    assert {page.words.partition(": ")[2] for page in sues if page.kind is PageKind.ALARM} == {
        f"{what} again. None could since 10:12 p.m.; pages that waited go out now."
        for what in ("texts can be sent", "calls can be placed")
    }
    assert len([what for what, *_ in carrier.asked[before:]]) <= 5
    assert {page.state for page in desk.pages(PageKind.OUTAGE)} <= {PageState.CANCELLED, PageState.SENT}


def test_calls_go_on_while_texts_are_refused(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = REFUSED
    send_due(outbox)
    carrier.fails_with = None
    for name in ("Amy Roy", "Ben Cole"):
        add(desk, Channel.CALL, name=name)
    send_due(outbox)
    assert [what for what, *_ in carrier.asked] == ["text", "call", "call"]


def test_no_step_is_taken_while_nothing_can_be_sent_and_supervisors_hear_by_mail(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, mailer: KeptMail, clock: MovingClock
) -> None:
    desk.edit("Sue Tran", lambda row: setattr(row, "email", "sue@example.com"))
    carrier.fails_with = ACCOUNT
    for _ in range(62):
        send_due(outbox)
        after = (clock.now() - BEGAN).total_seconds() / 60
        if desk.callback.next_action_at is not None and desk.callback.next_action_at <= clock.now():
            desk.takes_step(after)
        clock.pass_time(minutes(0.5))
    assert desk.callback.position == 1
    assert {page.technician.name for page in desk.pages(PageKind.STEP)} == {"Amy Roy"}
    reference = desk.callback.reference
    assert [email.plain.rstrip().partition(": ")[2] for email in mailer.sent] == [
        "no texts can be sent: The carrier refused it: not accepted (20003). Pages go by phone. Only you can fix this.",
        "no calls can be placed: The carrier refused it: not accepted (20003). Pages wait until it works again. "
        "Only you can fix this.",
        f"the pages for {reference} wait: neither texts nor calls can be sent. See that somebody calls this customer.",
        f"{reference} is LATE, and nobody can be paged for it. Call this customer now.",
    ]
    assert desk.callback.breached_at == BEGAN + minutes(30)


def test_a_carrier_that_answers_no_question_either_stops_the_steps_like_one_that_refuses(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = LOST
    send_due(outbox)
    clock.pass_time(LOOK_UP_AFTER)
    assert desk.write(lambda session, _: outages.refused_channels(session, clock.now())) == frozenset()
    send_due(outbox)
    assert desk.write(lambda session, _: outages.refused_channels(session, clock.now())) == {Channel.TEXT}
    assert desk.attempts()[0].state is AttemptState.SENDING


def test_an_answer_of_another_kind_shows_that_the_channel_works(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = REFUSED
    send_due(outbox)
    carrier.fails_with = NO_SUCH_NUMBER
    clock.pass_time(LOOK_UP_AFTER)
    send_due(outbox)
    assert desk.write(lambda session, _: outages.refused_channels(session, clock.now())) == frozenset()


def test_while_the_account_is_refused_the_steps_keep_their_times_and_supervisors_are_alerted_once(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = ACCOUNT
    for _ in range(3):
        send_due(outbox, 1)
        clock.pass_time(minutes(0.5))
    assert desk.callback.next_action_at == BEGAN + minutes(3)
    alerts = {page.words for page in desk.pages(PageKind.OUTAGE)}
    assert len(alerts) == 2  # texts, and calls
    assert all("Only you can fix this." in alert for alert in alerts)


def test_a_page_that_can_never_arrive_fails_at_once(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = NO_SUCH_NUMBER
    send_due(outbox)
    assert desk.pages()[0].state is PageState.FAILED
    assert desk.attempts()[0].error_code == 30005


def test_a_page_whose_answer_was_lost_is_looked_up_and_not_sent_again(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = LOST
    send_due(outbox)
    assert desk.events(EventKind.ANSWER_LOST) == [str(LOST)]
    carrier.fails_with, carrier.knows = None, [Accepted("SM77", CarrierStatus.SENT)]
    clock.pass_time(LOOK_UP_AFTER)
    send_due(outbox)
    assert [what for what, *_ in carrier.asked] == ["text", "find text"]
    assert (only(desk).state, desk.attempts()[0].sid) == (PageState.SENT, "SM77")


def test_a_page_that_the_carrier_does_not_know_is_sent_again_after_a_while(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = LOST
    send_due(outbox)
    carrier.fails_with = None
    while clock.now() < BEGAN + LOST_AFTER + LOOK_UP_AFTER:
        clock.pass_time(LOOK_UP_AFTER)
        send_due(outbox)
    asked = [what for what, *_ in carrier.asked]
    assert asked == ["text", *["find text"] * 4, "text"]
    assert [attempt.state for attempt in desk.attempts()] == [AttemptState.LOST, AttemptState.ACCEPTED]


def test_a_call_is_found_among_those_that_are_not_another_pages(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    desk.is_sent(only(desk).id, sid="CA1")
    add(desk, Channel.CALL)
    carrier.fails_with = LOST
    send_due(outbox)
    carrier.fails_with = None
    carrier.knows = [Accepted("CA1", CarrierStatus.RINGING), Accepted("CA2", CarrierStatus.RINGING)]
    clock.pass_time(LOOK_UP_AFTER)
    send_due(outbox)
    assert [attempt.sid for attempt in desk.attempts()] == ["CA1", "CA2"]


def test_a_look_up_that_is_refused_does_not_fail_the_page(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    carrier.fails_with = LOST
    send_due(outbox)
    carrier.fails_with = NO_SUCH_NUMBER
    clock.pass_time(LOOK_UP_AFTER)
    send_due(outbox)
    assert (only(desk).state, desk.attempts()[0].state) == (PageState.DUE, AttemptState.SENDING)


def test_a_late_answer_changes_nothing_when_another_worker_has_the_page(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    page_id = only(desk).id

    def claimed_meanwhile(to: str, words: str, status_url: str) -> Accepted:
        desk.write(lambda session, _: session.execute(update(Page).where(Page.id == page_id).values(token=99)))
        return Accepted("SM5", CarrierStatus.QUEUED)

    monkeypatch.setattr(carrier, "send_text", claimed_meanwhile)
    send_due(outbox)
    assert (only(desk).state, desk.attempts()[0].sid) == (PageState.DUE, None)


def test_the_attempt_is_stored_before_the_carrier_is_asked(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[PageAttempt] = []

    def look(to: str, words: str, status_url: str) -> Accepted:
        seen.extend(desk.attempts())
        return Accepted("SM5", CarrierStatus.QUEUED)

    monkeypatch.setattr(carrier, "send_text", look)
    send_due(outbox)
    assert [attempt.state for attempt in seen] == [AttemptState.SENDING]


def rings_amy(desk: PagingDesk, created_at: datetime) -> None:
    """Have Amy rung for a caller on the line."""

    def work(session: Session, callback: Callback) -> None:
        page = Page(
            live_call_sid=callback.contact_sid, kind=PageKind.LIVE_CALL, channel=Channel.CALL, words="", code=""
        )
        page.technician_id = technician_named(session, "Amy Roy").id
        page.created_at = page.next_action_at = created_at
        session.add(page)

    desk.write(work)


def test_a_technician_is_rung_for_a_caller_before_any_page_is_sent(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier
) -> None:
    rings_amy(desk, BEGAN)
    (claim,) = outbox.claim(1)
    outbox.deliver(claim)
    ((what, to, from_, url, _),) = carrier.asked
    call_sid = desk.callback.contact_sid
    assert (what, to, from_) == ("call", AMY, DESK.lines["direct"].number)
    assert url == f"https://desk.test/voice/screen?page={claim.key}&call={call_sid}&lang=en"


def test_a_ring_that_comes_too_late_is_not_sent(
    outbox: Outbox, desk: PagingDesk, carrier: ScriptedCarrier, clock: MovingClock
) -> None:
    rings_amy(desk, BEGAN)
    clock.pass_time(DESK.ringing.each)
    (claim,) = outbox.claim(1)
    outbox.deliver(claim)
    assert carrier.asked == []
    assert [page.state for page in desk.pages(PageKind.LIVE_CALL)] == [PageState.CANCELLED]
