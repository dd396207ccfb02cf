"""Schema 0004: a page's occasion becomes a kind and a round, and unknown values become known ones."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from callbacks.db.migrations import check_schema, migrate
from callbacks.db.states import AttemptState, CallbackState, CarrierStatus, PageKind, ReachOutcome, Role
from callbacks.db.tables import Base, Callback, Page, PageAttempt, ReachAttempt, User
from tests.callbacks.db.migrations.earlier import Rows, database_at, insert
from tests.callbacks.db.migrations.schema_0003 import PAGE_KINDS, Row


def test_every_page_keeps_what_it_was_for(database_url: str) -> None:
    database = database_at(database_url, "0003")
    insert(database, ROWS)
    migrate(database)
    check_schema(database)
    pages = database.read(lambda session: session.scalars(select(Page).order_by(Page.id)).all())
    assert [(page.callback_id, page.kind, page.round, page.code) for page in pages] == [
        (1, PageKind.STEP, 1, "5831"),
        (1, PageKind.STEP, 12, "5831"),
        (1, PageKind.REMINDER, 2, "5831"),
        (1, PageKind.OUTCOME, 7, "5831"),
        (1, PageKind.CONNECTION, 3, ""),
        (None, PageKind.TEST, 0, ""),
        (None, PageKind.ALARM, 0, ""),
        (None, PageKind.ALARM, 0, ""),
        (None, PageKind.VERIFICATION, 0, ""),
        (1, PageKind.STEP, 13, "5831"),  # "again 2": an unknown kind becomes a step of a round that no other step has
        (1, PageKind.STEP, 14, "5831"),  # "step 1.0"
        (None, PageKind.ALARM, 15, ""),  # "storm"
    ]
    assert [page.bundled_into_id for page in pages][:2] == [None, 1]
    database.close()


def test_a_value_that_no_enum_has_becomes_one_that_the_enum_has(database_url: str) -> None:
    database = database_at(database_url, "0003")
    insert(database, ROWS)
    migrate(database)
    for mapper in Base.registry.mappers:
        database.read(lambda session, row=mapper.class_: session.scalars(select(row)).all())  # type: ignore[misc]
    outcomes = database.read(
        lambda session: session.scalars(select(ReachAttempt.outcome).order_by(ReachAttempt.id)).all()
    )
    assert outcomes == [ReachOutcome.REACHED, ReachOutcome.CONTINUING, ReachOutcome.NO_ANSWER, ReachOutcome.FAILED]
    attempt = database.read(lambda session: session.scalars(select(PageAttempt)).one())
    assert (attempt.state, attempt.carrier_status) == (AttemptState.ACCEPTED, CarrierStatus.NONE)
    assert database.read(lambda session: session.scalars(select(Callback.state)).all()) == [CallbackState.OPEN]
    assert database.read(lambda session: session.scalars(select(User.role)).all()) == [Role.READER]
    database.close()


@pytest.mark.parametrize(
    ("occasion", "expected"),
    [
        ("step 1", ("step", 1)),
        ("taken", ("taken", 0)),
        ("reminder 999999999", ("reminder", 999999999)),
        ("step 01", ("step", 1)),  # none of the program's: the first free round
        ("step 0", ("step", 1)),
        ("reminder soon", ("reminder", 1)),
        ("Step 2", ("step", 1)),
        ("", ("step", 1)),
    ],
)
def test_an_occasion_is_split_into_a_kind_and_a_round(occasion: str, expected: tuple[str, int]) -> None:
    assert PAGE_KINDS.split([occasion]) == {occasion: expected}


OCCASIONS = st.lists(st.from_regex(r"(step|reminder|taken|storm)( ?[0-9]{0,3})", fullmatch=True), unique=True)


@given(OCCASIONS)
def test_no_two_occasions_become_the_same_kind_and_round(occasions: list[str]) -> None:
    found = PAGE_KINDS.split(occasions)
    assert found.keys() == set(occasions)
    assert len(set(found.values())) == len(occasions)


AT = datetime(2026, 11, 20, tzinfo=UTC)


def page(
    callback_id: int | None,
    occasion: str,
    code: str = "",
    channel: str = "text",
    state: str = "sent",
    bundled_into_id: int | None = None,
) -> Row:
    return {
        "callback_id": callback_id,
        "occasion": occasion,
        "code": code,
        "channel": channel,
        "state": state,
        "technician_id": 1,
        "number": "first",
        "words": "x",
        "created_at": AT,
        "tries": 1,
        "token": 1,
        "answer": "",
        "bundled_into_id": bundled_into_id,
    }


def attempt(outcome: str) -> Row:
    return {"callback_id": 1, "technician_id": 1, "tried_at": AT, "outcome": outcome, "is_told": True, "told_by": "x"}


ROWS: Rows = {
    "technicians": [
        {"name": "Amy Roy", "phone": "+15145550101", "email": "", "language": "en", "created_at": AT, "quiet": "",
         "troubles": {}}
    ],
    "users": [
        {"email": "sue@example.com", "password_hash": "x", "role": "owner", "created_at": AT, "failures": 0,
         "session_key": "x"}
    ],
    "calls": [
        {"sid": "CA1", "line": "direct", "caller": "+15145550199", "caller_name": "", "began_at": AT, "language": "en",
         "is_open": False, "hours_reason": "", "attestation": "", "outcome": "voicemail"}
    ],
    "callbacks": [
        {"reference": "KT-417", "call_sid": "CA1", "state": "asleep", "priority": "P9", "policy": "default",
         "product": "", "coverage": "", "opened_at": AT, "due_at": AT, "resumed": False, "position": 1, "decisions": 1}
    ],
    "pages": [
        page(1, "step 1", "5831"),
        page(1, "step 12", "5831", state="bundled", bundled_into_id=1),
        page(1, "reminder 2", "5831"),
        page(1, "outcome 7", "5831"),
        page(1, "connection 3", channel="connection"),
        page(None, "test"),
        page(None, "alarm"),
        page(None, "alarm"),
        page(None, "verification"),
        page(1, "again 2", "5831"),
        page(1, "step 1.0", "5831"),
        page(None, "storm"),
    ],
    "page_attempts": [
        {"page_id": 1, "started_at": AT, "state": "accepted", "sid": "SM1", "carrier_status": "warped", "error": ""}
    ],
    "attempts": [attempt(outcome) for outcome in ("resolved", "continuing", "no answer", "eaten")],
}  # fmt: skip
