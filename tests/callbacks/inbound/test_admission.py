"""What is known of a caller before anything is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from callbacks.customers.number_rules import set_rule
from callbacks.db.database import Database
from callbacks.db.states import CallOutcome, NumberRuleKind, Screening
from callbacks.db.tables import Call
from callbacks.desk.desk_file import read_desk
from callbacks.inbound.admission import admission_of, is_blocked
from callbacks.inbound.calls import Arrival, record_call
from callbacks.inbound.screening import Admission

DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
NUMBER = "+15145550199"


def calls(session: Session, number: int, caller: str = NUMBER) -> Call:
    arrival = Arrival(f"CA{number}", "direct", caller, "en", is_open=False, hours_reason="")
    return record_call(session, arrival, NOW + timedelta(minutes=number), DESK.dialing_rules)


def blocks(session: Session, at: datetime) -> None:
    set_rule(session, DESK.dialing_rules, NumberRuleKind.BLOCKED, NUMBER, "robot", "sue@example.com", at)


def test_a_number_that_calls_again_and_again_is_capped_until_the_hour_is_over(database: Database) -> None:
    def work(session: Session) -> list[Admission]:
        often = [calls(session, number) for number in range(13)]
        later = calls(session, 73)
        return [admission_of(session, DESK, call, call.began_at) for call in (often[11], often[12], later)]

    assert database.write(work) == [Admission.LET_IN, Admission.CAPPED, Admission.LET_IN]


def test_calls_that_somebody_answered_do_not_count(database: Database) -> None:
    def work(session: Session) -> Admission:
        for number in range(12):
            calls(session, number).outcome = CallOutcome.ANSWERED
        last = calls(session, 12)
        return admission_of(session, DESK, last, last.began_at)

    assert database.write(work) is Admission.LET_IN


def test_a_call_that_was_blocked_stays_so_and_one_before_the_block_was_not(database: Database) -> None:
    def work(session: Session) -> list[bool]:
        before, during = calls(session, 1), calls(session, 5)
        blocks(session, NOW + timedelta(minutes=3))
        let_in = calls(session, 6)
        let_in.screening = Screening.KEY_PRESSED
        return [is_blocked(session, call, NOW + timedelta(minutes=9)) for call in (before, during, let_in)]

    assert database.write(work) == [False, True, False]
