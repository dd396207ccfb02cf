"""Opening a callback: once for each call, due from the moment the call began, with its first page."""

from __future__ import annotations

import re
from datetime import timedelta

from sqlalchemy import func, select

from callbacks.acts.opening import open_callback
from callbacks.db.event_kinds import Actor, EventKind
from callbacks.db.states import CallbackState, PageKind, PriorityLevel
from callbacks.db.tables import Callback
from callbacks.inbound import calls
from tests.callbacks.acts.night import CUSTOMER, NOW, Night


def test_it_is_due_from_the_moment_the_call_began(night: Night) -> None:
    arrival = calls.Arrival("CA2", "direct", CUSTOMER, "en", False, "outside support hours")
    call = calls.record_call(night.session, arrival, NOW)
    later = NOW + timedelta(minutes=4)
    opened = open_callback(night.session, night.desk, call, later)
    assert (opened.opened_at, opened.due_at) == (later, NOW + night.desk.callback.promise)


def test_a_new_callback_is_open_and_the_first_on_call_is_paged(night: Night) -> None:
    opened = night.callback_of("CA2")
    assert (opened.state, opened.priority, opened.owner) == (CallbackState.OPEN, PriorityLevel.P2, None)
    assert opened.next_action_at is not None
    assert opened.next_action_at > NOW
    assert [page.callback_id for page in night.pages(night.amy, PageKind.STEP)] == [night.callback.id, opened.id]
    assert night.pages(night.ben) == []


def test_the_same_call_opens_one_callback(night: Night) -> None:
    before = night.events()
    again = open_callback(night.session, night.desk, night.callback.call, NOW + timedelta(minutes=1))
    assert again is night.callback
    assert night.session.scalar(select(func.count()).select_from(Callback)) == 1
    assert night.events() == before


def test_its_reference_can_be_read_out_on_a_bad_line(night: Night) -> None:
    assert re.fullmatch(r"[AFHJKLMNRSWXY]{2}-[1-9][0-9]{2}", night.callback.reference)
    assert night.events(EventKind.CALLBACK_OPENED) == [
        (Actor.DESK, EventKind.CALLBACK_OPENED, f"Reference {night.callback.reference}.")
    ]
