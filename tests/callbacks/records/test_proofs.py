"""What attempts prove: the same in Python and in SQL, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, true
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import AttemptProof, CallbackState, ReachOutcome, VoicemailState
from callbacks.db.tables import Callback, ReachAttempt, Technician
from callbacks.inbound import calls
from callbacks.people import technicians
from callbacks.records.proofs import (
    NO_TRIES,
    PROOF_WORDS,
    Decider,
    Tries,
    decider,
    has_proof,
    proof_of,
    proof_on_record,
    tries_of,
)
from tests.callbacks.reporting.facts import DESK
from tests.tried import tried

CARRIER, WORD, NO_NUMBER, NONE = (
    AttemptProof.CARRIER,
    AttemptProof.WORD,
    AttemptProof.NO_NUMBER,
    AttemptProof.NONE,
)
BEGAN = datetime(2026, 11, 29, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def instant(minutes: int | None) -> datetime | None:
    return None if minutes is None else BEGAN + minutes * MINUTE


@pytest.mark.parametrize(
    ("proven", "by_word", "no_number", "proof"),
    [
        (None, None, None, NONE),
        (30, None, None, CARRIER),
        (30, 5, None, CARRIER),
        (31, 30, None, WORD),
        (31, 32, None, CARRIER),
        (32, 31, None, CARRIER),  # both too late
        (None, 31, 5, WORD),
        (None, None, 31, NO_NUMBER),
    ],
)
def test_the_best_proof_by_the_deadline_counts_else_the_best_one_after_it(
    proven: int | None, by_word: int | None, no_number: int | None, proof: AttemptProof
) -> None:
    tries = Tries(instant(proven), instant(by_word), instant(no_number))
    assert tries.proof(BEGAN + 30 * MINUTE) is proof


@pytest.mark.parametrize(
    ("by_carrier", "by_mail", "by_word", "proof"),
    [
        (None, 30, None, AttemptProof.MAIL),
        (None, 30, 5, AttemptProof.MAIL),
        (30, 5, None, CARRIER),
        (31, 30, None, AttemptProof.MAIL),
        (None, 31, 30, WORD),
        (None, 32, 31, AttemptProof.MAIL),  # both too late
        (32, 31, None, CARRIER),
    ],
)
def test_a_reply_that_the_mail_server_took_proves_less_than_a_ring_and_more_than_a_word(
    by_carrier: int | None, by_mail: int | None, by_word: int | None, proof: AttemptProof
) -> None:
    tries = Tries(instant(by_carrier), instant(by_word), None, instant(by_mail))
    assert tries.proof(BEGAN + 30 * MINUTE) is proof
    known = [at for at in (tries.by_carrier_at, tries.by_mail_at) if at is not None]
    assert tries.proven_at == min(known)


@pytest.mark.parametrize(
    ("outcome", "is_told", "who"),
    [
        (ReachOutcome.REPLIED, True, Decider.MAIL_SERVER),
        (ReachOutcome.NO_ANSWER, False, Decider.CARRIER),
        (ReachOutcome.MACHINE, False, Decider.GUESS),
        (ReachOutcome.MACHINE, True, Decider.TECHNICIAN),
        (ReachOutcome.LEFT_A_MESSAGE, True, Decider.TECHNICIAN),
    ],
)
def test_a_technicians_report_decides_over_the_carriers(outcome: ReachOutcome, is_told: bool, who: Decider) -> None:
    assert decider(outcome, is_told=is_told) is who


def test_every_proof_has_words_of_its_own() -> None:
    assert set(PROOF_WORDS) == set(AttemptProof)
    assert len(set(PROOF_WORDS.values())) == len(AttemptProof)


def seed(session: Session, callers: int) -> None:
    technicians.add_technician(session, "Amy Roy", "+15145550101", BEGAN, verified=True)
    for number in range(callers):
        arrival = calls.Arrival(
            f"CA{number}", "direct", f"+1514555{1000 + number}", "en", False, "closed", "TN-Validation-Passed-A"
        )
        calls.record_call(session, arrival, BEGAN)
        news = calls.Recording(VoicemailState.RECORDED, f"RE{number}", 9)
        calls.record_voicemail(session, DESK, arrival.sid, news, BEGAN)


def proofs(session: Session) -> dict[int, AttemptProof]:
    found = tries_of(session, true())
    shown = {row.id: proof_of(row, found.get(row.id, NO_TRIES)) for row in session.scalars(select(Callback))}
    assert shown == {row.id: proof_on_record(session, row) for row in session.scalars(select(Callback))}
    return shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([CallbackState.OPEN, CallbackState.UNREACHABLE]),
            st.lists(st.tuples(st.sampled_from(AttemptProof), st.integers(25, 35)), max_size=4),
        ),
        max_size=4,
    )
)
def test_sql_finds_each_callback_by_the_proof_that_it_is_shown_with(
    database: Database, lives: list[tuple[CallbackState, list[tuple[AttemptProof, int]]]]
) -> None:
    def work(session: Session) -> None:
        if session.scalar(select(Callback.id).limit(1)) is None:
            seed(session, 4)
        session.execute(delete(ReachAttempt))
        amy = session.scalars(select(Technician)).one()
        rows = session.scalars(select(Callback).order_by(Callback.id)).all()
        for row in rows:
            row.state, row.attempted_at = CallbackState.OPEN, None
        for row, (state, attempts) in zip(rows, lives, strict=False):
            row.state = state
            for proof, minutes in attempts:
                tried(session, row, amy, BEGAN + minutes * MINUTE, proof)

    database.write(work)

    def compare(session: Session) -> None:
        shown = proofs(session)
        for proof in AttemptProof:
            found = session.scalars(select(Callback.id).where(has_proof(proof)))
            assert set(found) == {key for key, value in shown.items() if value is proof}

    database.read(compare)


def test_a_phone_rings_when_it_rings_not_when_it_is_dialed(database: Database) -> None:
    def work(session: Session) -> None:
        seed(session, 1)
        amy, row = session.scalars(select(Technician)).one(), session.scalars(select(Callback)).one()
        tried(session, row, amy, BEGAN + 29 * MINUTE, CARRIER, rang_at=BEGAN + 31 * MINUTE)

    database.write(work)
    (found,) = database.read(lambda session: tries_of(session, true())).values()
    assert found == Tries(by_carrier_at=BEGAN + 31 * MINUTE)


def test_a_call_that_never_rang_is_no_try(database: Database) -> None:
    def work(session: Session) -> None:
        seed(session, 1)
        amy, row = session.scalars(select(Technician)).one(), session.scalars(select(Callback)).one()
        tried(session, row, amy, BEGAN + 5 * MINUTE, NONE, ReachOutcome.NOT_RUNG)

    database.write(work)
    assert database.read(lambda session: tries_of(session, true())) == {}


@pytest.mark.parametrize("breached", [False, True])
def test_one_closed_as_unreachable_in_time_had_nobody_to_call_since_it_opened(
    database: Database, breached: bool
) -> None:
    def work(session: Session) -> None:
        seed(session, 1)
        row = session.scalars(select(Callback)).one()
        row.state, row.breached_at = CallbackState.UNREACHABLE, row.due_at if breached else None

    database.write(work)
    found = database.read(lambda session: tries_of(session, true()))
    assert [tries.no_number_at for tries in found.values()] == ([] if breached else [BEGAN])
    assert list(database.read(proofs).values()) == [NO_NUMBER]


def test_many_callbacks_take_two_queries(database: Database) -> None:
    def work(session: Session) -> None:
        seed(session, 12)
        amy = session.scalars(select(Technician)).one()
        for row in session.scalars(select(Callback)):
            tried(session, row, amy, BEGAN + 5 * MINUTE, CARRIER)

    database.write(work)
    queries = list[str]()
    event.listen(database.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
    assert len(database.read(lambda session: tries_of(session, true()))) == 12
    assert sum(query.startswith("SELECT") for query in queries) == 2
