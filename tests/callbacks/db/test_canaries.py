"""What belongs to the daily test call, and a view of the database without it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from callbacks.db.canaries import WITHOUT_CANARIES
from callbacks.db.database import Database
from callbacks.db.states import CallbackOrigin, Channel, PageKind, Screening
from callbacks.db.tables import Base, Call, Callback, Contact, Page, Technician
from callbacks.people.canary import NAME, set_up_recipient
from callbacks.people.technicians import add_technician, technician_named

NOW = datetime(2026, 11, 28, 16, tzinfo=UTC)


def _has_a_call_of_each_kind(session: Session) -> None:
    add_technician(session, "Amy Roy", "+15145550101", NOW, verified=True)
    set_up_recipient(session, "+15145550170", NOW)
    recipients = {row.name: row.id for row in session.scalars(select(Technician))}
    for number, (screening, origin, who) in enumerate(
        [(Screening.NONE, CallbackOrigin.VOICEMAIL, "Amy Roy"), (Screening.CANARY, CallbackOrigin.CANARY, NAME)]
    ):
        session.add(Call(sid=f"CA{number}", line="direct", caller="", began_at=NOW, is_open=False, screening=screening))
        session.flush()
        callback = Callback(contact_sid=f"CA{number}", reference=f"AA-{number}", opened_at=NOW, due_at=NOW)
        callback.origin = origin
        session.add(callback)
        session.flush()
        page = Page(callback_id=callback.id, technician_id=recipients[who], channel=Channel.TEXT, code="", words="")
        page.kind, page.created_at = PageKind.STEP, NOW
        session.add(page)


def _count(session: Session, model: type[Base]) -> int | None:
    return session.scalar(select(func.count()).select_from(model))


def _rows(session: Session, model: type[Base]) -> Sequence[Base]:
    return session.scalars(select(model)).unique().all()


def test_everybody_else_sees_only_what_is_of_customers_and_people(database: Database) -> None:
    database.write(_has_a_call_of_each_kind)
    view = database.without(*WITHOUT_CANARIES)
    for model in (Call, Contact, Callback, Page, Technician):
        count, rows = partial(_count, model=model), partial(_rows, model=model)
        assert (database.read(count), len(database.read(rows))) == (2, 2), model
        assert (view.read(count), len(view.read(rows)), len(view.write(rows))) == (1, 1, 1), model
    mine = view.read(lambda session: session.scalars(select(Page)).unique().one())
    assert (mine.technician.name, mine.callback.reference if mine.callback else "") == ("Amy Roy", "AA-0")


def test_a_view_writes_into_the_same_database(database: Database) -> None:
    view = database.without(*WITHOUT_CANARIES)
    before = database.snapshot()
    view.write(lambda session: add_technician(session, "Amy Roy", "+15145550101", NOW))
    assert database.snapshot() != before
    assert database.read(lambda session: technician_named(session, "Amy Roy")).name == "Amy Roy"
