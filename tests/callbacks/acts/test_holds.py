"""Until a time, nobody is paged; a hold that is over changes nothing."""

from __future__ import annotations

from datetime import timedelta

from callbacks.acts.escalation import PageNow
from callbacks.acts.holds import begin_hold, release_hold
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageState
from tests.callbacks.acts.night import NOW, SUE, Night

UNTIL = NOW + timedelta(hours=3)


def held(night: Night) -> None:
    begin_hold(night.session, night.desk, night.callback, UNTIL, SUE, "it can wait", NOW)


def test_pages_that_have_not_left_are_cancelled(night: Night) -> None:
    (page,) = night.pages(night.amy)
    page.state = PageState.DUE
    held(night)
    assert page.state is PageState.CANCELLED
    assert night.events(EventKind.HELD) == [(SUE, EventKind.HELD, "until Sun 29 Nov 01:13, because it can wait")]


def test_a_hold_that_would_be_over_lets_people_be_paged(night: Night) -> None:
    held(night)
    begin_hold(night.session, night.desk, night.callback, NOW, SUE, "now", NOW)
    assert night.callback.held_until == NOW


def test_what_is_not_held_cannot_be_released(night: Night) -> None:
    release_hold(night.session, night.callback, SUE, "no reason", NOW)
    held(night)
    release_hold(night.session, night.callback, SUE, "over", UNTIL)
    assert night.events(EventKind.HOLD_ENDED) == []


def test_a_supervisor_who_pages_now_ends_the_hold(night: Night) -> None:
    held(night)
    night.sue_does(PageNow())
    assert night.callback.next_action_at == NOW
    assert night.events(EventKind.HOLD_ENDED) == [(SUE, EventKind.HOLD_ENDED, "asked to page now")]
