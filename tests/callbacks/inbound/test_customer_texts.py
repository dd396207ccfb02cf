"""Texts of customers: which callback they join, what they answer, and that they close nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallbackState, VoicemailState
from callbacks.db.tables import Event, JoinedContact
from callbacks.inbound import calls
from callbacks.inbound.customer_texts import ANSWERED_EVERY, MOST_JOINED
from callbacks.lifecycle.transitions import Change, change_state
from callbacks.paging.customer_messages import has_opted_out
from tests.callbacks.inbound.texting import DESK, STRANGER, Night

CUSTOMER, OFFICE = "+15145550199", "+15145550188"


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


def events(night: Night, kind: EventKind) -> list[str]:
    query = select(Event.detail).where(Event.kind == kind).order_by(Event.id)
    return night.database.read(lambda session: list(session.scalars(query)))


def test_a_text_joins_the_open_callback_and_is_answered(night: Night) -> None:
    answer = night.hears_from(CUSTOMER, "It is urgent")
    assert answer == f"Support desk: thank you. We added your text to {night.callback.reference}."
    assert events(night, EventKind.CUSTOMER_TEXTED) == ['(514) 555-0199: "It is urgent"']


def test_the_same_text_twice_joins_once(night: Night) -> None:
    assert night.hears_from(CUSTOMER, "hello", "SM1") == night.hears_from(CUSTOMER, "hello", "SM1") != ""
    assert len(events(night, EventKind.CUSTOMER_TEXTED)) == 1


def test_one_answer_in_ten_minutes(night: Night) -> None:
    assert night.hears_from(CUSTOMER, "one") != ""
    assert night.hears_from(CUSTOMER, "two") == ""
    night.now += ANSWERED_EVERY
    assert night.hears_from(CUSTOMER, "three") != ""


def test_whoever_asks_for_no_call_soon_after_another_text_is_answered_once(night: Night) -> None:
    assert night.hears_from(CUSTOMER, "It works again") != ""
    assert "you no longer need a call" in night.hears_from(CUSTOMER, "NOCALL")
    assert night.hears_from(CUSTOMER, "NOCALL") == ""


def test_a_stranger_and_a_customer_whose_callback_is_closed_join_nothing(night: Night) -> None:
    assert "not read" in night.hears_from(STRANGER, "hello")
    callback_id = night.callback.id

    def close(session: Session) -> None:
        change_state(session.get_one(type(night.callback), callback_id), Change.RESOLVE, night.now)

    night.database.write(close)
    assert "not read" in night.hears_from(CUSTOMER, "hello")
    assert events(night, EventKind.CUSTOMER_TEXTED) == []


def test_the_number_that_they_are_called_on_and_one_that_joined_count_too(night: Night) -> None:
    callback_id = night.callback.id

    def work(session: Session) -> None:
        session.get_one(type(night.callback), callback_id).contact.customer_number = OFFICE
        arrival = calls.Arrival("CA8", "direct", STRANGER, "fr", False, "", "TN-Validation-Passed-A")
        calls.record_call(session, arrival, night.now)
        session.add(JoinedContact(contact_sid="CA8", callback_id=callback_id, joined_at=night.now))

    night.database.write(work)
    for number in (CUSTOMER, OFFICE, STRANGER):
        assert "We added your text to" in night.hears_from(number, "hello")


def test_the_callback_that_is_named_is_meant_else_the_latest(night: Night) -> None:
    night.opens("CA2")
    first, second = night.callback.reference, ""
    second = night.hears_from(CUSTOMER, "hello").split()[-1].rstrip(".")
    assert second != first
    night.now += ANSWERED_EVERY
    assert first in night.hears_from(CUSTOMER, f"about {first.lower()}: hello")


def test_whose_number_is_a_wrong_one_joins_nothing(night: Night) -> None:
    callback_id = night.callback.id

    def work(session: Session) -> None:
        session.get_one(type(night.callback), callback_id).contact.customer_number = None

    night.database.write(work)
    assert "not read" in night.hears_from(CUSTOMER, "who is this?")


@pytest.mark.parametrize("words", ["NOCALL", "no call", "Pas d'appel.", "pas d’appel", "NOCALL {reference}"])
def test_no_call_is_put_on_record_once_and_closes_nothing(night: Night, words: str) -> None:
    text = words.format(reference=night.callback.reference)
    assert "you no longer need a call" in night.hears_from(CUSTOMER, text)
    asked_at = night.callback.cancel_asked_at
    assert asked_at == night.now
    night.now += ANSWERED_EVERY
    night.hears_from(CUSTOMER, text)
    assert (night.callback.state, night.callback.cancel_asked_at) == (CallbackState.OPEN, asked_at)
    assert night.callback.attempted_at is None
    assert len(events(night, EventKind.CANCEL_ASKED)) == 1


@pytest.mark.parametrize("words", ["no call came", "please call", "done 123456", "pass", "call {code}", "{code}"])
def test_nothing_else_that_they_write_is_taken_for_more_than_words(night: Night, words: str) -> None:
    night.hears_from(CUSTOMER, words.format(code=night.code))
    found = night.callback
    assert (found.state, found.owner_id, found.cancel_asked_at) == (CallbackState.OPEN, None, None)
    assert len(events(night, EventKind.CUSTOMER_TEXTED)) == 1


def test_after_so_many_a_day_no_more_join(night: Night) -> None:
    for number in range(MOST_JOINED + 5):
        night.hears_from(CUSTOMER, f"flood {number}")
    assert len(events(night, EventKind.CUSTOMER_TEXTED)) == MOST_JOINED


@pytest.mark.parametrize(("words", "kind"), [("STOP", ""), ("ARRET", "STOP"), ("Arrêt.", ""), ("unsubscribe", "")])
def test_stop_is_kept_in_mind_until_start_and_is_no_message(night: Night, words: str, kind: str) -> None:
    def opted_out() -> bool:
        return night.database.read(lambda session: has_opted_out(session, CUSTOMER))

    assert night.hears_from(CUSTOMER, words, opt_out_type=kind) == ""
    assert opted_out()
    assert night.hears_from(CUSTOMER, "hello") == ""
    assert night.hears_from(CUSTOMER, "START") == ""
    assert not opted_out()
    assert len(events(night, EventKind.CUSTOMER_TEXTED)) == 1


def test_help_is_answered_by_the_carrier(night: Night) -> None:
    assert night.hears_from(CUSTOMER, "HELP") == ""
    assert events(night, EventKind.CUSTOMER_TEXTED) == []


def test_a_number_that_needs_consent_is_read_and_not_answered(night: Night) -> None:
    arrival = calls.Arrival("CA3", "direct", "+442079460000", "en", False, "", "TN-Validation-Passed-A")

    def work(session: Session) -> None:
        calls.record_call(session, arrival, night.now, DESK.dialing_rules)
        news = calls.Recording(VoicemailState.EXPECTED, None, 9)
        calls.record_voicemail(session, DESK, "CA3", news, night.now)

    night.database.write(work)
    assert night.hears_from("+442079460000", "hello") == ""
    assert len(events(night, EventKind.CUSTOMER_TEXTED)) == 1


# What closed automatically


def closes(night: Night, change: Change = Change.AUTO_CLOSE) -> None:
    callback_id = night.callback.id
    night.database.write(lambda s: change_state(s.get_one(type(night.callback), callback_id), change, night.now))


@pytest.mark.parametrize("days", [0, 14])
def test_a_text_reopens_what_closed_automatically_lately(night: Night, days: int) -> None:
    closes(night)
    night.now += timedelta(days=days)
    assert "We added your text to" in night.hears_from(CUSTOMER, "Please try again")
    assert night.callback.state is CallbackState.OPEN
    assert events(night, EventKind.REOPENED) == ["The customer texted."]
    assert events(night, EventKind.CUSTOMER_TEXTED) == ['(514) 555-0199: "Please try again"']


def test_after_two_weeks_it_stays_closed(night: Night) -> None:
    closes(night)
    night.now += timedelta(days=14, seconds=1)
    assert "not read" in night.hears_from(CUSTOMER, "Please try again")
    assert night.callback.state is CallbackState.CLOSED


@pytest.mark.parametrize("change", [Change.RESOLVE, Change.CANCEL, Change.CLOSE_UNREACHABLE])
def test_what_ended_otherwise_stays_closed(night: Night, change: Change) -> None:
    closes(night, change)
    assert "not read" in night.hears_from(CUSTOMER, "Please try again")
    assert events(night, EventKind.REOPENED) == []


def test_whoever_needs_no_call_leaves_it_closed(night: Night) -> None:
    closes(night)
    assert "as you asked" in night.hears_from(CUSTOMER, "NOCALL")
    assert night.callback.state is CallbackState.CLOSED
    assert len(events(night, EventKind.CUSTOMER_TEXTED)) == 1


def test_one_that_is_open_comes_first_unless_the_closed_one_is_named(night: Night) -> None:
    first = night.callback.reference
    night.opens("CA2")
    closes(night)
    assert first not in night.hears_from(CUSTOMER, "hello")
    assert events(night, EventKind.REOPENED) == []
    night.now += ANSWERED_EVERY
    assert first in night.hears_from(CUSTOMER, f"{first}: hello")
    assert events(night, EventKind.REOPENED) == ["The customer texted."]


def test_a_flood_reopens_nothing(night: Night) -> None:
    for number in range(MOST_JOINED):
        night.hears_from(CUSTOMER, f"flood {number}")
    closes(night)
    night.hears_from(CUSTOMER, "one more")
    assert night.callback.state is CallbackState.CLOSED
