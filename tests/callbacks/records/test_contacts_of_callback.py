"""A callback is all its calls: their messages and their events are in one story."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import ContactWay, VoicemailState
from callbacks.db.tables import Callback, Contact
from callbacks.desk.desk_file import read_desk
from callbacks.records.contacts_of_callback import (
    callback_about,
    contacts_of,
    events_of_callback,
    in_words,
    messages_of,
    turned_to_us,
)
from tests.callbacks.acts.night import NOW, Night


@pytest.fixture
def night(database: Database) -> object:
    with Session(database.engine) as session:
        night = Night(session, read_desk(Path("support.toml")))
        night.now = NOW + timedelta(minutes=3)
        night.calls_again("CA2")
        yield night


def test_its_calls_and_messages_are_in_order(night: Night) -> None:
    assert [call.sid for call in contacts_of(night.callback)] == ["CA1", "CA2"]
    first, second = messages_of(night.callback)
    assert (first.call_sid, second.call_sid) == ("CA1", "CA2")
    first.state = VoicemailState.ABSENT
    assert [each.call_sid for each in messages_of(night.callback)] == ["CA2"]


def test_its_story_has_the_events_of_both_calls(night: Night) -> None:
    events = events_of_callback(night.session, night.callback)
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert [event.contact_sid for event in events if event.kind is EventKind.CALLED] == ["CA1", "CA2"]


def test_it_says_how_often_the_customer_called_and_wrote(night: Night) -> None:
    assert turned_to_us(night.session, Callback.id == night.callback.id) == {night.callback.id: "called twice"}
    night.calls_again("CA3")
    night.session.execute(update(Contact).where(Contact.sid == "CA3").values(way=ContactWay.MAIL))
    said = {night.callback.id: "called twice, wrote 1 mail"}
    assert turned_to_us(night.session, Callback.id == night.callback.id) == said
    assert turned_to_us(night.session, Callback.id != night.callback.id) == {}


@pytest.mark.parametrize(
    ("ways", "words"),
    [
        ({ContactWay.CALL: 3}, "called 3 times"),
        ({ContactWay.MAIL: 2}, "wrote 2 mails"),
        ({ContactWay.BY_HAND: 1, ContactWay.CALL: 1}, "called once, written down once"),
    ],
)
def test_only_a_call_is_called_a_call(ways: dict[ContactWay, int], words: str) -> None:
    assert in_words(ways) == words


def test_each_call_finds_it(night: Night) -> None:
    assert [callback_about(night.session, sid) for sid in ("CA1", "CA2", "CA3")] == [
        night.callback, night.callback, None,
    ]  # fmt: skip
