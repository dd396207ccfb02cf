"""Reports of the carrier on pages: what each means, whatever the order in which they come."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageAnswer, PageKind, PageState
from callbacks.db.tables import Callback, Page, PageAttempt
from callbacks.paging.connections import LegReport, record_dialing, take_leg_report
from callbacks.paging.status_reports import StatusReport, take_report
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

DELIVERED, UNDELIVERED = CarrierStatus.DELIVERED, CarrierStatus.UNDELIVERED


def report(desk: PagingDesk, attempt_id: int, status: CarrierStatus, code: int | None = None, sid: str = "SM1") -> None:
    told = StatusReport(attempt_id, sid, status, code)
    desk.write(lambda session, _: take_report(session, DESK, told, BEGAN + minutes(1)))


def sent(desk: PagingDesk, channel: Channel = Channel.TEXT, kind: PageKind = PageKind.STEP) -> int:
    page_id = desk.pages()[0].id

    def change(session: Session, _: Callback) -> None:
        page = session.get_one(Page, page_id)
        page.channel, page.kind = channel, kind

    desk.write(change)
    return desk.is_sent(page_id, sid="SM1")


def being_sent(desk: PagingDesk) -> int:
    page_id = desk.pages()[0].id

    def work(session: Session, _: Callback) -> int:
        attempt = PageAttempt(page_id=page_id, started_at=BEGAN, state=AttemptState.SENDING)
        session.add(attempt)
        session.flush()
        return attempt.id

    return desk.write(work)


def statuses(desk: PagingDesk) -> list[CarrierStatus]:
    return [attempt.carrier_status for attempt in desk.attempts()]


@pytest.mark.parametrize(
    "order",
    list(itertools.permutations([CarrierStatus.QUEUED, CarrierStatus.SENT, CarrierStatus.DELIVERED])),
    ids=lambda order: "-".join(status.value for status in order),
)
def test_the_latest_status_holds_in_whatever_order_reports_come(
    desk: PagingDesk, order: tuple[CarrierStatus, ...]
) -> None:
    attempt_id = sent(desk)
    for status in order:
        report(desk, attempt_id, status)
    assert statuses(desk) == [DELIVERED]


def test_a_report_that_comes_before_the_answer_accepts_the_page(desk: PagingDesk) -> None:
    report(desk, being_sent(desk), CarrierStatus.SENT)
    assert (desk.pages()[0].state, desk.attempts()[0].sid) == (PageState.SENT, "SM1")
    assert desk.events(EventKind.PAGED) == ["Amy Roy by text"]


def test_a_report_on_another_message_or_on_no_attempt_changes_nothing(desk: PagingDesk) -> None:
    attempt_id = sent(desk)
    report(desk, attempt_id, UNDELIVERED, 30005, sid="SM another")
    report(desk, attempt_id + 1, UNDELIVERED, 30005)
    assert desk.pages()[0].state is PageState.SENT
    assert statuses(desk) == [CarrierStatus.QUEUED]


def test_a_page_that_is_not_delivered_fails_with_the_reason_in_words(desk: PagingDesk) -> None:
    report(desk, sent(desk), UNDELIVERED, 30005)
    assert desk.pages()[0].state is PageState.FAILED
    assert desk.attempts()[0].error == "Not delivered: this number does not exist (30005)."
    assert desk.attempts()[0].error_code == 30005


def test_a_failure_that_is_reported_twice_counts_once(desk: PagingDesk) -> None:
    attempt_id = sent(desk)
    for _ in range(2):
        report(desk, attempt_id, UNDELIVERED, 30005)
    assert len(desk.events(EventKind.PAGE_FAILED)) == 1


@pytest.mark.parametrize("status", [CarrierStatus.DELIVERED, CarrierStatus.READ])
def test_a_text_that_arrives_ends_what_was_known_to_be_wrong(desk: PagingDesk, status: CarrierStatus) -> None:
    desk.edit("Amy Roy", lambda row: record_failure(row, ContactMethod(Channel.TEXT), "sent STOP"))
    report(desk, sent(desk), status)
    assert desk.pages()[0].technician.troubles == {}


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (CarrierStatus.BUSY, PageAnswer.NONE, ["busy"]),
        (CarrierStatus.NO_ANSWER, PageAnswer.NONE, ["no answer"]),
        (CarrierStatus.COMPLETED, PageAnswer.NONE, ["picked up and not taken; perhaps by a private voicemail"]),
        (CarrierStatus.COMPLETED, PageAnswer.TAKEN, []),
        (CarrierStatus.RINGING, PageAnswer.NONE, []),
    ],
)
def test_a_page_by_phone_that_nobody_answered_with_a_key_is_logged(
    desk: PagingDesk, status: CarrierStatus, answer: PageAnswer, expected: list[str]
) -> None:
    attempt_id, page_id = sent(desk, Channel.CALL), desk.pages()[0].id
    desk.write(lambda session, _: setattr(session.get_one(Page, page_id), "answer", answer))
    report(desk, attempt_id, status)
    assert desk.events(EventKind.PAGE_NOT_TAKEN) == expected


def test_after_a_connection_the_technician_is_asked_how_it_went(desk: PagingDesk) -> None:
    attempt_id = sent(desk, Channel.CONNECTION, PageKind.CONNECTION)

    def connect(session: Session, callback: Callback) -> None:
        amy = technician_named(session, "Amy Roy")
        attempt = record_dialing(session, DESK, callback, amy, "SM1", BEGAN)
        take_leg_report(session, DESK, attempt, LegReport(CarrierStatus.IN_PROGRESS), BEGAN)

    desk.write(connect)
    report(desk, attempt_id, CarrierStatus.IN_PROGRESS)
    assert desk.paged(PageKind.OUTCOME) == []
    report(desk, attempt_id, CarrierStatus.COMPLETED)
    assert desk.paged(PageKind.OUTCOME) == ["Amy Roy text"]


def test_pages_that_went_in_the_same_message_are_logged_for_their_callbacks(desk: PagingDesk) -> None:
    desk.opens_another()
    lead, bundled = desk.pages()
    desk.bundles(lead, bundled)
    report(desk, being_sent(desk), CarrierStatus.SENT)
    assert desk.events(EventKind.PAGED) == ["Amy Roy by text", "Amy Roy by text, with others in one message"]
