"""Reports of the carrier on texts to customers: in any order, twice, or before the answer to the request."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CarrierStatus, Channel, CustomerMessageKind, CustomerMessageState
from callbacks.db.tables import CustomerMessage
from callbacks.paging.customer_messages import Recipient, write_message
from callbacks.paging.customer_reports import give_up, record_acceptance, take_customer_report
from callbacks.paging.status_reports import StatusReport
from tests.callbacks.paging.paging_desk import BEGAN, PagingDesk

LEA = Recipient(Channel.TEXT, "+15145550123", "en")


@pytest.fixture
def message_id(desk: PagingDesk) -> int:
    callback_id = desk.callback.id

    def work(session: Session) -> int:
        session.execute(delete(CustomerMessage))  # the receipt of the callback
        write_message(session, CustomerMessageKind.RECEIPT, "CA1", LEA, "noted", BEGAN, callback_id=callback_id)
        return session.scalars(select(CustomerMessage.id)).one()

    return desk.database.write(work)


def report(desk: PagingDesk, message_id: int, status: CarrierStatus, code: int | None = None, sid: str = "SM1") -> None:
    news = StatusReport(0, sid, status, code)
    desk.database.write(lambda session: take_customer_report(session, message_id, news, BEGAN + timedelta(seconds=2)))


def only(desk: PagingDesk) -> CustomerMessage:
    return desk.database.read(lambda session: session.scalars(select(CustomerMessage)).one())


def test_a_report_before_the_answer_is_the_answer(desk: PagingDesk, message_id: int) -> None:
    report(desk, message_id, CarrierStatus.DELIVERED)
    found = only(desk)
    assert (found.state, found.sid, found.next_action_at) == (CustomerMessageState.SENT, "SM1", None)
    assert desk.events(EventKind.CUSTOMER_NOTIFIED) == ["noted"]


def test_the_log_calls_a_mail_a_mail(desk: PagingDesk) -> None:
    callback_id = desk.callback.id

    def work(session: Session) -> None:
        session.execute(delete(CustomerMessage))  # the receipt of the callback
        lea = Recipient(Channel.MAIL, "lea@acme.example", "en")
        for occasion in ("sent", "refused"):
            write_message(session, CustomerMessageKind.RECEIPT, occasion, lea, "noted", BEGAN, callback_id=callback_id)
        sent, refused = session.scalars(select(CustomerMessage).order_by(CustomerMessage.id)).all()
        record_acceptance(session, sent, StatusReport(0, "MM1", CarrierStatus.SENT), BEGAN)
        give_up(session, refused, CustomerMessageState.FAILED, "No such mailbox.", BEGAN)

    desk.database.write(work)
    assert desk.events(EventKind.CUSTOMER_MAILED) == ["noted"]
    assert desk.events(EventKind.CUSTOMER_NOT_MAILED) == ["No such mailbox."]
    assert desk.events(EventKind.CUSTOMER_NOTIFIED) == desk.events(EventKind.CUSTOMER_NOT_NOTIFIED) == []


def test_an_earlier_status_that_comes_late_changes_nothing(desk: PagingDesk, message_id: int) -> None:
    for status in (CarrierStatus.DELIVERED, CarrierStatus.SENT, CarrierStatus.DELIVERED):
        report(desk, message_id, status)
    assert only(desk).carrier_status is CarrierStatus.DELIVERED
    assert len(desk.events(EventKind.CUSTOMER_NOTIFIED)) == 1


def test_a_failure_is_stored_with_its_cause_once(desk: PagingDesk, message_id: int) -> None:
    for _ in range(2):
        report(desk, message_id, CarrierStatus.UNDELIVERED, 30006)
    found = only(desk)
    assert (found.state, found.error_code) == (CustomerMessageState.FAILED, 30006)
    assert desk.events(EventKind.CUSTOMER_NOT_NOTIFIED) == [
        "Not delivered: this is a landline, or its carrier cannot be reached (30006)."
    ]


def test_a_report_on_another_text_or_message_changes_nothing(desk: PagingDesk, message_id: int) -> None:
    report(desk, message_id, CarrierStatus.SENT)
    report(desk, message_id, CarrierStatus.FAILED, sid="SM2")
    report(desk, message_id + 1, CarrierStatus.FAILED, sid="SM3")
    assert (only(desk).sid, only(desk).carrier_status) == ("SM1", CarrierStatus.SENT)
