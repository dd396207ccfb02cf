"""A text reopens what closed automatically: its owner hears of it now, or when the desk opens."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.acts.reopening import reopen_by_text
from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, PageKind
from callbacks.db.tables import Callback, Page
from callbacks.lifecycle.transitions import Change, change_state
from tests.callbacks.inbound.mails.post import MONDAY_OPENING, SATURDAY_NIGHT, TUESDAY_MORNING, Post


def reopened(database: Database, folder: Path, at: datetime, *, with_owner: bool = True) -> Post:
    desk = Post(database, folder / "media", at)
    desk.gets()
    if with_owner:
        desk.amy_owns_it()

    def work(session: Session) -> None:
        callback = session.scalars(select(Callback)).one()
        change_state(callback, Change.AUTO_CLOSE, at)
        reopen_by_text(session, desk.desk, callback, "Bob Tremblay", "Still broken", at)

    database.write(work)
    return desk


@pytest.mark.parametrize(("at", "told_at"), [(TUESDAY_MORNING, TUESDAY_MORNING), (SATURDAY_NIGHT, MONDAY_OPENING)])
def test_its_owner_is_told_when_the_desk_is_open(
    database: Database, tmp_path: Path, at: datetime, told_at: datetime
) -> None:
    desk = reopened(database, tmp_path, at)
    assert desk.callback.state is CallbackState.OPEN
    assert desk.events(EventKind.REOPENED) == ["The customer texted."]
    (page,) = database.read(lambda s: list(s.scalars(select(Page).where(Page.kind == PageKind.REOPENED))))
    assert page.next_action_at == told_at
    assert f"Bob Tremblay reopened {desk.callback.reference} (Still broken)" in page.words


def test_without_an_owner_nobody_is_paged_before_the_desk_opens(database: Database, tmp_path: Path) -> None:
    desk = reopened(database, tmp_path, SATURDAY_NIGHT, with_owner=False)
    assert desk.pages() == []
    assert desk.callback.held_until == MONDAY_OPENING
    assert desk.events(EventKind.HELD)[-1] == (
        "until Mon 30 Nov 08:30, because the customer texted while the desk was closed"
    )
