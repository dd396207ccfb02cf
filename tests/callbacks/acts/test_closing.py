"""Cancel and reopen: each needs a reason, and whoever is concerned reads it."""

from __future__ import annotations

import pytest

from callbacks.acts import wording
from callbacks.acts.attempts import ReportOutcome
from callbacks.acts.base import Via
from callbacks.acts.closing import Cancel, CloseUnreachable, Reopen
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptProof,
    CallbackState,
    PageKind,
    PageState,
    ReachOutcome,
    ReportedOutcome,
    Role,
)
from callbacks.lifecycle.transitions import Change
from tests.callbacks.acts.night import NOW, SUE, Night


def test_cancelled_it_has_no_next_action_and_the_reason_is_in_the_log(night: Night) -> None:
    assert night.sue_does(Cancel("spam")) == wording.cancelled(night.callback.reference)
    assert (night.callback.state, night.callback.next_action_at) == (CallbackState.CANCELLED, None)
    assert night.events(EventKind.CANCELLED) == [(SUE, EventKind.CANCELLED, "spam")]


@pytest.mark.parametrize(
    ("act", "refusal"), [(Cancel(""), wording.REASON_TO_CANCEL), (Reopen(""), wording.REASON_TO_REOPEN)]
)
def test_neither_goes_without_a_reason(night: Night, act: Cancel | Reopen, refusal: object) -> None:
    if isinstance(act, Reopen):
        night.closes()
    assert night.refusal(act, night.at_console()) == refusal


def test_the_owner_reads_that_it_is_cancelled_and_why(night: Night) -> None:
    night.amy_does(Take())
    night.sue_does(Cancel("spam"))
    (text,) = night.texts(night.amy, PageKind.OVER)
    assert f"{SUE} has cancelled {night.callback.reference}" in text
    assert "(spam)" in text


def test_without_an_owner_everybody_who_was_paged_reads_it(night: Night) -> None:
    night.sue_does(Cancel("spam"))
    assert night.texts(night.amy, PageKind.OVER)
    assert not night.texts(night.ben, PageKind.OVER)


def test_pages_that_wait_are_cancelled_with_it(night: Night) -> None:
    night.pages(night.amy)[0].state = PageState.DUE
    night.sue_does(Cancel("spam"))
    assert [page.state for page in night.pages(night.amy, PageKind.STEP)] == [PageState.CANCELLED]


@pytest.mark.parametrize("change", [Change.RESOLVE, Change.CANCEL, Change.AUTO_CLOSE, Change.CLOSE_UNREACHABLE])
def test_however_it_was_closed_it_is_open_again_and_escalates_at_once(night: Night, change: Change) -> None:
    night.closes(change)
    assert night.sue_does(Reopen("not fixed")) == wording.reopened(night.callback.reference)
    assert (night.callback.state, night.callback.next_action_at) == (CallbackState.OPEN, NOW)
    assert night.events(EventKind.REOPENED) == [(SUE, EventKind.REOPENED, "not fixed")]


def test_its_owner_has_it_again_and_reads_why(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True), Via.LINK)
    night.sue_does(Reopen("not fixed"))
    assert night.callback.owner is night.amy
    assert f"{SUE} reopened {night.callback.reference} (not fixed)" in night.texts(night.amy, PageKind.REOPENED)[0]


def test_an_owner_who_has_left_gets_no_text(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True), Via.LINK)
    night.amy.left_at = NOW
    night.sue_does(Reopen("not fixed"))
    assert not night.texts(night.amy, PageKind.REOPENED)


# No way to reach the customer

NO_NAME = CloseUnreachable("only says that the mail is down")


@pytest.fixture
def withheld(night: Night) -> Night:
    """The caller withheld the number, and Amy was paged."""
    night.callback = night.callback_of("CA2", "anonymous")
    night.released()
    night.paged(night.amy)
    return night


def test_the_reason_is_on_record_and_counted_apart(withheld: Night) -> None:
    answer = withheld.amy_does(NO_NAME, code="583112")
    assert answer == wording.closed_unreachable(withheld.callback.reference)
    (attempt,) = withheld.attempts()
    assert (attempt.proof, attempt.outcome) == (AttemptProof.NO_NUMBER, ReachOutcome.NOBODY_TO_CALL)
    assert (withheld.callback.state, withheld.callback.next_action_at) == (CallbackState.UNREACHABLE, None)
    assert withheld.events(EventKind.CLOSED_UNREACHABLE) == [
        ("Amy Roy", EventKind.CLOSED_UNREACHABLE, "only says that the mail is down")
    ]


def test_it_needs_a_reason(withheld: Night) -> None:
    assert withheld.refusal(CloseUnreachable(""), withheld.by(withheld.amy)) == wording.reason_to_close("")


def test_where_there_is_a_number_it_is_refused(night: Night) -> None:
    refusal = night.refusal(NO_NAME, night.by(night.amy, code="583112"))
    assert refusal.english.endswith("has a number to call: (514) 555-0199. CALL 583112 connects you.")


def test_somebody_elses_is_not_closed(withheld: Night) -> None:
    withheld.amy_does(Take())
    assert withheld.refusal(NO_NAME, withheld.by(withheld.ben)) == wording.owned_by_another(withheld.callback)


def test_a_supervisor_closes_it_for_the_owner_who_reads_why(withheld: Night) -> None:
    withheld.amy_does(Take())
    withheld.sue_does(NO_NAME)
    assert [attempt.technician for attempt in withheld.attempts()] == [withheld.amy]
    assert "(only says that the mail is down)" in withheld.texts(withheld.amy, PageKind.OVER)[0]


@pytest.mark.parametrize("is_technician", [False, True])
def test_a_supervisor_closes_what_nobody_has(withheld: Night, is_technician: bool) -> None:
    withheld.does(NO_NAME, withheld.at_console(Role.SUPERVISOR, withheld.luc if is_technician else None))
    assert withheld.callback.state is CallbackState.UNREACHABLE
    assert [attempt.technician for attempt in withheld.attempts()] == ([withheld.luc] if is_technician else [])
