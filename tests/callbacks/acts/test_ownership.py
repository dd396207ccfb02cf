"""Take, assign and pass: who has the callback afterwards, and whom that concerns."""

from __future__ import annotations

import pytest

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Via
from callbacks.acts.ownership import Assign, Pass, Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageAnswer, PageKind, PageState, ReportedOutcome, Role
from callbacks.lifecycle.transitions import advance_escalation
from tests.callbacks.acts.night import DUE, NOW, SUE, Night


def test_who_takes_it_owns_it_and_the_next_action_is_a_reminder(night: Night) -> None:
    night.amy_does(Take())
    assert (night.callback.owner, night.callback.acknowledged_at) == (night.amy, NOW)
    assert night.callback.next_action_at is not None
    assert NOW < night.callback.next_action_at < DUE
    assert {page.answer for page in night.pages(night.amy)} == {PageAnswer.TAKEN}
    assert night.events(EventKind.TAKEN) == [("Amy Roy", EventKind.TAKEN, "by text")]


def test_taken_again_by_its_owner_nothing_changes(night: Night) -> None:
    night.amy_does(Take())
    before = night.events()
    assert "is yours" in night.amy_does(Take()).english
    assert night.events() == before


def test_somebody_elses_callback_is_refused_and_named(night: Night) -> None:
    night.amy_does(Take())
    refusal = night.refusal(Take(), night.by(night.ben))
    assert refusal.english == f"Amy Roy has {night.callback.reference}."
    assert refusal.french == f"{night.callback.reference}: Amy Roy s'en occupe."


def test_at_the_console_it_is_taken_from_its_owner(night: Night) -> None:
    night.amy_does(Take())
    night.does(Take(from_owner=True), night.at_console(Role.SUPERVISOR, night.ben))
    assert night.callback.owner is night.ben
    assert night.texts(night.amy, PageKind.TAKEN)


def test_once_it_escalates_above_the_owner_anybody_can_take_it(night: Night) -> None:
    night.amy_does(Take())
    advance_escalation(night.callback, 2, NOW, resumed=True)
    night.does(Take(), night.by(night.ben))
    assert (night.callback.owner, night.callback.resumed) == (night.ben, False)


def test_others_who_were_paged_are_informed_and_the_new_owner_is_not(night: Night) -> None:
    night.does(Take(), night.by(night.ben))
    assert night.texts(night.amy, PageKind.TAKEN)[0].endswith("Nothing for you to do.")
    assert not night.texts(night.ben, PageKind.TAKEN)
    assert not night.texts(night.luc, PageKind.TAKEN)  # never paged


def test_taking_it_cancels_the_pages_that_wait(night: Night) -> None:
    night.pages(night.amy)[0].state = PageState.DUE
    night.does(Take(), night.by(night.ben))
    assert [page.state for page in night.pages(night.amy, PageKind.STEP)] == [PageState.CANCELLED]


def test_assigned_it_is_theirs_whoever_had_it_and_they_get_a_text(night: Night) -> None:
    night.amy_does(Take())
    answer = night.sue_does(Assign(night.luc))
    assert night.callback.owner is night.luc
    assert answer.english == f"{night.callback.reference} was assigned to Luc, who gets a text."
    assert f"{SUE} vous confie {night.callback.reference}" in night.texts(night.luc, PageKind.GIVEN)[0]
    assert night.texts(night.amy, PageKind.TAKEN)
    assert night.events(EventKind.ASSIGNED) == [(SUE, EventKind.ASSIGNED, "to Luc")]


def test_it_is_not_assigned_to_somebody_who_has_left(night: Night) -> None:
    night.ben.left_at = NOW
    assert night.refusal(Assign(night.ben), night.at_console()) == wording.left("Ben Cole")
    assert night.callback.owner is None


def test_passed_it_has_no_owner_and_the_next_step_is_due_at_once(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(Pass(), Via.LINK)
    assert (night.callback.owner, night.callback.acknowledged_at) == (None, None)
    assert night.callback.next_action_at == NOW
    assert {page.answer for page in night.pages(night.amy) if page.code} == {PageAnswer.PASSED}
    assert night.events(EventKind.PASSED) == [("Amy Roy", EventKind.PASSED, "by link")]


def test_passed_the_pages_that_wait_for_them_are_cancelled(night: Night) -> None:
    night.pages(night.amy)[0].state = PageState.DUE
    night.amy_does(Pass())
    assert [page.state for page in night.pages(night.amy, PageKind.STEP)] == [PageState.CANCELLED]


def test_a_page_is_declined_before_anybody_has_taken_it(night: Night) -> None:
    assert night.amy_does(Pass()) == wording.passed(night.callback.reference)
    assert night.callback.next_action_at == NOW


def test_somebody_elses_callback_cannot_be_passed(night: Night) -> None:
    night.amy_does(Take())
    assert night.refusal(Pass(), night.by(night.ben)) == wording.owned_by_another(night.callback)
    assert night.callback.owner is night.amy


def test_after_an_attempt_a_new_owner_is_not_reminded(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    before = night.callback.next_action_at
    night.sue_does(Assign(night.ben))
    assert night.callback.next_action_at == before


@pytest.mark.parametrize("via", [Via.TEXT, Via.PHONE, Via.LINK])
def test_the_log_says_how_it_was_taken(night: Night, via: Via) -> None:
    night.amy_does(Take(), via)
    assert night.events(EventKind.TAKEN)[0][2] == f"by {via.value}"
