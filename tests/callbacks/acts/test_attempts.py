"""Attempts to reach the customer: each reported outcome, by a technician and for an owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.acts.attempts import ReportOutcome, record_attempt
from callbacks.acts.base import Via
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PageKind, PageState, ReachOutcome, ReportedOutcome
from tests.callbacks.acts.night import CUSTOMER, DUE, NOW, SUE, Night

KEEP_OPEN = [outcome for outcome in ReportedOutcome if outcome is not ReportedOutcome.RESOLVED]


@pytest.mark.parametrize(
    ("reported", "recorded", "state"),
    [
        (ReportedOutcome.RESOLVED, ReachOutcome.REACHED, CallbackState.RESOLVED),
        (ReportedOutcome.CONTINUING, ReachOutcome.CONTINUING, CallbackState.OPEN),
        (ReportedOutcome.LEFT_A_MESSAGE, ReachOutcome.LEFT_A_MESSAGE, CallbackState.OPEN),
        (ReportedOutcome.NO_ANSWER, ReachOutcome.NO_ANSWER, CallbackState.OPEN),
        (ReportedOutcome.WRONG_NUMBER, ReachOutcome.WRONG_NUMBER, CallbackState.OPEN),
    ],
)
def test_each_outcome_is_an_attempt_and_makes_the_technician_the_owner(
    night: Night, reported: ReportedOutcome, recorded: ReachOutcome, state: CallbackState
) -> None:
    night.amy_does(ReportOutcome(reported))
    (attempt,) = night.attempts()
    assert (attempt.technician, attempt.outcome, attempt.told_by) == (night.amy, recorded, "text")
    assert (attempt.is_told, attempt.call_sid, attempt.tried_at) == (True, None, NOW)
    assert (night.callback.state, night.callback.owner, night.callback.attempted_at) == (state, night.amy, NOW)
    assert night.events(EventKind.ATTEMPT) == [("Amy Roy", EventKind.ATTEMPT, f"{recorded.value}, by text")]


@pytest.mark.parametrize(("minutes_late", "is_breach"), [(0, False), (1, True)])
def test_an_attempt_after_the_deadline_is_a_breach(night: Night, minutes_late: int, is_breach: bool) -> None:
    night.now = DUE + timedelta(minutes=minutes_late)
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert (night.callback.breached_at is not None) is is_breach


def test_the_paging_ends_with_the_first_attempt(night: Night) -> None:
    night.pages(night.amy)[0].state = PageState.DUE
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert [page.state for page in night.pages(night.amy, PageKind.STEP)] == [PageState.CANCELLED]


def test_after_a_connection_the_outcome_completes_its_attempt(night: Night) -> None:
    record_attempt(night.session, night.callback, night.amy, ReachOutcome.REACHED, "connection", NOW, "CA9")
    night.amy_does(ReportOutcome(ReportedOutcome.LEFT_A_MESSAGE))
    (attempt,) = night.attempts()
    assert (attempt.outcome, attempt.is_told, attempt.told_by) == (ReachOutcome.LEFT_A_MESSAGE, True, "connection")
    assert night.people_did() == [("Amy Roy", EventKind.ATTEMPT), ("Amy Roy", EventKind.OUTCOME_REPORTED)]


def test_somebody_elses_connection_is_not_completed(night: Night) -> None:
    record_attempt(night.session, night.callback, night.ben, ReachOutcome.REACHED, "connection", NOW, "CA9")
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert [attempt.is_told for attempt in night.attempts()] == [False, True]


def test_resolved_after_an_attempt_is_no_further_attempt(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING))
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED))
    assert len(night.attempts()) == 1
    assert night.callback.state is CallbackState.RESOLVED


def test_a_wrong_number_is_never_called_again_and_supervisors_are_alerted(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.WRONG_NUMBER))
    assert night.callback.call.customer_number is None
    assert night.events(EventKind.NUMBER_BLOCKED) == [
        ("desk", EventKind.NUMBER_BLOCKED, f"{CUSTOMER} is not the customer's.")
    ]
    (alert,) = night.texts(night.luc, PageKind.ALARM)
    assert "selon Amy Roy, (514) 555-0199 est un mauvais numéro" in alert


def test_when_somebody_else_resolves_it_the_owner_is_informed(night: Night) -> None:
    night.amy_does(Take())
    night.does(ReportOutcome(ReportedOutcome.RESOLVED), night.by(night.ben))
    assert f"Ben Cole has resolved {night.callback.reference}" in night.texts(night.amy, PageKind.OVER)[0]
    assert not night.texts(night.ben, PageKind.OVER)


def test_an_owner_who_resolves_it_is_not_informed_of_it(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED))
    assert not night.texts(night.amy, PageKind.OVER)


def test_a_supervisor_reports_for_the_owner_who_is_informed_when_it_is_resolved(night: Night) -> None:
    night.amy_does(Take())
    night.sue_does(ReportOutcome(ReportedOutcome.RESOLVED))
    (attempt,) = night.attempts()
    assert (attempt.technician, attempt.told_by) == (night.amy, f"console, {SUE}")
    assert f"{SUE} has resolved" in night.texts(night.amy, PageKind.OVER)[0]


@pytest.mark.parametrize("outcome", KEEP_OPEN)
def test_what_stays_open_is_looked_at_again_to_work_out_its_closing(night: Night, outcome: ReportedOutcome) -> None:
    night.amy_does(ReportOutcome(outcome), Via.LINK)
    assert night.callback.next_action_at == NOW
