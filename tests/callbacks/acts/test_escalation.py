"""Asking more people for help: the next step at once, and the manager."""

from __future__ import annotations

from datetime import timedelta

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.escalation import PageNow, RequestManager
from callbacks.acts.ownership import Pass, Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind, ReportedOutcome
from callbacks.db.tables import ShiftRow
from callbacks.lifecycle.transitions import advance_escalation
from tests.callbacks.acts.night import NOW, SUE, Night


def test_the_next_step_is_due_at_once(night: Night) -> None:
    night.sue_does(PageNow())
    assert night.callback.next_action_at == NOW
    assert night.events(EventKind.PAGE_REQUESTED) == [(SUE, EventKind.PAGE_REQUESTED, "")]


def test_while_the_owner_is_on_it_nobody_else_is_paged(night: Night) -> None:
    night.amy_does(Take())
    assert night.refusal(PageNow(), night.at_console()) == wording.owner_is_on_it("Amy Roy")


def test_once_it_escalates_above_the_owner_the_next_step_can_be_hurried(night: Night) -> None:
    night.amy_does(Take())
    advance_escalation(night.callback, 2, NOW + timedelta(minutes=5), resumed=True)
    night.sue_does(PageNow())
    assert night.callback.next_action_at == NOW


def test_after_an_attempt_only_its_owner_is_asked_until_they_pass_it(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert night.refusal(PageNow(), night.at_console()) == wording.owner_is_on_it("Amy Roy")
    night.amy_does(Pass())
    night.sue_does(PageNow())
    assert night.callback.next_action_at == NOW


def test_the_manager_on_call_reads_why_in_their_language(night: Night) -> None:
    night.amy_does(RequestManager("angry"))
    (text,) = night.texts(night.luc, PageKind.MANAGER)
    assert "demande un gestionnaire (angry)" in text
    assert night.events(EventKind.MANAGER_REQUESTED) == [("Amy Roy", EventKind.MANAGER_REQUESTED, "by text: angry")]


def test_a_manager_is_not_asked_for_by_themselves(night: Night) -> None:
    assert night.refusal(RequestManager("angry"), night.by(night.luc)) == wording.nobody_on("manager")


def test_without_a_manager_on_call_whoever_stands_in_for_supervisors_is_texted(night: Night) -> None:
    night.session.query(ShiftRow).filter(ShiftRow.layer == "manager").delete()
    night.amy_does(RequestManager("angry"))
    assert night.texts(night.ben, PageKind.MANAGER)


def test_without_anybody_else_on_call_it_is_refused(night: Night) -> None:
    night.session.query(ShiftRow).filter(ShiftRow.layer != "primary").delete()
    assert night.refusal(RequestManager("angry"), night.by(night.amy)) == wording.nobody_on("manager")
