"""A page that will never arrive: whose fault it is decides what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page
from callbacks.errors import CarrierError
from callbacks.lifecycle.transitions import advance_escalation
from callbacks.paging import outages
from callbacks.paging.alerts import add_alert
from callbacks.paging.channels.carrier_errors import Fault
from callbacks.paging.failures import alert_to_account, fail, retry_meanwhile, wait_after_report, wait_for_channel
from callbacks.paging.pages import add_page
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from callbacks.text.bilingual import Words
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

NOW = BEGAN + minutes(1)


NOT_DELIVERED = Words("Not delivered.", "Non livré.")


def fails(desk: PagingDesk, page_id: int, code: int | None, why: Words = NOT_DELIVERED) -> None:
    desk.write(lambda session, _: fail(session, DESK, session.get_one(Page, page_id), why, NOW, code))


def refused(desk: PagingDesk, page_id: int, code: int, after: float = 1) -> None:
    fault = CarrierError("Refused.", code=code)
    now = BEGAN + minutes(after)
    desk.write(lambda session, _: wait_for_channel(session, DESK, session.get_one(Page, page_id), fault, now))


def refused_for_its_own_reason(desk: PagingDesk, page_id: int, tries: int) -> None:
    def work(session: Session, _: Callback) -> None:
        page = session.get_one(Page, page_id)
        page.tries = tries
        retry_meanwhile(session, page, NOW)

    desk.write(work)


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
    fails(desk, first(desk), 30003, Words("Not delivered: the phone is off.", "Non livré: le téléphone est éteint."))
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


@pytest.mark.parametrize(("code", "is_remembered"), [(30005, True), (21610, True), (30003, False)])
def test_only_a_fault_of_the_persons_number_is_remembered(desk: PagingDesk, code: int, is_remembered: bool) -> None:
    fails(desk, first(desk), code)
    assert ("text first" in desk.pages()[0].technician.troubles) == is_remembered


def test_supervisors_are_alerted_to_a_number_that_does_not_work_once(desk: PagingDesk) -> None:
    desk.opens_another()
    for page in desk.pages():
        fails(desk, page.id, 30005, Words("Not delivered: no such number.", "Non livré: ce numéro n'existe pas."))
    (alert,) = desk.alerts()
    assert "Amy Roy cannot be reached by text: Not delivered: no such number. They are paged another way" in alert


def test_a_connection_that_fails_means_that_pages_by_phone_fail_too(desk: PagingDesk) -> None:
    page_id = first(desk)
    desk.write(lambda session, _: setattr(session.get_one(Page, page_id), "channel", Channel.CONNECTION))
    fails(desk, page_id, 21211)
    assert list(desk.pages()[0].technician.troubles) == ["call first"]


def test_an_alert_that_cannot_be_texted_is_read_out_by_phone(desk: PagingDesk) -> None:
    fails(desk, alert_waits(desk), 30005)
    spoken = [page.words for page in desk.pages(PageKind.ALARM) if page.channel is Channel.CALL]
    assert "the disk is full" in spoken


def test_pages_in_the_same_message_fail_together(desk: PagingDesk) -> None:
    desk.opens_another()
    lead, bundled = desk.pages()
    desk.bundles(lead, bundled)
    fails(desk, lead.id, 30003)
    assert [page.state for page in desk.pages()] == [PageState.FAILED] * 2


def test_a_phone_number_that_the_network_does_not_know_is_remembered_and_the_person_hears_by_text(
    desk: PagingDesk,
) -> None:
    page_id = first(desk)
    desk.write(lambda session, _: setattr(session.get_one(Page, page_id), "channel", Channel.CALL))
    why = Words("Not delivered: there is no such number (SIP 404).", "Non livré: ce numéro n'existe pas (SIP 404).")
    desk.write(lambda session, _: fail(session, DESK, session.get_one(Page, page_id), why, NOW, None, 404))
    assert desk.pages()[0].technician.troubles == {"call first": why.english}
    texts = [(page.technician.name, page.words) for page in desk.pages(PageKind.ALARM)]
    assert [name for name, _ in texts] == ["Sue Tran", "Amy Roy"]
    assert "calls to your number fail: Not delivered: there is no such number" in texts[1][1]


def test_a_busy_network_says_nothing_about_the_number(desk: PagingDesk) -> None:
    desk.write(
        lambda session, _: fail(session, DESK, session.get_one(Page, 1), Words("Busy.", "Occupé."), NOW, None, 503)
    )
    assert desk.pages()[0].technician.troubles == {}


# A fault of the channel


@pytest.mark.parametrize("code", [20003, 21606, 20429, 10004, 30001, 30002, 30034])
def test_a_fault_of_the_channel_leaves_the_page_waiting_and_the_steps_and_persons_unused(
    desk: PagingDesk, code: int
) -> None:
    refused(desk, first(desk), code)
    page = desk.pages()[0]
    assert (page.state, page.technician.troubles) == (PageState.DUE, {})
    assert page.next_action_at == NOW + minutes(1 / 12)
    assert desk.callback.next_action_at == BEGAN + minutes(3)


@pytest.mark.parametrize(("code", "alerts"), [(20003, 1), (21606, 1), (30034, 1), (20429, 0)])
def test_supervisors_are_alerted_at_once_to_what_only_they_can_fix_and_once(
    desk: PagingDesk, code: int, alerts: int
) -> None:
    desk.edit("Sue Tran", lambda row: setattr(row, "email", "sue@example.com"))
    for after in (1, 1.2, 1.4):
        refused(desk, first(desk), code, after)
    assert desk.paged(PageKind.OUTAGE) == ["Sue Tran mail"] * alerts  # a text would be refused too


def test_too_much_at_once_is_an_alarm_when_it_has_lasted_for_a_minute(desk: PagingDesk) -> None:
    for after in (1, 1.9):
        refused(desk, first(desk), 20429, after)
    assert desk.paged(PageKind.OUTAGE) == []
    refused(desk, first(desk), 20429, 2)
    assert desk.paged(PageKind.OUTAGE) == ["Sue Tran call"]


def test_while_texts_are_refused_the_same_person_is_called_and_mailed(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: setattr(row, "email", "amy@example.com"))
    refused(desk, first(desk), 30034)
    refused(desk, first(desk), 30034, 1.5)
    assert desk.paged(PageKind.STEP) == ["Amy Roy text", "Amy Roy call", "Amy Roy mail"]
    assert {page.code for page in desk.pages(PageKind.STEP)} == {desk.pages()[0].code}


def test_an_alert_that_waits_for_texts_is_read_out_by_phone(desk: PagingDesk) -> None:
    waits = alert_waits(desk)
    refused(desk, waits, 21606)
    spoken = [page.words for page in desk.pages(PageKind.ALARM) if page.channel is Channel.CALL]
    assert "the disk is full" in spoken


def test_an_outage_that_comes_again_is_an_alarm_again(desk: PagingDesk) -> None:
    refused(desk, first(desk), 20003)
    desk.write(lambda session, _: outages.end_of_refusals(session, Channel.TEXT, NOW))
    refused(desk, first(desk), 20003, 9)
    assert desk.paged(PageKind.OUTAGE) == ["Sue Tran call"] * 2


def test_a_page_that_was_accepted_and_failed_by_the_channel_waits_to_be_sent_again(desk: PagingDesk) -> None:
    desk.is_sent(first(desk))

    def work(session: Session, _: Callback) -> None:
        page = session.get_one(Page, 1)
        why = Words("Not delivered: the account is suspended (30002).", "Non livré: le compte est suspendu (30002).")
        wait_after_report(session, DESK, page, why, Fault.ACCOUNT, NOW)

    desk.write(work)
    assert (desk.pages()[0].state, desk.pages()[0].next_action_at) == (PageState.DUE, NOW + minutes(1))
    assert desk.paged(PageKind.STEP) == ["Amy Roy text", "Amy Roy call"]
    assert desk.events(EventKind.PAGE_FAILED)[0].endswith("(30002). It waits.")


# A fault of one page, which is tried again


def test_a_page_that_is_refused_for_one_country_goes_to_the_same_person_another_way(desk: PagingDesk) -> None:
    refused_for_its_own_reason(desk, first(desk), tries=1)
    assert desk.paged(PageKind.STEP) == ["Amy Roy text", "Amy Roy call"]
    assert desk.callback.next_action_at == BEGAN + minutes(3)


def test_where_there_is_no_other_way_the_next_step_does_not_wait(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: record_failure(row, ContactMethod(Channel.CALL), "no such number"))
    refused_for_its_own_reason(desk, first(desk), tries=1)
    assert desk.callback.next_action_at == BEGAN + minutes(3)
    refused_for_its_own_reason(desk, first(desk), tries=2)
    assert desk.callback.next_action_at == NOW


@pytest.mark.parametrize(("code", "alerts"), [(21408, 1), (20429, 0), (30005, 0)])
def test_supervisors_are_alerted_once_a_day_to_what_the_account_may_not_do(
    desk: PagingDesk, code: int, alerts: int
) -> None:
    for _ in range(2):
        fault = CarrierError("Refused.", code=code)
        desk.write(lambda session, _, fault=fault: alert_to_account(session, DESK, fault, NOW))  # type: ignore[misc]
    assert len(desk.alerts()) == alerts


def test_a_page_about_a_call_of_perhaps_no_person_is_made_another_way_and_no_step_is_taken(desk: PagingDesk) -> None:
    at = BEGAN + timedelta(days=1)

    def suspects(_: Session, callback: Callback) -> None:
        callback.perhaps_robot, callback.position, callback.next_action_at = True, 0, at

    desk.write(suspects)
    fails(desk, first(desk), 30003)
    assert desk.paged() == ["Amy Roy text", "Amy Roy call"]
    assert desk.callback.next_action_at == at
