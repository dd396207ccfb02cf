"""What a caller chose is stored once, takes effect once, and a turn without it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import PageKind, PriorityLevel, Urgency
from callbacks.db.tables import Call, Event
from callbacks.desk.desk_file import read_desk
from callbacks.inbound.caller_choices import CallerChoices, store_choices
from callbacks.inbound.calls import Arrival, record_call
from callbacks.people.technicians import add_technician
from tests.callbacks.acts.night import Night

OPENING = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
DESK = read_desk(Path("support.toml"))
NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
ELSEWHERE, AMYS, PREMIUM = CallerChoices(number="+15145550188"), "+15145550101", "+19005550123"


def after(database: Database, *turns: CallerChoices) -> Call:
    """Return the call of somebody whose number is withheld, after these turns, each one a second later."""

    def work(session: Session) -> Call:
        arrival = Arrival("CA1", "direct", "Anonymous", "en", is_open=False, hours_reason="")
        call = record_call(session, arrival, NOW, DESK.dialing_rules)
        for seconds, choices in enumerate(turns):
            store_choices(session, DESK, call, choices, NOW + timedelta(seconds=seconds))
        return call

    return database.write(work)


def numbers_entered(database: Database) -> list[str]:
    entered = select(Event.detail).where(Event.kind == EventKind.NUMBER_ENTERED)
    return list(database.read(lambda session: session.scalars(entered).all()))


def test_a_choice_stays_when_a_later_turn_does_not_have_it(database: Database) -> None:
    everything = CallerChoices(Urgency.DOWN, "modusMail", is_separate=True, wants_manager=True)
    call = after(database, everything, CallerChoices(wants_manager=True), CallerChoices())
    assert (call.urgency, call.product, call.is_separate) == (Urgency.DOWN, "modusMail", True)
    assert call.wants_manager_at == NOW


def test_the_last_choice_of_urgency_counts(database: Database) -> None:
    call = after(database, CallerChoices(Urgency.DOWN), CallerChoices(Urgency.CAN_WAIT))
    assert call.urgency is Urgency.CAN_WAIT


def test_a_number_that_was_entered_is_the_one_to_call(database: Database) -> None:
    assert after(database, ELSEWHERE, ELSEWHERE).customer_number == "+15145550188"
    assert numbers_entered(database) == ["+15145550188"]


def test_a_number_that_a_technician_corrected_since_stays(database: Database) -> None:
    after(database, ELSEWHERE)

    def corrects(session: Session) -> str | None:
        call = session.get_one(Call, "CA1")
        call.customer_number = "+15145550189"
        store_choices(session, DESK, call, ELSEWHERE, NOW + timedelta(minutes=5))
        return call.customer_number

    assert database.write(corrects) == "+15145550189"


def test_nobody_can_have_a_premium_number_or_a_technician_rung(database: Database) -> None:
    database.write(lambda session: add_technician(session, "Amy Roy", AMYS, NOW, verified=True))
    call = after(database, CallerChoices(number=PREMIUM), CallerChoices(number=AMYS), CallerChoices(number="junk"))
    assert call.customer_number is None
    assert numbers_entered(database) == []


# What takes effect on a callback that is open already


@pytest.fixture
def night(database: Database) -> Iterator[Night]:
    with Session(database.engine) as session:
        yield Night(session, DESK)


def chooses(night: Night, choices: CallerChoices) -> None:
    call = night.session.get_one(Call, night.callback.contact_sid)
    store_choices(night.session, night.desk, call, choices, night.now)
    night.session.flush()


def test_what_arrives_after_the_callback_opened_still_counts_once(night: Night) -> None:
    for _ in range(2):
        chooses(night, CallerChoices(Urgency.DOWN, wants_manager=True))
    assert night.callback.priority is PriorityLevel.P1
    assert len(night.events(EventKind.URGENCY_CHOSEN)) == 1
    assert [detail for *_, detail in night.events(EventKind.PRIORITY_CHANGED)] == [
        "P2 to P1: the caller pressed: everything is down"
    ]
    assert len(night.pages(night.luc, PageKind.MANAGER)) == 1


def test_what_can_wait_after_all_stops_the_pages(night: Night) -> None:
    chooses(night, CallerChoices(Urgency.CAN_WAIT))
    callback = night.callback
    assert (callback.held_until, callback.next_action_at) == (OPENING, OPENING)
    assert callback.due_at == OPENING + night.desk.callback.promise


def test_a_priority_that_a_person_changed_since_stays(night: Night) -> None:
    chooses(night, CallerChoices(Urgency.DOWN))
    night.callback.priority = PriorityLevel.P3
    chooses(night, CallerChoices(Urgency.DOWN))
    assert night.callback.priority is PriorityLevel.P3


def test_a_time_that_was_named_moves_the_call_once(night: Night) -> None:
    for _ in range(2):
        chooses(night, CallerChoices(named_time_at=OPENING))
    assert night.callback.named_time_at == OPENING
    assert len(night.events(EventKind.TIME_NAMED)) == 1
