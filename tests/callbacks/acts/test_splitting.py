"""A call that joined a callback by mistake gets its own, due from its own beginning."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from callbacks.acts.base import Refused
from callbacks.acts.ownership import Take
from callbacks.acts.splitting import Split
from callbacks.db.event_kinds import EventKind
from callbacks.db.removals import removals_of
from callbacks.db.states import PageKind
from callbacks.db.tables import Callback, Event
from callbacks.records.contacts_of_callback import callback_about
from tests.callbacks.acts.night import NOW, Night

LATER = NOW + timedelta(minutes=3)


@pytest.fixture
def night(night: Night) -> Night:
    """Somebody in the same office has called, too."""
    night.now = LATER
    night.calls_again("CA2")
    return night


def opened(night: Night) -> Callback:
    return night.session.scalars(select(Callback).where(Callback.contact_sid == "CA2")).one()


def test_a_supervisor_splits_off_a_call(night: Night) -> None:
    answer = night.sue_does(Split("CA2"))
    new = opened(night)
    assert answer.english == f"It is {new.reference} now, and no longer part of {night.callback.reference}."
    assert (new.due_at, new.id) != (night.callback.due_at, night.callback.id)
    assert new.due_at == LATER + night.desk.callback.promise
    assert night.callback.joined == []
    assert callback_about(night.session, "CA2") is new


def test_both_logs_say_so_and_so_does_the_audit_log(night: Night) -> None:
    night.sue_does(Split("CA2"))
    new = opened(night)
    split = select(Event.contact_sid, Event.detail).where(Event.kind == EventKind.CALL_SPLIT).order_by(Event.id)
    assert [tuple(row) for row in night.session.execute(split)] == [
        ("CA1", f"It is {new.reference} now."),
        ("CA2", f"It had joined {night.callback.reference}."),
    ]
    assert removals_of(night.session) == (f"the call CA2 from {night.callback.reference}",)


def test_somebody_is_paged_about_it(night: Night) -> None:
    night.sue_does(Split("CA2"))
    assert opened(night).id in [page.callback_id for page in night.pages(night.amy, PageKind.STEP)]


def test_it_never_joins_again(night: Night) -> None:
    night.sue_does(Split("CA2"))
    new = opened(night)
    assert night.calls_again("CA2") is new


def test_the_owner_may_and_nobody_else(night: Night) -> None:
    with pytest.raises(Refused, match="Only its owner or a supervisor"):
        night.does(Split("CA2"), night.by(night.ben))
    night.amy_does(Take())
    night.amy_does(Split("CA2"))
    assert opened(night).contact_sid == "CA2"


@pytest.mark.parametrize("sid", ["CA1", "CA9"])
def test_only_a_call_that_joined_can_be_split_off(night: Night, sid: str) -> None:
    assert "did not join" in night.refusal(Split(sid), night.at_console()).english
