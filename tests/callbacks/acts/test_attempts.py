"""Attempts to reach the customer: each reported outcome, by a technician and for an owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.acts.attempts import NEEDS_OWNER_OR_ATTEMPT, ReportOutcome, was_asked_to_confirm
from callbacks.acts.base import Via
from callbacks.acts.ownership import Assign, Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    AttemptProof,
    CallbackState,
    CarrierStatus,
    PageKind,
    PageState,
    ReachOutcome,
    ReportedOutcome,
)
from callbacks.lifecycle.transitions import note_asked
from tests.callbacks.acts.night import CUSTOMER, DUE, NOW, SUE, Night

KEEP_OPEN = [outcome for outcome in ReportedOutcome if outcome is not ReportedOutcome.RESOLVED]


@pytest.mark.parametrize(
    ("reported", "recorded", "state"),
    [
        (ReportedOutcome.RESOLVED, ReachOutcome.REACHED, CallbackState.RESOLVED),
        (ReportedOutcome.CONTINUING, ReachOutcome.CONTINUING, CallbackState.OPEN),
        (ReportedOutcome.WORKAROUND, ReachOutcome.WORKAROUND, CallbackState.OPEN),
        (ReportedOutcome.LEFT_A_MESSAGE, ReachOutcome.LEFT_A_MESSAGE, CallbackState.OPEN),
        (ReportedOutcome.NO_ANSWER, ReachOutcome.NO_ANSWER, CallbackState.OPEN),
        (ReportedOutcome.WRONG_NUMBER, ReachOutcome.WRONG_NUMBER, CallbackState.OPEN),
    ],
)
def test_each_outcome_is_an_attempt_and_makes_the_technician_the_owner(
    night: Night, reported: ReportedOutcome, recorded: ReachOutcome, state: CallbackState
) -> None:
    if reported in NEEDS_OWNER_OR_ATTEMPT:
        night.amy_does(Take())
    night.amy_does(ReportOutcome(reported, is_confirmed=True))
    (attempt,) = night.attempts()
    assert (attempt.technician, attempt.outcome, attempt.told_by) == (night.amy, recorded, "text")
    assert (attempt.is_told, attempt.call_sid, attempt.tried_at) == (True, None, NOW)
    assert (attempt.proof, attempt.rang_at) == (AttemptProof.WORD, None)
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
    night.connects(night.amy, CarrierStatus.RINGING, CarrierStatus.IN_PROGRESS)
    night.amy_does(ReportOutcome(ReportedOutcome.LEFT_A_MESSAGE))
    (attempt,) = night.attempts()
    assert (attempt.outcome, attempt.is_told, attempt.told_by) == (ReachOutcome.LEFT_A_MESSAGE, True, "connection")
    assert attempt.proof is AttemptProof.CARRIER
    assert night.people_did() == [("Amy Roy", EventKind.ATTEMPT), ("Amy Roy", EventKind.OUTCOME_REPORTED)]


def test_a_text_after_the_request_for_the_next_attempt_is_about_that_attempt(night: Night) -> None:
    night.connects(night.amy, CarrierStatus.RINGING, CarrierStatus.NO_ANSWER)
    night.now += timedelta(minutes=16)
    note_asked(night.callback, night.now - timedelta(minutes=1))
    night.amy_does(ReportOutcome(ReportedOutcome.LEFT_A_MESSAGE))
    first, second = night.attempts()
    assert (first.outcome, first.is_told) == (ReachOutcome.NO_ANSWER, False)
    assert (second.outcome, second.tried_at) == (ReachOutcome.LEFT_A_MESSAGE, night.now)


def test_keys_after_a_long_connection_are_about_that_connection(night: Night) -> None:
    night.connects(night.amy, CarrierStatus.RINGING)
    night.now += timedelta(minutes=16)
    note_asked(night.callback, night.now - timedelta(minutes=1))
    night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING), Via.PHONE)
    (attempt,) = night.attempts()
    assert (attempt.outcome, night.callback.acted_at) == (ReachOutcome.CONTINUING, night.now)


def test_somebody_elses_connection_is_not_completed(night: Night) -> None:
    night.connects(night.ben, CarrierStatus.RINGING)
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert [attempt.is_told for attempt in night.attempts()] == [False, True]


def test_resolved_after_an_attempt_is_no_further_attempt(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.CONTINUING))
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True))
    assert len(night.attempts()) == 1
    assert night.callback.state is CallbackState.RESOLVED


def test_a_wrong_number_is_never_called_again_and_supervisors_are_alerted(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.WRONG_NUMBER))
    assert night.callback.contact.customer_number is None
    assert night.events(EventKind.NUMBER_BLOCKED) == [
        ("desk", EventKind.NUMBER_BLOCKED, f"{CUSTOMER} is not the customer's.")
    ]
    (alert,) = night.texts(night.luc, PageKind.ALARM)
    assert "selon Amy Roy, le (514) 555-0199 est un mauvais numéro" in alert


def test_when_somebody_else_resolves_it_the_owner_is_informed(night: Night) -> None:
    night.amy_does(Take())
    night.does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True), night.by(night.ben, Via.LINK))
    assert f"Ben Cole has resolved {night.callback.reference}" in night.texts(night.amy, PageKind.OVER)[0]
    assert not night.texts(night.ben, PageKind.OVER)


def test_an_owner_who_resolves_it_is_not_informed_of_it(night: Night) -> None:
    night.amy_does(Take())
    night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True))
    assert not night.texts(night.amy, PageKind.OVER)


def test_a_supervisor_reports_for_the_owner_who_is_informed_when_it_is_resolved(night: Night) -> None:
    night.amy_does(Take())
    night.sue_does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=True))
    (attempt,) = night.attempts()
    assert (attempt.technician, attempt.told_by) == (night.amy, f"console, {SUE}")
    assert f"{SUE} has resolved" in night.texts(night.amy, PageKind.OVER)[0]


@pytest.mark.parametrize("outcome", KEEP_OPEN)
def test_what_stays_open_is_looked_at_again_to_work_out_its_closing(night: Night, outcome: ReportedOutcome) -> None:
    night.amy_does(ReportOutcome(outcome), Via.LINK)
    assert night.callback.next_action_at == NOW


# A connection that is not proven


@pytest.mark.parametrize("outcome", [ReportedOutcome.NO_ANSWER, ReportedOutcome.LEFT_A_MESSAGE])
def test_a_report_while_the_carrier_has_said_nothing_is_a_word(night: Night, outcome: ReportedOutcome) -> None:
    night.connects(night.amy)
    night.amy_does(ReportOutcome(outcome))
    (attempt,) = night.attempts()
    assert (attempt.proof, attempt.outcome) == (AttemptProof.WORD, outcome.of_attempt)
    assert night.events(EventKind.ATTEMPT) == [("Amy Roy", EventKind.ATTEMPT, f"{outcome.of_attempt.value}, by text")]
    assert night.callback.attempted_at == NOW


def test_after_a_connection_that_never_rang_a_report_is_an_attempt_of_its_own(night: Night) -> None:
    night.connects(night.amy, CarrierStatus.CANCELED)
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    never_rang, by_word = night.attempts()
    assert (never_rang.outcome, never_rang.proof) == (ReachOutcome.NOT_RUNG, AttemptProof.NONE)
    assert (by_word.outcome, by_word.proof) == (ReachOutcome.NO_ANSWER, AttemptProof.WORD)


# Resolved, with no attempt on record


def resolves(night: Night, via: Via = Via.TEXT, code: str = "583112", *, is_confirmed: bool = False) -> str:
    return night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED, is_confirmed=is_confirmed), via, code).english


@pytest.mark.parametrize("before", [(), (CarrierStatus.CANCELED,)])
def test_it_asks_back_once_and_changes_nothing(night: Night, before: tuple[CarrierStatus, ...]) -> None:
    if before:
        night.connects(night.amy, *before)
    night.amy_does(Take())
    assert "Did you reach them? DONE 583112 again, or NA 583112" in resolves(night)
    assert (night.callback.state, night.callback.attempted_at) == (CallbackState.OPEN, None)
    assert [attempt.proof for attempt in night.attempts()] == [AttemptProof.NONE] * len(before)
    assert "is resolved" in resolves(night)
    assert night.attempts()[-1].proof is AttemptProof.WORD


def test_the_question_is_in_french_too(night: Night) -> None:
    night.amy_does(Take())
    answer = night.amy_does(ReportOutcome(ReportedOutcome.RESOLVED), code="583112").french
    assert "L'avez-vous joint? FAIT 583112 encore une fois, ou NA 583112 si pas de réponse." in answer


def test_after_an_hour_or_to_somebody_else_it_asks_again(night: Night) -> None:
    night.amy_does(Take())
    resolves(night)
    night.sue_does(Assign(night.ben))
    for _ in range(2):
        asked = night.does(ReportOutcome(ReportedOutcome.RESOLVED), night.by(night.ben, code="583212"))
        assert "Did you reach them?" in asked.english
        night.now += timedelta(hours=1)
    assert night.callback.state is CallbackState.OPEN


def test_with_an_attempt_of_anybody_on_record_nothing_is_asked(night: Night) -> None:
    night.amy_does(Take())
    night.does(ReportOutcome(ReportedOutcome.NO_ANSWER), night.by(night.ben))
    assert "is resolved" in resolves(night)


@pytest.mark.parametrize("via", [Via.LINK, Via.CONSOLE])
def test_a_button_needs_a_field_of_its_own_because_it_may_be_pressed_twice(night: Night, via: Via) -> None:
    for _ in range(2):
        assert "Confirm that they were reached." in resolves(night, via, "")
    assert was_asked_to_confirm(night.session, night.callback, "Amy Roy", night.now)
    assert "is resolved" in resolves(night, via, "", is_confirmed=True)


def test_a_key_after_a_connection_is_not_asked_about(night: Night) -> None:
    night.connects(night.amy)
    assert "is resolved" in resolves(night, Via.PHONE, "")


# Who may resolve it, or give up its number, by text


@pytest.mark.parametrize(
    ("outcome", "english", "french"),
    [
        (ReportedOutcome.RESOLVED, "Then DONE 583112.", "Ensuite FAIT 583112."),
        (ReportedOutcome.WRONG_NUMBER, "Then WRONG 583112.", "Ensuite FAUX 583112."),
    ],
)
def test_by_text_it_is_taken_first(night: Night, outcome: ReportedOutcome, english: str, french: str) -> None:
    act, reference = ReportOutcome(outcome, is_confirmed=True), night.callback.reference
    refusal = night.refusal(act, night.by(night.amy, code="583112"))
    assert refusal.english == f"{reference} is not yours. Take it first: reply 583112. {english}"
    assert refusal.french == f"{reference} n'est pas à vous. Prenez-le d'abord: répondez 583112. {french}"
    night.amy_does(Take())
    night.amy_does(act)
    assert len(night.attempts()) == 1


@pytest.mark.parametrize(
    ("outcome", "first", "english", "french"),
    [
        (ReportedOutcome.RESOLVED, ReportedOutcome.CONTINUING, "CONT 1 first, then DONE 1.", "SUITE 1, puis FAIT 1."),
        (ReportedOutcome.WRONG_NUMBER, ReportedOutcome.NO_ANSWER, "NA 1 first, then WRONG 1.", "NA 1, puis FAUX 1."),
    ],
)
def test_by_text_somebody_who_does_not_have_it_must_have_tried(
    night: Night, outcome: ReportedOutcome, first: ReportedOutcome, english: str, french: str
) -> None:
    night.amy_does(Take())
    act, ben = ReportOutcome(outcome, is_confirmed=True), night.by(night.ben, code="1")
    refusal = night.refusal(act, ben)
    assert refusal.english.startswith(f"Amy Roy has {night.callback.reference}. If you called the customer too, reply ")
    assert refusal.english.endswith(english)
    assert refusal.french.endswith(french)
    night.does(ReportOutcome(first), ben)
    night.does(act, ben)
    assert [attempt.technician for attempt in night.attempts()][:1] == [night.ben]


@pytest.mark.parametrize("outcome", NEEDS_OWNER_OR_ATTEMPT)
def test_an_attempt_of_somebody_else_or_one_that_never_rang_does_not_count(
    night: Night, outcome: ReportedOutcome
) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    night.connects(night.ben, CarrierStatus.CANCELED)
    assert "Amy Roy has" in night.refusal(ReportOutcome(outcome), night.by(night.ben, code="1")).english


@pytest.mark.parametrize("via", [Via.LINK, Via.PHONE])
@pytest.mark.parametrize("outcome", NEEDS_OWNER_OR_ATTEMPT)
def test_the_sender_of_a_key_or_a_link_cannot_be_forged(night: Night, outcome: ReportedOutcome, via: Via) -> None:
    night.amy_does(ReportOutcome(outcome, is_confirmed=True), via)
    assert len(night.attempts()) == 1


# No number to call


@pytest.mark.parametrize(
    "outcome", [ReportedOutcome.NO_ANSWER, ReportedOutcome.LEFT_A_MESSAGE, ReportedOutcome.WRONG_NUMBER]
)
@pytest.mark.parametrize(
    ("caller", "why"),
    [("anonymous", "number withheld"), ("+15145559", "there is no such number"), (CUSTOMER, "a wrong number")],
)
def test_nobody_can_have_called_where_there_is_no_number(
    night: Night, outcome: ReportedOutcome, caller: str, why: str
) -> None:
    night.callback = night.callback_of("CA2", caller)
    night.callback.contact.customer_number = None
    refusal = night.refusal(ReportOutcome(outcome), night.by(night.amy, code="583112"))
    assert why in refusal.english
    assert "If not: NONE 583112 and why." in refusal.english
    assert "Sinon: AUCUN 583112 et la raison." in refusal.french


def test_a_number_that_needs_consent_is_a_number(night: Night) -> None:
    night.callback = night.callback_of("CA2", "+442079460000")
    night.amy_does(ReportOutcome(ReportedOutcome.NO_ANSWER))
    assert night.callback.attempted_at == NOW


def test_a_workaround_is_on_record_once_and_it_stays_open(night: Night) -> None:
    night.amy_does(ReportOutcome(ReportedOutcome.WORKAROUND))
    night.now += timedelta(minutes=5)
    night.amy_does(ReportOutcome(ReportedOutcome.WORKAROUND))
    assert (night.callback.state, night.callback.workaround_at) == (CallbackState.OPEN, NOW)
    assert night.events(EventKind.WORKAROUND_GIVEN)[0] == ("Amy Roy", EventKind.WORKAROUND_GIVEN, "by text")
