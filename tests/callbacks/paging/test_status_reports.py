"""Reports of the carrier on pages: what each means, whatever the order in which they come."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageAnswer, PageKind, PageState
from callbacks.db.tables import Callback, EarlyReport, Page, PageAttempt
from callbacks.paging import outages
from callbacks.paging.connections import LegReport, record_dialing, take_leg_report
from callbacks.paging.status_reports import StatusReport, record_acceptance, take_report
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

DELIVERED, UNDELIVERED = CarrierStatus.DELIVERED, CarrierStatus.UNDELIVERED


def report(
    desk: PagingDesk,
    attempt_id: int,
    status: CarrierStatus,
    code: int | None = None,
    sid: str = "SM1",
    sip_code: int | None = None,
    after: float = 1,
) -> None:
    told = StatusReport(attempt_id, sid, status, code, sip_code)
    desk.write(lambda session, _: take_report(session, DESK, told, BEGAN + minutes(after)))


def answered(desk: PagingDesk, attempt_id: int, status: CarrierStatus, code: int | None = None) -> None:
    """Store the answer to a request, or to a look-up of one whose answer was lost."""
    told = StatusReport(attempt_id, "SM1", status, code)

    def work(session: Session, _: Callback) -> None:
        record_acceptance(session, DESK, session.get_one(PageAttempt, attempt_id), told, BEGAN + minutes(1))

    desk.write(work)


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
    report(desk, attempt_id + 1, UNDELIVERED, 30005, sid="SM a third")
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


@pytest.mark.parametrize(("minutes_before", "is_over"), [(1, True), (-1, False)])
def test_a_text_that_arrives_ends_an_outage_that_was_reported_before_it_was_sent(
    desk: PagingDesk, minutes_before: float, is_over: bool
) -> None:
    began = BEGAN - minutes(minutes_before)
    desk.database.write(lambda session: outages.report(session, Channel.TEXT, began))
    report(desk, sent(desk), CarrierStatus.DELIVERED)
    refused = desk.database.read(lambda session: outages.refused_channels(session, BEGAN + minutes(2)))
    assert (refused == frozenset()) is is_over


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


# A failure is a failure whenever it is heard


@pytest.mark.parametrize("status", [UNDELIVERED, CarrierStatus.FAILED, CarrierStatus.CANCELED])
@pytest.mark.parametrize("earlier", [CarrierStatus.QUEUED, CarrierStatus.SENT])
def test_a_failure_counts_after_any_report_that_is_not_of_the_end(
    desk: PagingDesk, status: CarrierStatus, earlier: CarrierStatus
) -> None:
    attempt_id = sent(desk)
    report(desk, attempt_id, earlier)
    report(desk, attempt_id, status, 30003)
    assert desk.pages()[0].state is PageState.FAILED
    assert desk.callback.next_action_at == BEGAN + minutes(1)


def test_a_failure_counts_after_a_report_that_it_was_delivered_and_not_the_other_way_round(desk: PagingDesk) -> None:
    attempt_id = sent(desk)
    report(desk, attempt_id, DELIVERED)
    report(desk, attempt_id, UNDELIVERED, 30003)
    report(desk, attempt_id, DELIVERED)
    assert (desk.pages()[0].state, statuses(desk)) == (PageState.FAILED, [UNDELIVERED])


def test_a_failure_that_is_the_first_report_of_all_counts(desk: PagingDesk) -> None:
    report(desk, being_sent(desk), UNDELIVERED, 30005)
    assert desk.pages()[0].state is PageState.FAILED
    assert desk.callback.next_action_at == BEGAN + minutes(1)


def test_a_failure_that_a_look_up_finds_counts(desk: PagingDesk) -> None:
    answered(desk, being_sent(desk), UNDELIVERED, 30005)
    assert desk.pages()[0].state is PageState.FAILED
    assert desk.attempts()[0].error == "Not delivered: this number does not exist (30005)."


def test_a_report_before_the_answer_is_kept_by_its_sid_and_counts_with_the_answer(desk: PagingDesk) -> None:
    report(desk, 999, UNDELIVERED, 30005)
    assert desk.pages()[0].state is PageState.DUE
    answered(desk, being_sent(desk), CarrierStatus.QUEUED)
    assert (desk.pages()[0].state, statuses(desk)) == (PageState.FAILED, [UNDELIVERED])
    assert early_reports(desk) == 0


def test_a_report_that_nothing_ever_belongs_to_is_dropped_after_a_day(desk: PagingDesk) -> None:
    report(desk, 999, DELIVERED, sid="SM unknown")
    report(desk, 999, DELIVERED, sid="SM another", after=25 * 60)
    assert early_reports(desk) == 1


def test_a_page_that_was_sent_again_is_not_failed_by_the_first_try(desk: PagingDesk) -> None:
    lost = being_sent(desk)
    desk.is_sent(desk.pages()[0].id, sid="SM2")
    report(desk, lost, UNDELIVERED, 30003)
    assert desk.pages()[0].state is PageState.SENT


def test_a_page_that_somebody_answered_is_not_failed_by_a_late_report(desk: PagingDesk) -> None:
    attempt_id = sent(desk)
    desk.write(lambda session, _: setattr(session.get_one(Page, 1), "answer", PageAnswer.TAKEN))
    report(desk, attempt_id, UNDELIVERED, 30003)
    assert desk.events(EventKind.PAGE_FAILED) == []


def test_a_code_that_we_do_not_know_has_its_number_and_the_carriers_words(desk: PagingDesk) -> None:
    told = StatusReport(sent(desk), "SM1", UNDELIVERED, 39999, words="Queue of the moon is full")
    desk.write(lambda session, _: take_report(session, DESK, told, BEGAN + minutes(1)))
    assert desk.attempts()[0].error == "Not delivered: Queue of the moon is full (39999)."


# Calls, by their SIP code


def test_a_call_to_a_number_that_does_not_exist_fails_whatever_its_status_is_called(desk: PagingDesk) -> None:
    attempt_id = sent(desk, Channel.CALL)
    report(desk, attempt_id, CarrierStatus.NO_ANSWER, sip_code=404)
    assert desk.events(EventKind.PAGE_FAILED) == ["Amy Roy: Not delivered: there is no such number (SIP 404)."]
    assert desk.attempts()[0].sip_code == 404
    assert list(desk.pages()[0].technician.troubles) == ["call first"]


def test_a_phone_that_is_off_is_logged_as_such(desk: PagingDesk) -> None:
    report(desk, sent(desk, Channel.CALL), CarrierStatus.NO_ANSWER, sip_code=480)
    assert desk.events(EventKind.PAGE_NOT_TAKEN) == ["the phone is off or out of reach"]


def test_the_reason_for_a_failure_may_come_after_it(desk: PagingDesk) -> None:
    attempt_id = sent(desk, Channel.CALL)
    report(desk, attempt_id, CarrierStatus.FAILED)
    assert desk.pages()[0].technician.troubles == {}
    report(desk, attempt_id, CarrierStatus.FAILED, sip_code=404)
    assert desk.attempts()[0].error == "Not delivered: there is no such number (SIP 404)."
    assert list(desk.pages()[0].technician.troubles) == ["call first"]
    assert len(desk.events(EventKind.PAGE_FAILED)) == 1


def test_a_call_that_is_picked_up_ends_what_was_known_to_be_wrong(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: record_failure(row, ContactMethod(Channel.CALL), "no such number"))
    report(desk, sent(desk, Channel.CALL), CarrierStatus.IN_PROGRESS)
    assert desk.pages()[0].technician.troubles == {}


# A fault of the channel


def test_a_text_that_fails_by_a_fault_of_the_account_waits_and_the_person_is_called(desk: PagingDesk) -> None:
    report(desk, sent(desk), UNDELIVERED, 30002)
    page = desk.pages()[0]
    assert (page.state, page.next_action_at) == (PageState.DUE, BEGAN + minutes(2))
    assert desk.paged(PageKind.STEP) == ["Amy Roy text", "Amy Roy call"]
    assert desk.callback.next_action_at == BEGAN + minutes(3)


def early_reports(desk: PagingDesk) -> int:
    return desk.write(lambda session, _: len(session.scalars(select(EarlyReport)).all()))
