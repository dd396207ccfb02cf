"""A step of the policy is stored with its pages, its reason and the next instant, in one transaction."""

from __future__ import annotations

from functools import partial

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind
from callbacks.db.tables import Callback, Page, ShiftRow
from callbacks.lifecycle.transitions import note_attempt, set_owner
from callbacks.oncall import store
from callbacks.paging import outages
from callbacks.paging.escalate import forecast, page_another_way
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PEOPLE, PagingDesk, minutes


def test_the_first_step_pages_whoever_is_on_call_and_says_why(desk: PagingDesk) -> None:
    assert desk.paged() == ["Amy Roy text"]
    assert desk.callback.next_action_at == BEGAN + minutes(3)
    (reason,) = desk.events(EventKind.STEP)
    assert reason.startswith("Policy default, step 1 of ")
    assert "Amy Roy is texted (on primary: " in reason


def test_the_next_step_is_a_round_of_its_own(desk: PagingDesk) -> None:
    desk.takes_step(3)
    assert desk.paged() == ["Amy Roy text", "Amy Roy call"]
    assert [page.round for page in desk.pages()] == [1, 2]
    assert len({page.code for page in desk.pages()}) == 1


def test_nothing_is_paged_before_its_time(desk: PagingDesk) -> None:
    assert desk.takes_step(2).pages == ()
    assert desk.paged() == ["Amy Roy text"]


def test_an_owner_is_reminded_and_not_paged(desk: PagingDesk) -> None:
    desk.write(lambda session, callback: set_owner(session, callback, technician_named(session, "Amy Roy"), BEGAN))
    desk.takes_step(10)
    assert desk.paged(PageKind.REMINDER) == ["Amy Roy text"]
    assert desk.callback.acted_at == BEGAN + minutes(10)
    assert len(desk.events(EventKind.REMINDER)) == 1


def test_the_deadline_is_logged_as_a_breach_once(desk: PagingDesk) -> None:
    for after in (3, 6, 29):
        desk.takes_step(after)
    assert desk.events(EventKind.BREACHED) == []
    for after in (30, 40):
        desk.takes_step(after)
    assert len(desk.events(EventKind.BREACHED)) == 1
    assert desk.callback.breached_at == desk.callback.due_at


def test_an_owner_who_does_not_try_is_passed_over_and_the_log_says_so(desk: PagingDesk) -> None:
    desk.write(lambda session, callback: set_owner(session, callback, technician_named(session, "Amy Roy"), BEGAN))
    desk.takes_step(26)
    assert desk.events(EventKind.ESCALATION_RESUMED) == ["Amy Roy took it, but no attempt is on record."]
    assert desk.callback.resumed
    assert "Ben Cole text" in desk.paged(PageKind.STEP)


def test_when_nobody_can_be_paged_it_is_logged_and_tried_every_minute(
    desk: PagingDesk, caplog: pytest.LogCaptureFixture
) -> None:
    for name in PEOPLE:
        desk.edit(name, lambda row: setattr(row, "verified_at", None))
    assert desk.takes_step(3).next_action_at == BEGAN + minutes(4)
    assert desk.events(EventKind.STEP_SKIPPED) != []
    assert "nobody can be paged" in caplog.text


def predicted(session: Session, callback: Callback) -> list[str]:
    found = forecast(session, DESK, callback, store.schedule(session, DESK, BEGAN))
    return [f"{notice.person.name} {notice.channel.value}" for notice in found.pages] if found else []


def test_the_forecast_follows_the_rota_as_it_is_now(desk: PagingDesk) -> None:
    assert desk.write(predicted) == ["Amy Roy call"]
    desk.write(lambda session, _: session.execute(delete(ShiftRow).where(ShiftRow.layer == "primary")))
    assert desk.write(predicted) == ["Ben Cole text"]


def test_there_is_no_forecast_while_an_owner_who_tried_the_customer_is_on_it(desk: PagingDesk) -> None:
    def tried(session: Session, callback: Callback) -> None:
        note_attempt(session, callback, technician_named(session, "Amy Roy"), BEGAN)

    desk.write(tried)
    assert desk.write(predicted) == []


def test_a_page_that_never_arrives_goes_another_way_unless_the_next_step_pages_them_anyway(desk: PagingDesk) -> None:
    page = desk.pages()[0]
    desk.write(lambda session, _: page_another_way(session, DESK, session.get_one(Page, page.id), BEGAN))
    assert desk.paged() == ["Amy Roy text"]  # the next step calls Amy
    desk.takes_step(3)
    desk.takes_step(6)
    call = desk.pages()[1]
    desk.edit("Amy Roy", lambda row: setattr(row, "email", "amy@example.com"))
    desk.write(lambda session, _: page_another_way(session, DESK, session.get_one(Page, call.id), BEGAN + minutes(6)))
    assert desk.paged()[-1] == "Amy Roy mail"


def test_while_the_same_page_still_waits_none_is_added(desk: PagingDesk) -> None:
    desk.edit("Amy Roy", lambda row: record_failure(row, ContactMethod(Channel.CALL), "this number does not exist"))
    desk.takes_step(3)  # the step calls Amy: a text is the only way left, and one is in the outbox
    assert desk.paged() == ["Amy Roy text"]


def test_escalation_above_an_owner_that_waits_for_an_outage_to_end_is_not_forgotten(desk: PagingDesk) -> None:
    desk.write(
        lambda session, callback: set_owner(
            session, callback, technician_named(session, "Amy Roy"), BEGAN + minutes(29)
        )
    )
    for channel in outages.BY_PHONE:
        desk.database.write(partial(outages.begin, channel=channel, now=BEGAN + minutes(29)))
    desk.takes_step(30)
    desk.takes_step(39)
    assert not desk.callback.resumed
    for channel in outages.BY_PHONE:
        desk.database.write(partial(outages.end, channel=channel, now=BEGAN + minutes(40)))
    desk.takes_step(40)
    assert desk.callback.resumed
