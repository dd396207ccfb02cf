"""What happened with a number before: calls of the week, open callbacks, the last calls."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.customers.history import calls_this_week, history_of, open_callbacks_of
from callbacks.db.database import Database
from callbacks.db.states import CallbackState
from callbacks.db.tables import Callback, JoinedContact
from tests.callbacks.customers.known import JANE, NOW, OTHER, PHONE, add, call

DAY = timedelta(days=1)


def opens(session: Session, sid: str, state: CallbackState = CallbackState.OPEN) -> None:
    session.add(Callback(reference=f"KT-{sid}", contact_sid=sid, state=state, opened_at=NOW, due_at=NOW))
    session.flush()


def seed(session: Session) -> None:
    call(session, "1", PHONE, NOW - 8 * DAY)
    call(session, "2", PHONE, NOW - 2 * DAY)
    call(session, "3", "ANONYMOUS", NOW - DAY).customer_number = OTHER
    call(session, "4", "+15145550111", NOW)
    call(session, "5", PHONE, NOW)
    opens(session, "1", CallbackState.RESOLVED)
    opens(session, "3")
    opens(session, "5")
    opens(session, "4")


def test_it_counts_the_week_and_has_the_last_calls_first(database: Database) -> None:
    database.write(seed)
    assert database.read(lambda session: calls_this_week(session, [PHONE], NOW)) == 2
    found = database.read(lambda session: history_of(session, [PHONE, OTHER], NOW, shown=3))
    assert found.calls_this_week == 3
    assert [callback.reference for callback in found.open] == ["KT-3", "KT-5"]
    assert [(each.call.sid, each.callback and each.callback.reference) for each in found.calls] == [
        ("5", "KT-5"),
        ("3", "KT-3"),
        ("2", None),
    ]


def test_a_call_that_joined_a_callback_is_shown_with_it(database: Database) -> None:
    def joins(session: Session) -> None:
        seed(session)
        its = session.scalars(select(Callback).where(Callback.contact_sid == "5")).one()
        session.add(JoinedContact(contact_sid="2", callback_id=its.id, joined_at=NOW))

    database.write(joins)
    found = database.read(lambda session: history_of(session, [PHONE], NOW))
    assert [(each.call.sid, each.callback and each.callback.reference) for each in found.calls] == [
        ("5", "KT-5"),
        ("2", "KT-5"),
        ("1", "KT-1"),
    ]


def test_a_number_without_a_history(database: Database) -> None:
    found = database.read(lambda session: history_of(session, [], NOW))
    assert (found.calls_this_week, list(found.open), list(found.calls)) == (0, [], [])


def test_the_open_callbacks_of_a_customer(database: Database) -> None:
    database.write(seed)
    customer = database.write(lambda session: add(session, JANE, PHONE, OTHER))
    found = database.read(lambda session: open_callbacks_of(session, customer))
    assert [callback.reference for callback in found] == ["KT-3", "KT-5"]
