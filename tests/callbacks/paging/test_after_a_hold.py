"""What nobody was asked during a hold is asked once it is over, and only once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from callbacks.acts.opening import open_callback
from callbacks.db.database import Database
from callbacks.db.states import PageKind, Urgency
from callbacks.db.tables import Callback
from callbacks.desk.desk_file import read_desk
from callbacks.inbound import calls
from callbacks.lifecycle.transitions import set_owner
from callbacks.oncall import store
from callbacks.paging.follow_up import take_next_action
from tests.callbacks.acts.night import NOW, Night

OPENING = datetime.fromisoformat("2026-11-30T13:30Z")


@pytest.fixture
def night(database: Database) -> Iterator[Night]:
    with Session(database.engine) as session:
        yield Night(session, read_desk(Path("support.toml")))


def held(night: Night, *, wants_manager: bool) -> Callback:
    """Return the callback of a caller abroad who says that it can wait."""
    store.add_shift(night.session, night.desk, night.ben, "supervisor", None, None, NOW)
    arrival = calls.Arrival(
        "CA2", "direct", "+33142685300", "en", False, "outside support hours", "TN-Validation-Passed-A"
    )
    call = calls.record_call(night.session, arrival, NOW)
    call.urgency, call.wants_manager_at = Urgency.CAN_WAIT, NOW if wants_manager else None
    return open_callback(night.session, night.desk, call, NOW)


def asked_of(night: Night, callback: Callback, kind: PageKind) -> int:
    night.session.flush()
    everybody = (night.amy, night.ben, night.luc)
    return sum(page.callback_id == callback.id for person in everybody for page in night.pages(person, kind))


@pytest.mark.parametrize("wants_manager", [True, False])
def test_consent_and_a_manager_are_asked_for_when_the_desk_opens(night: Night, wants_manager: bool) -> None:
    callback = held(night, wants_manager=wants_manager)
    for kind in (PageKind.CONSENT, PageKind.MANAGER, PageKind.STEP):
        assert asked_of(night, callback, kind) == 0
    for _ in range(2):
        take_next_action(night.session, night.desk, callback, OPENING)
    assert asked_of(night, callback, PageKind.CONSENT) == 1
    assert asked_of(night, callback, PageKind.MANAGER) == wants_manager


def test_nobody_is_asked_about_a_call_that_perhaps_no_person_made_before_somebody_has_it(night: Night) -> None:
    callback = held(night, wants_manager=False)
    callback.perhaps_robot = True
    take_next_action(night.session, night.desk, callback, OPENING)
    assert asked_of(night, callback, PageKind.STEP) == 1
    assert asked_of(night, callback, PageKind.CONSENT) == 0
    set_owner(night.session, callback, night.amy, OPENING)
    assert callback.next_action_at == OPENING
    take_next_action(night.session, night.desk, callback, OPENING)
    assert asked_of(night, callback, PageKind.CONSENT) == 1
