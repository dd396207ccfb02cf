"""A page that will never arrive: whose fault it is decides what follows."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import advance_escalation
from callbacks.paging.alerts import add_alert
from callbacks.paging.failures import alert_to_account, fail, retry_meanwhile
from callbacks.paging.pages import add_page
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

NOW = BEGAN + minutes(1)


def fails(desk: PagingDesk, page_id: int, code: int | None, why: str = "Not delivered.") -> None:
    desk.write(lambda session, _: fail(session, DESK, session.get_one(Page, page_id), why, NOW, code))


def refused(desk: PagingDesk, page_id: int, code: int) -> None:
    fault = CarrierError("Refused.", code=code)
    desk.write(lambda session, _: retry_meanwhile(session, session.get_one(Page, page_id), fault, NOW))


def alert_waits(desk: PagingDesk) -> int:
    def work(session: Session, _: Callback) -> int:
        sue = technician_named(session, "Sue Tran")
        page = add_alert(session, sue.id, ContactMethod(Channel.TEXT), PageKind.ALARM, "the disk is full", BEGAN)
        session.flush()
        return page.id

    return desk.write(work)


def first(desk: PagingDesk) -> int:
    return desk.pages()[0].id


def test_the_page_fails_with_the_reason_in_the_log(desk: PagingDesk) -> None:
    fails(desk, first(desk), 30003, "Not delivered: the phone is off.")
    assert (desk.pages()[0].state, desk.pages()[0].next_action_at) == (PageState.FAILED, None)
    assert desk.events(EventKind.PAGE_FAILED) == ["Amy Roy: Not delivered: the phone is off."]


def test_when_the_whole_step_failed_the_next_one_is_taken_at_once(desk: PagingDesk) -> None:
    fails(desk, first(desk), 30003)
    assert desk.callback.next_action_at == NOW


def test_while_another_page_of_the_step_is_out_the_next_one_keeps_its_time(desk: PagingDesk) -> None:
    def copy(session: Session, callback: Callback) -> None:
        page = desk.pages()[0]
        ben = technician_named(session, "Ben Cole")
        other = Page(callback_id=callback.id, kind=page.kind, round=page.round, technician_id=ben.id)
        other.channel, other.words, other.code, other.created_at = Channel.TEXT, "", "1234", BEGAN
        session.add(other)

    desk.write(copy)
    fails(desk, first(desk), 30003)
    assert desk.callback.next_action_at == BEGAN + minutes(3)


def test_the_next_step_is_brought_forward_only_the_first_time_that_a_way_fails(desk: PagingDesk) -> None:
    earlier = first(desk)
    fails(desk, earlier, 30003)

    def page_again(session: Session, callback: Callback) -> int:
        amy = technician_named(session, "Amy Roy")
        advance_escalation(callback, callback.position, BEGAN + minutes(9), resumed=False)
        page = add_page(session, callback, amy.id, ContactMethod(Channel.TEXT), PageKind.STEP, 8, BEGAN)
        session.flush()
        return page.id

    fails(desk, desk.write(page_again), 30003)
    assert desk.callback.next_action_at == BEGAN + minutes(9)


@pytest.mark.parametrize(("code", "is_remembered"), [(30005, True), (21610, True), (30003, False), (30034, False)])
def test_only_a_fault_of_the_persons_number_is_remembered(desk: PagingDesk, code: int, is_remembered: bool) -> None:
    fails(desk, first(desk), code)
    assert ("text first" in desk.pages()[0].technician.troubles) == is_remembered


def test_supervisors_are_alerted_to_a_number_that_does_not_work_once(desk: PagingDesk) -> None:
    desk.opens_another()
    for page in desk.pages():
        fails(desk, page.id, 30005, "Not delivered: no such number.")
    (alert,) = desk.alerts()
    assert "Amy Roy cannot be reached by text: Not delivered: no such number. They are paged another way" in alert


def test_a_sender_that_is_not_registered_alerts_supervisors_once_a_day(desk: PagingDesk) -> None:
    desk.opens_another()
    for page in desk.pages():
        fails(desk, page.id, 30034)
    (alert,) = desk.alerts()
    assert "no texts can be sent" in alert


def test_a_connection_that_fails_means_that_pages_by_phone_fail_too(desk: PagingDesk) -> None:
    page_id = first(desk)
    desk.write(lambda session, _: setattr(session.get_one(Page, page_id), "channel", Channel.CONNECTION))
    fails(desk, page_id, 21211)
    assert list(desk.pages()[0].technician.troubles) == ["call first"]


def test_an_alert_that_cannot_be_texted_is_read_out_by_phone(desk: PagingDesk) -> None:
    fails(desk, alert_waits(desk), 30034)
    spoken = [page.words for page in desk.pages(PageKind.ALARM) if page.channel is Channel.CALL]
    assert "the disk is full" in spoken


def test_pages_in_the_same_message_fail_together(desk: PagingDesk) -> None:
    desk.opens_another()
    lead, bundled = desk.pages()
    desk.bundles(lead, bundled)
    fails(desk, lead.id, 30003)
    assert [page.state for page in desk.pages()] == [PageState.FAILED] * 2


def test_a_page_that_is_refused_again_and_again_does_not_hold_up_the_next_step(desk: PagingDesk) -> None:
    refused(desk, first(desk), 20429)
    assert desk.callback.next_action_at == NOW


def test_a_refused_account_does_not_use_up_the_steps(desk: PagingDesk) -> None:
    refused(desk, first(desk), 20003)
    assert desk.callback.next_action_at == BEGAN + minutes(3)


@pytest.mark.parametrize(("code", "calls"), [(21606, 1), (20003, 0), (20429, 0)])
def test_an_alert_goes_by_phone_while_our_own_number_cannot_text(desk: PagingDesk, code: int, calls: int) -> None:
    refused(desk, alert_waits(desk), code)
    assert desk.paged(PageKind.ALARM).count("Sue Tran call") == calls


@pytest.mark.parametrize(("code", "alerts"), [(20003, 1), (21408, 1), (21606, 1), (20429, 0), (30005, 0)])
def test_supervisors_are_alerted_to_what_only_they_can_change(desk: PagingDesk, code: int, alerts: int) -> None:
    for _ in range(2):
        fault = CarrierError("Refused.", code=code)
        desk.write(lambda session, _, fault=fault: alert_to_account(session, DESK, fault, NOW))  # type: ignore[misc]
    assert len(desk.alerts()) == alerts
