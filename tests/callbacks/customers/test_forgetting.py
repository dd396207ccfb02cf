"""A customer is forgotten by record, number or address: they are gone, and everybody else stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.forgetting import Forgotten, find, forget
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.removals import removals_of
from callbacks.db.states import (
    CallbackState,
    CarrierStatus,
    Channel,
    ContactKind,
    CustomerMessageKind,
    MailKind,
    NumberRuleKind,
    SubscribedBy,
    VoicemailState,
)
from callbacks.db.tables import (
    AuditEntry,
    Call,
    Callback,
    Customer,
    CustomerContact,
    CustomerMessage,
    NumberRule,
    ReceivedText,
    Subscription,
)
from callbacks.desk.desk_file import read_desk
from callbacks.errors import NotFound, WrongState
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.people import technicians
from callbacks.records import audit_log
from tests.callbacks.inbound.mails.post import BOB, JANE, PHONE, SATURDAY_NIGHT, Post, parsed

DESK = read_desk(Path("support.toml"))
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
NOW = BEGAN + timedelta(days=3)
MARIE, MAIL, OTHER = "+15145550199", "marie@example.com", "+15145550177"
BOSS = "boss@example.com"


@pytest.fixture
def desk(database: Database) -> Database:
    def work(session: Session) -> None:
        technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
        for sid, number in (("CA1", MARIE), ("CA2", OTHER)):
            calls.record_call(
                session, calls.Arrival(sid, "direct", number, "en", False, "closed", "TN-Validation-Passed-A"), BEGAN
            )
            calls.record_voicemail(session, DESK, sid, calls.Recording(VoicemailState.EXPECTED, None, 8), BEGAN)
            calls.record_end(session, DESK, sid, CarrierStatus.COMPLETED, BEGAN)
        for name, number, mail in (("Marie Tremblay", MARIE, MAIL), ("Paul Gagnon", OTHER, "paul@example.com")):
            customer = Customer(name=name, company="Acme", notes="VIP", created_at=BEGAN)
            customer.contacts = [
                CustomerContact(kind=ContactKind.PHONE, value=number),
                CustomerContact(kind=ContactKind.MAIL, value=mail),
            ]
            session.add(customer)
        for address in (MARIE, OTHER):
            session.add(
                Subscription(
                    channel=Channel.TEXT, address=address, language="en", by=SubscribedBy.KEY, created_at=BEGAN
                )
            )
            session.add(NumberRule(number=address, kind=NumberRuleKind.ALLOWED, created_at=BEGAN, created_by=BOSS))
            session.add(ReceivedText(sid=f"SM{address}", sender=address, at=BEGAN, words="hello", answer=""))
            session.add(
                CustomerMessage(kind=CustomerMessageKind.NOTICE, occasion="1", channel=Channel.TEXT, address=address,
                                language="en", words="An outage", created_at=BEGAN)
            )  # fmt: skip
        audit_log.note(session, BEGAN, BOSS, "customer: add", {"name": "Marie Tremblay", "phones": "514 555-0199"})
        audit_log.note(session, BEGAN, BOSS, "customer: add", {"name": "Paul Gagnon", "phones": OTHER})
        audit_log.note(session, BEGAN, BOSS, "exported 3 callbacks", {"words": "(514) 555-0199"})

    database.write(work)
    return database


def close(database: Database) -> None:
    def work(session: Session) -> None:
        for callback in session.scalars(select(Callback)):
            change_state(callback, Change.CANCEL, BEGAN)

    database.write(work)


def forgets(database: Database, whom: str) -> Forgotten:
    return database.write(lambda session: forget(session, find(session, whom, DESK.dialing_rules), BOSS, NOW))


def everything(session: Session) -> str:
    rows: list[object] = [*session.scalars(select(Call.caller)), *session.scalars(select(AuditEntry.detail))]
    for customer in session.scalars(select(Customer)):
        rows += [customer.name, customer.company, customer.notes, *(each.value for each in customer.contacts)]
    for column in (Subscription.address, NumberRule.number, ReceivedText.sender, CustomerMessage.address):
        rows += session.scalars(select(column)).all()
    return " | ".join(map(str, rows))


@pytest.mark.parametrize("whom", [MARIE, "514 555-0199", MAIL, " Marie@Example.com", "customer 1"])
def test_by_any_contact_or_the_record_everything_of_one_customer_goes(desk: Database, whom: str) -> None:
    close(desk)
    forgotten = forgets(desk, whom)
    assert (forgotten.records, forgotten.calls, str(forgotten)) == (1, 1, "1 customer record, 1 call")
    left = desk.read(everything)
    for word in ("Marie", "0199", MAIL):
        assert word not in left, word
    for word in ("Paul Gagnon", OTHER, "paul@example.com"):
        assert word in left, word


def test_the_record_keeps_its_row_without_the_person(desk: Database) -> None:
    close(desk)
    forgets(desk, MARIE)
    customer = desk.read(lambda session: session.get_one(Customer, 1))
    assert (customer.name, customer.company, customer.notes, customer.forgotten_at) == ("", "", "", NOW)
    with pytest.raises(NotFound):
        forgets(desk, "customer 1")


def test_their_subscriptions_end(desk: Database) -> None:
    close(desk)
    forgets(desk, MARIE)
    query = select(Subscription).order_by(Subscription.id)
    theirs, others = desk.read(lambda session: session.scalars(query).all())
    assert (theirs.ended_at, others.ended_at) == (NOW, None)


def test_it_is_refused_while_a_callback_of_theirs_is_open(desk: Database) -> None:
    reference = desk.read(lambda s: s.scalars(select(Callback.reference).where(Callback.contact_sid == "CA1")).one())
    with pytest.raises(WrongState, match=f"{reference} is still open"):
        forgets(desk, MARIE)
    left = desk.read(everything)
    assert ("Marie Tremblay" in left, MARIE in left) == (True, True)


def test_somebody_elses_open_callback_does_not_matter(desk: Database) -> None:
    def work(session: Session) -> None:
        change_state(session.scalars(select(Callback).where(Callback.contact_sid == "CA1")).one(), Change.CANCEL, BEGAN)

    desk.write(work)
    assert forgets(desk, MARIE).calls == 1
    states = desk.read(lambda session: session.scalars(select(Callback.state).order_by(Callback.id)).all())
    assert states == [CallbackState.CANCELLED, CallbackState.OPEN]


def test_it_is_refused_while_they_are_on_the_phone(desk: Database) -> None:
    close(desk)
    arrival = calls.Arrival("CA3", "direct", MARIE, "en", False, "closed", "TN-Validation-Passed-A")
    desk.write(lambda session: calls.record_call(session, arrival, NOW))
    with pytest.raises(WrongState, match="on the phone"):
        forgets(desk, MARIE)


@pytest.mark.parametrize("whom", ["+15145550101", DESK.lines["direct"].number])
def test_a_number_of_the_desk_or_of_a_technician_is_refused(desk: Database, whom: str) -> None:
    with pytest.raises(WrongState, match="belongs to the desk"):
        forgets(desk, whom)


@pytest.mark.parametrize("whom", ["", "nobody", "customer", "customer x"])
def test_what_is_no_contact_is_refused_with_what_to_give(desk: Database, whom: str) -> None:
    with pytest.raises(WrongState, match="Give a phone number"):
        forgets(desk, whom)


@pytest.mark.parametrize("whom", ["+15145550166", "nobody@example.com", "customer 99"])
def test_somebody_unknown_is_not_found(desk: Database, whom: str) -> None:
    with pytest.raises(NotFound):
        forgets(desk, whom)


def test_what_is_recorded_of_the_removal_names_nobody(desk: Database) -> None:
    close(desk)

    def work(session: Session) -> list[str]:
        forget(session, find(session, MARIE, DESK.dialing_rules), BOSS, NOW)
        return list(removals_of(session))

    removed = desk.write(work)
    assert removed == ["what was decided about the number", "the name and the contacts of customer 1"]


# Mails

BOUNCE = "daemon@mail.example"


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Post:
    """Bob, whose number is known, wrote twice, and his mail server answered; Jane wrote once."""
    post = Post(database, tmp_path / "media", SATURDAY_NIGHT)
    post.knows(BOB, PHONE)
    post.gets(parsed("From Bob", "The queue is full", quoted="> Bob"), "emergency")
    post.gets(parsed("Also from Bob", "Still full"), "emergency")
    post.gets(parsed("Away", "Bob is away", kind=MailKind.AUTOMATIC))
    post.gets(parsed("Returned", f"No mailbox {BOB.upper()} here", BOUNCE, kind=MailKind.BOUNCE))
    post.gets(parsed("From Jane", "It smokes", JANE, sender_name="Jane"), "emergency")
    post.gets(parsed("News", "Buy more", "news@example.com", sender_name="News", kind=MailKind.LIST))
    close(database)
    return post


@pytest.mark.parametrize("whom", [BOB, "514 555-0199", "customer 1"])
def test_all_mails_of_a_customer_and_about_their_address_are_forgotten(post: Post, whom: str) -> None:
    forgotten = forgets(post.database, whom)
    assert str(forgotten) == "1 customer record, 0 calls, 4 mails"
    *theirs, janes, news = post.mails()
    for mail in theirs:
        left = (mail.sender, mail.sender_name, mail.subject, mail.words, mail.quoted, mail.authentication)
        assert left == ("deleted", "", "", "", "", "")
        assert (mail.content_deleted_at, mail.next_action_at) == (NOW, NOW)  # the worker deletes the files
    assert (janes.sender, janes.words, janes.content_deleted_at) == (JANE, "It smokes", None)
    assert (news.words, news.content_deleted_at) == ("Buy more", None)
    said = " ".join(post.events(*EventKind)).lower()
    assert ("bob" in said, "jane" in said) == (False, True)
    assert BOB not in {message.address for message in post.messages()}


def test_somebody_of_whom_there_is_only_an_automatic_mail_is_found(post: Post) -> None:
    assert str(forgets(post.database, "news@example.com")) == "0 customer records, 0 calls, 1 mail"
    assert post.mails()[-1].sender == "deleted"


def test_whoever_has_an_open_callback_by_mail_is_not_forgotten(post: Post) -> None:
    post.gets(parsed("Something else", sender="ann@example.com"), "emergency")
    with pytest.raises(WrongState, match="is still open"):
        forgets(post.database, "ann@example.com")
    assert post.mails()[-1].sender == "ann@example.com"
