"""Connect: the technician's phone rings once, for the requester or for the owner."""

from __future__ import annotations

from datetime import timedelta

import pytest

from callbacks.acts import wording
from callbacks.acts.base import Via
from callbacks.acts.connect import Connect
from callbacks.acts.ownership import Take
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import AttemptState, CarrierStatus, Channel, PageKind, PageState, PhoneSlot, Role
from callbacks.db.tables import PageAttempt
from tests.callbacks.acts.night import NOW, SUE, Night

PREMIUM = "+19005550142"


def test_who_asks_becomes_the_owner_and_is_called(night: Night) -> None:
    assert night.amy_does(Connect()) == wording.connecting(night.callback.reference, for_owner=False)
    (call,) = night.pages(night.amy, PageKind.CONNECTION)
    assert (call.channel, call.number, call.state) == (Channel.CONNECTION, PhoneSlot.FIRST, PageState.DUE)
    assert night.callback.owner is night.amy
    assert night.attempts() == []  # the customer was not dialed yet


def test_a_supervisor_has_the_owner_called(night: Night) -> None:
    night.amy_does(Take())
    assert night.sue_does(Connect()) == wording.connecting(night.callback.reference, for_owner=True)
    assert len(night.pages(night.amy, PageKind.CONNECTION)) == 1
    assert night.events(EventKind.CONNECTION_REQUESTED) == [(SUE, EventKind.CONNECTION_REQUESTED, "")]


def test_without_an_owner_a_supervisor_has_nobody_called(night: Night) -> None:
    assert night.refusal(Connect(), night.at_console()) == wording.nobody_has_it(night.callback.reference)


def test_somebody_elses_callback_is_connected_only_at_the_console(night: Night) -> None:
    night.amy_does(Take())
    assert night.refusal(Connect(), night.by(night.ben)) == wording.owned_by_another(night.callback)
    night.does(Connect(), night.at_console(Role.TECHNICIAN, night.ben))
    assert night.callback.owner is night.ben


@pytest.mark.parametrize("via", [Via.TEXT, Via.PHONE, Via.LINK])
def test_asked_twice_the_phone_rings_once(night: Night, via: Via) -> None:
    night.amy_does(Connect(), via)
    night.amy_does(Connect(), via)
    assert len(night.pages(night.amy, PageKind.CONNECTION)) == 1


@pytest.mark.parametrize(
    ("status", "minutes", "calls"),
    [
        (CarrierStatus.RINGING, 0.5, 1),
        (CarrierStatus.RINGING, 1, 2),  # whatever became of it, they can ask again
        (CarrierStatus.NO_ANSWER, 0.5, 2),
    ],
)
def test_a_call_that_is_over_is_made_again(night: Night, status: CarrierStatus, minutes: float, calls: int) -> None:
    night.amy_does(Connect())
    (call,) = night.pages(night.amy, PageKind.CONNECTION)
    call.state = PageState.SENT
    attempt = PageAttempt(page_id=call.id, started_at=NOW, state=AttemptState.ACCEPTED, carrier_status=status)
    night.session.add(attempt)
    night.now += timedelta(minutes=minutes)
    night.amy_does(Connect())
    assert len(night.pages(night.amy, PageKind.CONNECTION)) == calls


def test_the_second_phone_rings_where_the_first_is_not_verified(night: Night) -> None:
    night.amy.verified_at = None
    night.amy_does(Connect())
    assert [page.number for page in night.pages(night.amy, PageKind.CONNECTION)] == [PhoneSlot.SECOND]


@pytest.mark.parametrize(("caller", "words"), [("anonymous", "No number to call"), (PREMIUM, "must allow it first")])
def test_without_a_number_nobody_is_called(night: Night, caller: str, words: str) -> None:
    night.callback = night.callback_of("CA2", caller)
    assert words in night.refusal(Connect(), night.by(night.amy)).english
    assert night.callback.owner is None
