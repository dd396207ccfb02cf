"""Callbacks without a message: opened by hand, or after a call that was answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from callbacks.acts.base import Refused
from callbacks.acts.by_hand import NewCallback, new_form, open_after_call, open_by_hand, others_open
from callbacks.acts.promises import SetPriority
from callbacks.customers.contacts import Contact as Known
from callbacks.customers.details import Details
from callbacks.customers.store import add_customer
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import (
    CallbackOrigin,
    CallOutcome,
    ContactKind,
    ContactWay,
    PageKind,
    PriorityLevel,
    Role,
)
from callbacks.db.tables import Call, Callback, Contact, Conversation, Event, JoinedContact
from callbacks.desk.business_hours import support_hours
from callbacks.errors import WrongState
from callbacks.inbound import calls
from callbacks.lifecycle.sla_status import explanations
from tests.callbacks.acts.night import CUSTOMER, NOW, Night

OTHER = "(514) 555-0177"
MONDAY_10 = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
HALF_AN_HOUR, HOUR = timedelta(minutes=30), timedelta(hours=1)


def opened(night: Night, **more: object) -> Callback:
    new = NewCallback(**{"number": OTHER, **more})  # type: ignore[arg-type]
    return open_by_hand(night.session, night.desk, new, night.at_console(), night.now)


def test_it_is_a_conversation_of_the_customer(night: Night) -> None:
    callback = opened(night, name="Jane Doe", line="toll-free", note="The digest is empty.")
    contact = callback.contact
    assert isinstance(contact, Conversation)
    assert (contact.way, contact.sid[:2], len(contact.sid)) == (ContactWay.BY_HAND, "BH", 34)
    assert (contact.caller, contact.customer_number, contact.caller_name) == ("+15145550177",) * 2 + ("Jane Doe",)
    assert (contact.line, contact.is_open, contact.outcome) == ("toll-free", False, CallOutcome.ANSWERED)
    assert contact.began_at == contact.ended_at == NOW
    events = select(Event.actor, Event.kind, Event.detail).where(Event.contact_sid == contact.sid).order_by(Event.id)
    assert [tuple(row) for row in night.session.execute(events)][:2] == [
        ("sue@example.com", EventKind.CALLBACK_OPENED, f"Reference {callback.reference}."),
        ("sue@example.com", EventKind.NOTE, "The digest is empty."),
    ]


@pytest.mark.parametrize(
    ("priority", "takes"),
    [(PriorityLevel.P1, HALF_AN_HOUR), (PriorityLevel.P2, HOUR), (PriorityLevel.P3, 4 * HOUR)],
)
def test_the_first_reaction_is_that_of_its_priority(night: Night, priority: PriorityLevel, takes: timedelta) -> None:
    night.now = MONDAY_10
    assert opened(night, priority=priority).due_at == MONDAY_10 + takes


def test_at_night_only_a_p1_is_due_at_night(night: Night) -> None:
    assert opened(night, priority=PriorityLevel.P1).due_at == NOW + HALF_AN_HOUR
    monday_opening = datetime(2026, 11, 30, 13, 30, tzinfo=UTC)
    assert opened(night, priority=PriorityLevel.P2).due_at == monday_opening + HOUR


def test_somebody_is_paged_at_once(night: Night) -> None:
    callback = opened(night, priority=PriorityLevel.P1)
    assert [page.callback_id for page in night.pages(night.amy, PageKind.STEP)][-1] == callback.id


def test_whoever_opens_it_may_take_it(night: Night) -> None:
    new = NewCallback(number=OTHER, priority=PriorityLevel.P1, is_taken=True)
    callback = open_by_hand(night.session, night.desk, new, night.by(night.ben), NOW)
    assert callback.owner is night.ben
    assert callback.id not in [page.callback_id for page in night.pages(night.amy)]


def test_a_form_that_is_sent_twice_opens_one_callback(night: Night) -> None:
    form = new_form()
    assert opened(night, form=form) is opened(night, form=form)
    assert opened(night, form=new_form()) is not opened(night, form=form)
    of_hand = select(func.count()).select_from(Callback).where(Callback.origin == CallbackOrigin.BY_HAND)
    assert night.session.scalar(of_hand) == 2


def test_a_form_key_is_checked(night: Night) -> None:
    with pytest.raises(WrongState, match="damaged"):
        opened(night, form="CA1")


def test_it_joins_no_open_callback_and_names_those_there_are(night: Night) -> None:
    callback = opened(night, number=CUSTOMER)
    assert callback is not night.callback
    assert night.session.scalars(select(JoinedContact)).all() == []
    assert others_open(night.session, callback, NOW) == [night.callback.reference]


def test_a_call_about_it_joins_it(night: Night) -> None:
    callback = opened(night)
    assert night.calls_again("CA2", "+15145550177") is callback


def test_a_trial_customer_is_high_priority(night: Night) -> None:
    details = Details(name="Jane", company="Acme", is_trial=True)
    add_customer(night.session, details, [Known(ContactKind.PHONE, "+15145550177")], NOW)
    assert opened(night, priority=PriorityLevel.P3).priority is PriorityLevel.P2


def test_a_product_has_its_coverage(night: Night) -> None:
    callback = opened(night, product="modusHosted")
    assert (callback.product, callback.coverage.value) == ("modusHosted", "covered")


def test_an_address_is_enough(night: Night) -> None:
    callback = opened(night, number="", address="Jane@Example.com", priority=PriorityLevel.P1)
    assert callback.contact.caller == "jane@example.com"
    assert callback.contact.customer_number is None
    assert callback.id in [page.callback_id for page in night.pages(night.amy, PageKind.STEP)]


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("", "phone number or email address"),
        ("+18884847266", "one of our own numbers"),
        ("+15145550101", "Amy Roy's number"),
        ("+1514555", "cannot be called"),
        ("nonsense", "cannot be called"),
    ],
)
def test_a_number_that_may_not_be_called_is_refused(night: Night, number: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        opened(night, number=number)


def test_a_risky_number_needs_a_supervisor_who_goes_on_record(night: Night) -> None:
    abroad = NewCallback(number="+442079460123")
    with pytest.raises(Refused, match="supervisor must enter it"):
        open_by_hand(night.session, night.desk, abroad, night.by(night.amy), NOW)
    assert opened(night, number="+442079460123").consented_by == "sue@example.com"


def test_a_reader_opens_nothing(night: Night) -> None:
    with pytest.raises(Refused, match="Only supervisors"):
        open_by_hand(night.session, night.desk, NewCallback(number=OTHER), night.at_console(Role.READER), NOW)


# After a call that was answered


def answered_call(night: Night) -> Call:
    arrival = calls.Arrival("CA7", "direct", "+15145550177", "en", True, "")
    call = calls.record_call(night.session, arrival, night.now)
    call.accepted_by, call.outcome = night.ben, CallOutcome.ANSWERED
    return call


def test_a_call_that_needs_more_work_opens_a_callback_of_whoever_took_it(night: Night) -> None:
    night.now = MONDAY_10
    call = answered_call(night)
    by, at = night.by(night.ben), MONDAY_10 + 2 * HOUR
    callback = open_after_call(night.session, night.desk, call, by, PriorityLevel.P2, at)
    assert (callback.contact, callback.origin) == (call, CallbackOrigin.ANSWERED_CALL)
    assert (callback.owner, callback.priority) == (night.ben, PriorityLevel.P2)
    assert open_after_call(night.session, night.desk, call, by, PriorityLevel.P1, at) is callback
    assert callback.priority is PriorityLevel.P2


def test_its_clocks_count_from_the_end_of_the_conversation(night: Night) -> None:
    night.now = MONDAY_10
    call, at = answered_call(night), MONDAY_10 + 2 * HOUR
    callback = open_after_call(night.session, night.desk, call, night.by(night.ben), PriorityLevel.P1, at)
    assert callback.due_at == at + HALF_AN_HOUR
    night.callback, night.now = callback, at
    night.sue_does(SetPriority(PriorityLevel.P2))
    assert callback.due_at == at + HOUR
    words = explanations(night.session, night.desk, support_hours(night.session, night.desk), callback, at)
    assert "12:00" in words[0] or "12:00" in words[1]
    assert night.session.get_one(Contact, "CA7").began_at == MONDAY_10
