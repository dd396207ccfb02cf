"""Why somebody was paged or not, at each instant of a night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.attempts import record_attempt
from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ReachOutcome, Urgency
from callbacks.db.tables import Callback
from callbacks.inbound import calls
from callbacks.oncall import store
from callbacks.paging.escalate import take_next_step
from callbacks.people import technicians
from callbacks.records.event_words import event_words
from callbacks.reporting.why import Why, why
from tests.callbacks.reporting.facts import BEGAN, DESK

MINUTE = timedelta(minutes=1)
EDITED_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def only(session: Session) -> Callback:
    return session.scalars(select(Callback)).one()


@pytest.fixture
def night(database: Database) -> Database:
    """A call at 22:12 whose callback opened at 22:13. Amy is paged at 22:13, and tries the customer at 22:20."""

    def work(session: Session) -> None:
        amy, ben, _ = (
            technicians.add_technician(session, name, f"+1514555010{n}", BEGAN, verified=name != "Cleo Dee")
            for n, name in enumerate(("Amy Roy", "Ben Cole", "Cleo Dee"), 1)
        )
        for person, layer in ((amy, "primary"), (ben, "backup")):
            store.add_shift(session, DESK, person, layer, None, None, EDITED_AT)
        arrival = calls.Arrival(
            "CA1", "direct", "+15145550199", "en", False, "outside support hours", "TN-Validation-Passed-A"
        )
        call = calls.record_call(session, arrival, BEGAN)
        callback = open_callback(session, DESK, call, BEGAN + MINUTE)
        take_next_step(session, DESK, callback, BEGAN + MINUTE)
        record_attempt(session, callback, amy, ReachOutcome.NO_ANSWER, "text", BEGAN + 8 * MINUTE)

    database.write(work)
    return database


def asked(database: Database, minutes: int) -> Why:
    return database.read(lambda session: why(session, DESK, only(session), BEGAN + minutes * MINUTE))


def test_before_it_opened_nothing_was_due(night: Database) -> None:
    found = asked(night, 0)
    assert list(found.owed) == [
        "The call came at Sat 28 Nov 22:12 on the direct line, outside support hours. "
        "A call back was owed by Sat 28 Nov 22:42.",
        "The callback was not open until Sat 28 Nov 22:13, so nothing was due before.",
    ]
    assert found.decided is None
    assert found.upcoming is not None
    assert found.upcoming.at == BEGAN + MINUTE


def test_a_decision_is_the_last_one_until_that_instant(night: Database) -> None:
    found = asked(night, 1)
    assert found.decided is not None
    assert (found.decided.at, found.decided.words) == (BEGAN + MINUTE, event_words(EventKind.STEP, 1))
    assert "Amy Roy is texted" in found.decided.detail
    assert found.upcoming is None


def test_each_person_is_listed_with_what_put_them_on_call_and_whether_they_were_paged(night: Database) -> None:
    people = {person.name: person for person in asked(night, 2).people}
    assert people["Amy Roy"].standing == "on primary: always on call"
    assert people["Amy Roy"].paged == "page, by text, Sat 28 Nov 22:13"
    assert people["Ben Cole"].standing == "on backup: always on call"
    assert (people["Ben Cole"].paged, people["Ben Cole"].answer) == ("not paged by then", "")
    assert people["Cleo Dee"].standing == "not on call; number not verified: never paged"


def test_a_page_after_that_instant_does_not_count(night: Database) -> None:
    assert {person.paged for person in asked(night, 0).people} == {"not paged by then"}


@pytest.mark.parametrize(("minutes", "sentences"), [(7, 1), (8, 2)])
def test_what_stops_the_paging_is_named_from_then_on(night: Database, minutes: int, sentences: int) -> None:
    owed = list(asked(night, minutes).owed)
    assert len(owed) == sentences
    if sentences > 1:
        assert owed[-1].startswith("At 22:20:00 Amy Roy tried to reach the customer")


@pytest.mark.parametrize(
    ("fact", "because"),
    [
        ({}, "the customer wrote while the desk was closed"),
        ({"urgency": Urgency.CAN_WAIT}, "the caller said that it can wait"),
        ({"named_time_at": BEGAN + 20 * MINUTE}, "the customer named a time"),
        ({"perhaps_robot": True}, "nothing shows that a person called"),
    ],
)
def test_why_it_is_held_is_said(night: Database, fact: dict[str, object], because: str) -> None:
    def hold(session: Session) -> None:
        callback = only(session)
        callback.held_until = BEGAN + 10 * MINUTE
        for name, value in fact.items():
            setattr(callback.contact if name == "urgency" else callback, name, value)

    night.write(hold)
    assert f"It is held until Sat 28 Nov 22:22, because {because}: nobody is paged before." in asked(night, 2).owed


def test_the_last_edit_of_the_rota_is_given(night: Database) -> None:
    assert asked(night, 2).rota_edited_at == EDITED_AT


@pytest.mark.parametrize(
    ("minutes", "sentences"),
    [
        (7, []),
        (
            8,
            ["The customer was not reached. The next attempt, by Amy Roy, is due Sat 28 Nov 22:35."],
        ),
        (
            23,
            [
                "The customer was not reached. The next attempt, by Amy Roy, is due Sat 28 Nov 22:35.",
                "Amy Roy was asked for it Sat 28 Nov 22:35.",
            ],
        ),
    ],
)
def test_after_an_attempt_that_did_not_reach_the_customer_the_next_one_is_named(
    night: Database, minutes: int, sentences: list[str]
) -> None:
    def plan(session: Session) -> None:
        callback = only(session)
        callback.try_again_at = callback.asked_at = BEGAN + 23 * MINUTE

    night.write(plan)
    owed = list(asked(night, minutes).owed)
    assert [words for words in owed if "next attempt" in words or "asked for it" in words] == sentences
