"""What a caller chose is stored once, and a turn without it changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import Urgency
from callbacks.db.tables import Call, Event
from callbacks.desk.desk_file import read_desk
from callbacks.inbound.caller_choices import CallerChoices, store_choices
from callbacks.inbound.calls import Arrival, record_call
from callbacks.people.technicians import add_technician

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
