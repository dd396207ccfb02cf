"""Who is paged when a customer asks for a manager."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.states import Channel, PageKind
from callbacks.db.tables import ShiftRow
from callbacks.desk.desk_file import read_desk
from callbacks.lifecycle.transitions import set_owner
from callbacks.oncall import store
from callbacks.paging.managers import page_managers
from callbacks.people.contact_methods import record_failure
from callbacks.people.person import ContactMethod
from tests.callbacks.acts.night import NOW, Night


@pytest.fixture
def night(database: Database) -> Iterator[Night]:
    with Session(database.engine) as session:
        yield Night(session, read_desk(Path("support.toml")))


def asked(night: Night, without: int | None = None) -> list[str]:
    found = page_managers(night.session, night.desk, night.callback, "", NOW + timedelta(minutes=5), without)
    night.session.flush()
    return list(found)


def test_the_manager_on_call_reads_how_it_stands(night: Night) -> None:
    set_owner(night.session, night.callback, night.amy, NOW)
    assert asked(night) == ["Luc"]
    (text,) = night.texts(night.luc, PageKind.MANAGER)
    assert "A appelé à 22 h 13, Amy Roy s'en occupe, client pas encore rappelé." in text


def test_without_one_it_is_the_supervisors(night: Night) -> None:
    night.session.execute(delete(ShiftRow).where(ShiftRow.layer == "manager"))
    store.add_shift(night.session, night.desk, night.ben, "supervisor", None, None, NOW)
    assert asked(night) == ["Ben Cole"]


def test_whoever_asks_is_not_paged(night: Night) -> None:
    assert asked(night, without=night.luc.id) == []


def test_supervisors_are_asked_where_no_text_reaches_the_manager(night: Night) -> None:
    store.add_shift(night.session, night.desk, night.ben, "supervisor", None, None, NOW)
    record_failure(night.luc, ContactMethod(Channel.TEXT), "this person sent STOP")
    assert asked(night) == ["Ben Cole"]
    assert night.texts(night.luc, PageKind.MANAGER) == []


def test_where_texts_reach_none_of_them_the_log_shows_that_the_managers_failed(night: Night) -> None:
    record_failure(night.luc, ContactMethod(Channel.TEXT), "this person sent STOP")
    assert asked(night) == ["Luc"]
