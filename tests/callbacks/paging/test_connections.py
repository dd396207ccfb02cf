"""What the carrier reports about the customer's leg, and what it proves: in any order, twice, late, or never."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptProof, CarrierStatus, Channel, PageKind, PageState, ReachOutcome
from callbacks.db.tables import Callback, Page, ReachAttempt
from callbacks.paging.connections import (
    LegReport,
    combined,
    outcome_of,
    rang_at,
    record_dialing,
    settle_unreported,
    take_leg_report,
)
from callbacks.paging.status_reports import StatusReport, take_report
from callbacks.people.technicians import technician_named
from tests.callbacks.paging.paging_desk import BEGAN, DESK, PagingDesk, minutes


def after(count: float) -> datetime:
    return BEGAN + minutes(count)


RINGING, ANSWERED = LegReport(CarrierStatus.RINGING), LegReport(CarrierStatus.IN_PROGRESS)
ENDED = LegReport(CarrierStatus.COMPLETED, seconds=41)
BUSY, NO_ANSWER = LegReport(CarrierStatus.BUSY), LegReport(CarrierStatus.NO_ANSWER)
CANCELED, FAILED = LegReport(CarrierStatus.CANCELED), LegReport(CarrierStatus.FAILED, sip_code=503)
NO_SUCH_NUMBER = LegReport(CarrierStatus.FAILED, sip_code=404)
MACHINE = LegReport(CarrierStatus.IN_PROGRESS, is_machine=True)
NOT_BRIDGED = LegReport(CarrierStatus.COMPLETED, seconds=3, is_bridged=False)
INITIATED = LegReport(CarrierStatus.INITIATED)


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (INITIATED, None),
        (RINGING, ReachOutcome.RINGING),
        (ANSWERED, ReachOutcome.REACHED),
        (MACHINE, ReachOutcome.MACHINE),
        (ENDED, ReachOutcome.REACHED),
        (LegReport(CarrierStatus.COMPLETED, seconds=0), None),
        (LegReport(CarrierStatus.COMPLETED), None),
        (LegReport(CarrierStatus.COMPLETED, is_bridged=True), ReachOutcome.REACHED),
        (NOT_BRIDGED, ReachOutcome.NOT_CONNECTED),
        (LegReport(CarrierStatus.NO_ANSWER, is_bridged=False), ReachOutcome.NO_ANSWER),
        (BUSY, ReachOutcome.BUSY),
        (NO_ANSWER, ReachOutcome.NO_ANSWER),
        (LegReport(CarrierStatus.NO_ANSWER, sip_code=480), ReachOutcome.NOT_RUNG),
        (CANCELED, ReachOutcome.NOT_RUNG),
        (FAILED, ReachOutcome.NOT_RUNG),
        *((LegReport(CarrierStatus.FAILED, sip_code=code), ReachOutcome.WRONG_NUMBER) for code in (404, 484, 604)),
        (LegReport(CarrierStatus.NONE), None),
    ],
)
def test_what_a_report_says_of_the_leg(report: LegReport, expected: ReachOutcome | None) -> None:
    assert outcome_of(report) is expected


@pytest.mark.parametrize(
    ("reports", "expected"),
    [
        ((INITIATED, CANCELED), ReachOutcome.NOT_RUNG),
        ((INITIATED, FAILED), ReachOutcome.NOT_RUNG),
        ((RINGING, CANCELED), ReachOutcome.NO_ANSWER),
        ((RINGING, FAILED), ReachOutcome.NO_ANSWER),
        ((RINGING, BUSY), ReachOutcome.BUSY),
        ((RINGING, NO_ANSWER), ReachOutcome.NO_ANSWER),
        ((RINGING, ANSWERED, ENDED), ReachOutcome.REACHED),
        ((RINGING, ANSWERED, NOT_BRIDGED, ENDED), ReachOutcome.NOT_CONNECTED),
        ((RINGING, ANSWERED, MACHINE, ENDED), ReachOutcome.MACHINE),
        ((FAILED, NO_SUCH_NUMBER), ReachOutcome.WRONG_NUMBER),
    ],
)
def test_the_outcome_is_the_same_in_any_order(reports: tuple[LegReport, ...], expected: ReachOutcome) -> None:
    for order in itertools.permutations([*reports, *reports]):
        outcome = ReachOutcome.DIALING
        for report in order:
            outcome = combined(outcome, outcome_of(report) or outcome)
        assert outcome is expected, order


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, after(9)),
        (after(7), after(7)),
        (after(10), after(9)),  # a time to come
        (after(2), after(9)),  # before it was dialed
        (after(5) - timedelta(milliseconds=300), after(5)),  # in whole seconds
    ],
)
def test_the_carriers_time_counts_when_it_can_be_true(given: datetime | None, expected: datetime) -> None:
    assert rang_at(LegReport(CarrierStatus.RINGING, at=given), after(5), after(9)) == expected


# The attempt


@pytest.fixture
def dialing(desk: PagingDesk) -> PagingDesk:
    """Amy's phone is connected, and the customer's is dialed."""
    desk.write(lambda session, callback: _dial(session, callback))
    return desk


def _dial(session: Session, callback: Callback) -> ReachAttempt:
    amy = technician_named(session, "Amy Roy")
    return record_dialing(session, DESK, callback, amy, "CA9", BEGAN)


def reported(desk: PagingDesk, *reports: LegReport, at: datetime = BEGAN) -> ReachAttempt:
    def work(session: Session, callback: Callback) -> ReachAttempt:
        attempt = _dial(session, callback)
        for report in reports:
            take_leg_report(session, DESK, attempt, report, at)
        return attempt

    desk.write(work)
    return attempt_of(desk)


def attempt_of(desk: PagingDesk) -> ReachAttempt:
    return desk.database.read(lambda session: session.query(ReachAttempt).one())


def test_dialing_makes_an_owner_and_is_no_attempt(dialing: PagingDesk) -> None:
    attempt = attempt_of(dialing)
    assert (attempt.outcome, attempt.proof, attempt.rang_at) == (ReachOutcome.DIALING, AttemptProof.NONE, None)
    callback = dialing.callback
    assert callback.owner is not None
    assert (callback.owner.name, callback.attempted_at) == ("Amy Roy", None)
    assert callback.next_action_at == BEGAN + minutes(10)  # the owner's first reminder
    assert dialing.events(EventKind.ATTEMPT) == []
    assert [page.state for page in dialing.pages()] == [PageState.DUE]


@pytest.mark.parametrize("report", [RINGING, ANSWERED, ENDED, BUSY, NO_ANSWER, NO_SUCH_NUMBER, MACHINE])
def test_a_leg_that_rang_or_was_refused_as_wrong_is_an_attempt(dialing: PagingDesk, report: LegReport) -> None:
    attempt = reported(dialing, report, report, at=after(1))
    assert (attempt.proof, attempt.rang_at) == (AttemptProof.CARRIER, after(1))
    assert dialing.callback.attempted_at == after(1)
    assert len(dialing.events(EventKind.ATTEMPT)) == 1
    assert [page.state for page in dialing.pages()] == [PageState.CANCELLED]


@pytest.mark.parametrize("report", [CANCELED, FAILED])
def test_a_leg_that_never_rang_is_none_and_the_log_says_so(dialing: PagingDesk, report: LegReport) -> None:
    attempt = reported(dialing, INITIATED, report, report, at=after(1))
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.NOT_RUNG, AttemptProof.NONE)
    assert (dialing.callback.attempted_at, dialing.events(EventKind.ATTEMPT)) == (None, [])
    assert len(dialing.events(EventKind.ATTEMPT_NOT_MADE)) == 1
    assert [page.state for page in dialing.pages()] == [PageState.DUE]


def test_what_was_settled_without_a_report_may_still_be_proven(dialing: PagingDesk) -> None:
    dialing.write(lambda session, callback: settle_unreported(session, DESK, _dial(session, callback), after(3)))
    assert attempt_of(dialing).outcome is ReachOutcome.NOT_RUNG
    late = LegReport(CarrierStatus.RINGING, at=after(1))
    attempt = reported(dialing, late, at=after(40))
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.NO_ANSWER, AttemptProof.CARRIER)
    assert (dialing.callback.attempted_at, dialing.callback.breached_at) == (after(1), None)


def test_who_was_paged_while_it_was_being_dialed_reads_that_nothing_is_left_to_do(dialing: PagingDesk) -> None:
    dialing.takes_step(25)
    for page in dialing.pages(PageKind.STEP):
        if page.technician.name == "Ben Cole":
            dialing.is_sent(page.id)
    for _ in range(2):
        reported(dialing, RINGING, ANSWERED, at=after(25.5))
    assert dialing.paged(PageKind.TAKEN) == ["Ben Cole text"]
    assert dialing.pages(PageKind.TAKEN)[0].words.endswith(
        "has called the customer of " + dialing.callback.reference + ". Nothing for you to do."
    )


def test_the_earliest_proof_counts_in_whatever_order_they_come(dialing: PagingDesk) -> None:
    rang, ended = LegReport(CarrierStatus.RINGING, at=after(2)), LegReport(ENDED.status, seconds=9, at=after(4))
    assert reported(dialing, ended, rang, at=after(5)).rang_at == after(2)
    assert dialing.callback.attempted_at == after(2)


def test_a_technicians_word_stays_theirs_and_is_proven_beside_it(dialing: PagingDesk) -> None:
    def told(session: Session, callback: Callback) -> None:
        attempt = _dial(session, callback)
        attempt.outcome, attempt.is_told, attempt.proof = ReachOutcome.LEFT_A_MESSAGE, True, AttemptProof.WORD

    dialing.write(told)
    attempt = reported(dialing, RINGING, ANSWERED, ENDED)
    assert (attempt.outcome, attempt.proof) == (ReachOutcome.LEFT_A_MESSAGE, AttemptProof.CARRIER)


@pytest.mark.parametrize(
    ("reports", "words"), [((CANCELED,), "did not ring"), ((RINGING, CANCELED), "how did the call"), ((), None)]
)
@pytest.mark.parametrize("technician_first", [False, True])
def test_once_both_legs_are_over_the_technician_reads_once_what_is_known(
    desk: PagingDesk, reports: tuple[LegReport, ...], words: str | None, technician_first: bool
) -> None:
    page_id = desk.pages()[0].id
    desk.write(lambda session, _: setattr(session.get_one(Page, page_id), "channel", Channel.CONNECTION))
    attempt_id = desk.is_sent(page_id, sid="CA9")

    def technician_hangs_up() -> None:
        report = StatusReport(attempt_id, "CA9", CarrierStatus.COMPLETED)
        desk.write(lambda session, _: take_report(session, DESK, report, BEGAN))

    if technician_first:
        desk.write(lambda session, callback: _dial(session, callback))
        technician_hangs_up()
        assert desk.paged(PageKind.OUTCOME) == []
    reported(desk, *reports)
    if not technician_first:
        assert desk.paged(PageKind.OUTCOME) == []
        technician_hangs_up()
    reported(desk, *reports)
    texts = [page.words for page in desk.pages(PageKind.OUTCOME)]
    assert len(texts) == (0 if words is None else 1)
    assert all(words is not None and words in text for text in texts)
