"""Many pages at once: bundles and the daily cap, from which the first page of a callback is exempt."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Channel, PageKind, PageState
from callbacks.db.tables import Callback, Page
from callbacks.desk.desk_file import Limits
from callbacks.paging import throttle as module
from callbacks.paging.alerts import add_alert
from callbacks.paging.pages import add_page
from callbacks.paging.throttle import (
    ABOVE_THE_CAP,
    MOST_IN_A_BUNDLE,
    WAITS_ITS_TURN,
    Action,
    PageFacts,
    Throttling,
    Traffic,
    is_first_page,
    may_be_sent,
    others_waiting,
    throttle,
    traffic_of,
)
from callbacks.people.person import ContactMethod
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes

LIMITS = Limits()
QUIET = Traffic(0, 0, None)
BUSY = Traffic(LIMITS.pages_in_ten_minutes, 20, BEGAN)
CAPPED = Traffic(0, LIMITS.texts_a_day, None)
FLOOD = Traffic(0, 2 * LIMITS.texts_a_day, None)
WAIT = Throttling(Action.WAIT, BEGAN + LIMITS.bundle_every)


@pytest.mark.parametrize(
    ("channel", "traffic", "is_first", "after", "expected"),
    [
        (Channel.TEXT, QUIET, False, 0, Throttling(Action.SEND)),
        (Channel.TEXT, BUSY, False, 0, WAIT),
        (Channel.TEXT, BUSY, False, 1.9, WAIT),
        (Channel.TEXT, BUSY, False, 2, Throttling(Action.BUNDLE)),
        (Channel.TEXT, BUSY, True, 0, Throttling(Action.SEND)),
        (Channel.TEXT, CAPPED, False, 0, Throttling(Action.DROP)),
        (Channel.TEXT, CAPPED, True, 0, Throttling(Action.SEND)),
        (Channel.CALL, Traffic(0, LIMITS.calls_a_day - 1, None), False, 0, Throttling(Action.SEND)),
        (Channel.CALL, Traffic(0, LIMITS.calls_a_day, None), False, 0, Throttling(Action.DROP)),
        (Channel.MAIL, Traffic(99, 9999, BEGAN), False, 0, Throttling(Action.SEND)),
    ],
)
def test_what_is_done_with_a_page(
    channel: Channel, traffic: Traffic, is_first: bool, after: float, expected: Throttling
) -> None:
    page = PageFacts(PageKind.STEP, channel, is_first=is_first)
    assert throttle(LIMITS, page, traffic, BEGAN + minutes(after)) == expected


@pytest.mark.parametrize("channel", [Channel.TEXT, Channel.CALL, Channel.CONNECTION])
@pytest.mark.parametrize("kind", PageKind)
def test_a_flood_of_any_kind_is_bounded(kind: PageKind, channel: Channel) -> None:
    """Each page is sent as soon as the limits let it, until they let none."""
    cap = LIMITS.texts_a_day if channel is Channel.TEXT else LIMITS.calls_a_day
    sent = 0
    while throttle(LIMITS, PageFacts(kind, channel), Traffic(0, sent, None), BEGAN).action is not Action.DROP:
        sent += 1
    assert sent == (2 * cap if kind in ABOVE_THE_CAP else cap)


@pytest.mark.parametrize("kind", PageKind)
def test_a_page_that_has_waited_its_turn_is_tried_again_without_waiting(kind: PageKind) -> None:
    assert throttle(LIMITS, PageFacts(kind, Channel.TEXT, is_retry=True), BUSY, BEGAN).action is Action.SEND
    dropped = throttle(LIMITS, PageFacts(kind, Channel.TEXT, is_retry=True), FLOOD, BEGAN)
    assert dropped.action is Action.DROP


def test_every_exception_from_the_cap_has_its_reason() -> None:
    assert all(ABOVE_THE_CAP.values())
    assert not WAITS_ITS_TURN & set(ABOVE_THE_CAP)


def later_page(desk: PagingDesk, kind: PageKind = PageKind.STEP, channel: Channel = Channel.TEXT) -> int:
    """Add a page of a later round of a new callback."""
    callback_id = desk.opens_another()

    def work(session: Session, _: Callback) -> int:
        callback, amy = session.get_one(Callback, callback_id), technician_named(session, "Amy Roy")
        page = add_page(session, callback, amy.id, ContactMethod(channel), kind, 9, BEGAN, code="1234")
        session.flush()
        return page.id

    return desk.write(work)


def decide(desk: PagingDesk, page_id: int, now: datetime = BEGAN) -> bool:
    return desk.write(lambda session, _: may_be_sent(session, DESK, session.get_one(Page, page_id), now))


def page(desk: PagingDesk, page_id: int) -> Page:
    return next(each for each in desk.pages() if each.id == page_id)


def traffic_is(monkeypatch: pytest.MonkeyPatch, traffic: Traffic) -> None:
    monkeypatch.setattr(module, "traffic_of", lambda *_: traffic)


def test_a_page_in_a_crowd_waits_for_its_bundle(desk: PagingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    traffic_is(monkeypatch, BUSY)
    page_id = later_page(desk)
    assert not decide(desk, page_id)
    assert page(desk, page_id).next_action_at == WAIT.until


def test_the_pages_that_wait_go_in_one_text(desk: PagingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    traffic_is(monkeypatch, BUSY)
    lead, other = later_page(desk), later_page(desk)
    assert decide(desk, lead, BEGAN + minutes(2))
    bundled = page(desk, other)
    assert (bundled.state, bundled.bundled_into_id, bundled.next_action_at) == (PageState.BUNDLED, lead, None)


def test_the_first_page_of_a_callback_is_never_held_back(desk: PagingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    for traffic in (BUSY, CAPPED):
        traffic_is(monkeypatch, traffic)
        assert decide(desk, desk.pages()[0].id)


def test_over_the_cap_a_page_is_dropped_and_supervisors_are_alerted_once_a_day(
    desk: PagingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic_is(monkeypatch, CAPPED)
    pages = [later_page(desk), later_page(desk)]
    assert [decide(desk, page_id) for page_id in pages] == [False, False]
    assert {page(desk, page_id).state for page_id in pages} == {PageState.OVER_THE_CAP}
    assert desk.events(EventKind.PAGE_CAPPED) == ["Amy Roy: over the daily cap on texts"] * 2
    (alert,) = desk.alerts()
    assert "the daily cap on texts is reached" in alert


def test_what_a_customer_waits_for_goes_out_above_the_cap_up_to_twice_as_much(
    desk: PagingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic_is(monkeypatch, CAPPED)
    assert decide(desk, later_page(desk, PageKind.GIVEN))
    assert not decide(desk, later_page(desk, PageKind.TAKEN))
    traffic_is(monkeypatch, FLOOD)
    assert not decide(desk, later_page(desk, PageKind.GIVEN))
    assert "twice the daily cap on texts is reached" in desk.alerts()[-1]


def test_a_page_about_no_callback_is_dropped_too(desk: PagingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    traffic_is(monkeypatch, FLOOD)

    def work(session: Session, _: Callback) -> int:
        amy = technician_named(session, "Amy Roy")
        page = add_alert(session, amy.id, ContactMethod(Channel.TEXT), PageKind.TEST, "a test", BEGAN)
        session.flush()
        return page.id

    page_id = desk.write(work)
    assert not decide(desk, page_id)
    assert page(desk, page_id).state is PageState.OVER_THE_CAP


def test_what_was_bundled_into_a_dropped_page_is_decided_by_itself(
    desk: PagingDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    traffic_is(monkeypatch, BUSY)
    lead, other = later_page(desk), later_page(desk)
    assert decide(desk, lead, BEGAN + minutes(2))
    traffic_is(monkeypatch, CAPPED)
    assert not decide(desk, lead, BEGAN + minutes(3))
    released = page(desk, other)
    assert (released.state, released.bundled_into_id) == (PageState.DUE, None)


def test_traffic_is_counted_for_one_number_lately_and_for_everybody_today(desk: PagingDesk) -> None:
    for at in (BEGAN - minutes(30), BEGAN - minutes(9), BEGAN - minutes(3)):
        desk.is_sent(later_page(desk), at, sid=f"SM{at}")
    page_id = desk.pages()[0].id
    found = desk.write(lambda session, _: traffic_of(session, session.get_one(Page, page_id), BEGAN))
    assert found == Traffic(2, 3, BEGAN - minutes(3))
    call = later_page(desk, channel=Channel.CALL)
    assert desk.write(lambda session, _: traffic_of(session, session.get_one(Page, call), BEGAN)) == QUIET
    connection = later_page(desk, PageKind.CONNECTION, Channel.CONNECTION)
    desk.is_sent(connection, BEGAN - minutes(1), sid="CA1")
    found = desk.write(lambda session, _: traffic_of(session, session.get_one(Page, call), BEGAN))
    assert found == Traffic(0, 1, None), "a connection is a call"


def test_only_pages_that_may_wait_go_along(desk: PagingDesk) -> None:
    lead, other = later_page(desk), later_page(desk)
    for kind, channel in ((PageKind.REMINDER, Channel.TEXT), (PageKind.STEP, Channel.CALL)):
        later_page(desk, kind, channel)
    retried = later_page(desk)
    desk.write(lambda session, _: setattr(session.get_one(Page, retried), "tries", 1))
    found = desk.write(
        lambda session, _: [each.id for each in others_waiting(session, session.get_one(Page, lead), BEGAN)]
    )
    assert found == [other]


def test_a_bundle_has_an_upper_limit(desk: PagingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_IN_A_BUNDLE == 20
    monkeypatch.setattr(module, "MOST_IN_A_BUNDLE", 4)
    lead = later_page(desk)
    for _ in range(4):
        later_page(desk)
    found = desk.write(lambda session, _: len(others_waiting(session, session.get_one(Page, lead), BEGAN)))
    assert found < 4


def test_every_page_of_the_first_step_is_a_first_page(desk: PagingDesk) -> None:
    desk.takes_step(3)
    firsts = desk.write(
        lambda session, _: [is_first_page(session, session.get_one(Page, each.id)) for each in desk.pages()]
    )
    assert firsts == [True, False]
