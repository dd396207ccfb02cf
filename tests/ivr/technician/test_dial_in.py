"""A technician's own phone that calls us, as signed requests: recognised by its number, and not believed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from callbacks.db.states import CallOutcome, PageKind, PageState, PhoneSlot
from callbacks.db.tables import Call, Callback, Page, Technician
from callbacks.people.technicians import technician_named
from ivr.technician.dial_in import CALLED_WITHIN, MOST_CALLED
from tests.ivr.webhook_client import AMY, CUSTOMER, DIRECT, WebhookClient, said

AMYS_CALL, CUSTOMERS_CALL = "CA" + "7" * 32, "CA" + "8" * 32


def edit(client: WebhookClient, work: Callable[[Technician], object]) -> None:
    client.database.write(lambda session: work(technician_named(session, "Amy Roy")))


def customer_waits(client: WebhookClient) -> Callback:
    client.calls(DIRECT, CUSTOMER, CUSTOMERS_CALL)
    client.document("/voice/beep?lang=en", CallSid=CUSTOMERS_CALL, To=DIRECT, From=CUSTOMER)
    client.posts("/voice/status", CallSid=CUSTOMERS_CALL, CallStatus="completed")
    return callback(client)


def callback(client: WebhookClient) -> Callback:
    return client.database.read(lambda session: session.scalars(select(Callback)).one())


def outcome(client: WebhookClient) -> CallOutcome:
    return client.database.read(lambda session: session.get_one(Call, AMYS_CALL).outcome)


def presses(client: WebhookClient, key: str, callback_id: int) -> str:
    path = f"/voice/dial-in/key?callback={callback_id}&round=1"
    return said(client.document(path, CallSid=AMYS_CALL, To=DIRECT, From=AMY, Digits=key))


def test_a_verified_number_hears_what_waits_and_no_number_of_a_customer(client: WebhookClient) -> None:
    customer_waits(client)
    heard = said(client.calls(DIRECT, AMY, AMYS_CALL))
    assert "for Amy Roy. Callbacks waiting for you: 1." in heard
    assert "0199" not in heard
    assert outcome(client) is CallOutcome.TECHNICIAN


def test_a_customer_who_was_tried_waits_for_whom_nobody_looks_after_them(client: WebhookClient) -> None:
    waiting = customer_waits(client)
    is_tried = {"attempted_at": client.clock.now(), "owner_id": None}
    client.database.write(lambda session: session.execute(update(Callback).values(is_tried)))
    assert "It is time to call this customer again." in said(client.calls(DIRECT, AMY, AMYS_CALL))
    assert "We are calling you" in presses(client, "2", waiting.id)


def test_their_own_callback_waits_when_the_next_attempt_is_due(client: WebhookClient) -> None:
    customer_waits(client)
    now = client.clock.now()

    def is_tried(session: Session, again_at: datetime) -> None:
        row = session.scalars(select(Callback)).one()
        row.attempted_at, row.owner, row.try_again_at = now, technician_named(session, "Amy Roy"), again_at

    client.database.write(lambda session: is_tried(session, now + timedelta(minutes=15)))
    assert "No callback is waiting" in said(client.calls(DIRECT, AMY, AMYS_CALL))
    client.database.write(lambda session: is_tried(session, now))
    assert "Callbacks waiting for you: 1." in said(client.calls(DIRECT, AMY, "CA" + "6" * 32))


def connections(client: WebhookClient) -> list[PhoneSlot]:
    asked = select(Page.number).where(Page.kind == PageKind.CONNECTION).order_by(Page.id)
    return list(client.database.read(lambda session: session.scalars(asked).all()))


@pytest.mark.parametrize("keys", ["2121", "1212", "3333", "2#1*", "2222"])
def test_keys_of_whoever_forges_a_technicians_number_take_nothing_and_tell_nothing(
    client: WebhookClient, keys: str
) -> None:
    customer_waits(client)
    document = client.calls(DIRECT, AMY, AMYS_CALL)
    heard = said(document)
    for key in keys:
        if (gather := document.find("Gather")) is None:
            break
        document = client.document(gather.attrib["action"], CallSid=AMYS_CALL, To=DIRECT, From=AMY, Digits=key)
        heard += said(document)
    assert callback(client).owner_id is None
    assert "0199" not in heard


def test_a_key_has_the_desk_call_the_phone_that_the_number_belongs_to(client: WebhookClient) -> None:
    waiting = customer_waits(client)
    client.calls(DIRECT, AMY, AMYS_CALL)
    assert "We are calling you at this number." in presses(client, "2", waiting.id)
    assert connections(client) == [PhoneSlot.FIRST]


def test_the_second_phone_is_called_where_it_was_the_second_that_called(client: WebhookClient) -> None:
    waiting, second = customer_waits(client), "+15145550177"
    edit(client, lambda amy: setattr(amy, "second_phone", second))
    edit(client, lambda amy: setattr(amy, "second_verified_at", client.clock.now()))
    client.calls(DIRECT, second, AMYS_CALL)
    presses(client, "2", waiting.id)
    assert connections(client) == [PhoneSlot.SECOND]


def test_whoever_forges_a_number_makes_it_ring_a_few_times_only(client: WebhookClient) -> None:
    waiting = customer_waits(client)
    client.calls(DIRECT, AMY, AMYS_CALL)
    for _ in range(MOST_CALLED):
        presses(client, "2", waiting.id)
        client.database.write(lambda session: session.execute(update(Page).values(state=PageState.SENT)))
    assert "We cannot connect you for" in presses(client, "2", waiting.id)
    assert len(connections(client)) == MOST_CALLED
    client.clock.pass_time(CALLED_WITHIN)
    assert "We are calling you" in presses(client, "2", waiting.id)


def test_nobody_is_called_where_there_is_no_number_to_connect_to(client: WebhookClient) -> None:
    waiting = customer_waits(client)
    client.database.write(lambda session: session.execute(update(Call).values(customer_number=None)))
    client.calls(DIRECT, AMY, AMYS_CALL)
    assert "We cannot connect you for" in presses(client, "2", waiting.id)
    assert connections(client) == []


def test_a_key_in_a_call_that_is_over_changes_nothing(client: WebhookClient) -> None:
    waiting = customer_waits(client)
    client.calls(DIRECT, AMY, AMYS_CALL)
    client.posts("/voice/status", CallSid=AMYS_CALL, CallStatus="completed")
    presses(client, "2", waiting.id)
    assert connections(client) == []
    assert outcome(client) is CallOutcome.TECHNICIAN


def test_a_customers_call_cannot_use_the_menu(client: WebhookClient) -> None:
    waiting = customer_waits(client)
    client.calls(DIRECT, "+15145550177", AMYS_CALL)
    presses(client, "2", waiting.id)
    assert connections(client) == []


def test_a_callback_that_they_were_not_paged_for_cannot_be_taken(client: WebhookClient) -> None:
    waiting = customer_waits(client)

    def forget(session: Session) -> None:
        for page in session.scalars(select(Page)):
            session.delete(page)

    client.database.write(forget)
    client.calls(DIRECT, AMY, AMYS_CALL)
    assert "No callback is waiting" in presses(client, "2", waiting.id)
    assert connections(client) == []


def test_a_number_that_is_not_verified_is_a_customers(client: WebhookClient) -> None:
    edit(client, lambda amy: setattr(amy, "verified_at", None))
    assert "We are currently closed" in said(client.calls(DIRECT, AMY, AMYS_CALL))


def test_a_second_number_counts_once_it_is_verified(client: WebhookClient) -> None:
    second = "+15145550177"
    edit(client, lambda amy: setattr(amy, "second_phone", second))
    assert "We are currently closed" in said(client.calls(DIRECT, second, "CA" + "5" * 32))
    edit(client, lambda amy: setattr(amy, "second_verified_at", client.clock.now()))
    assert "No callback is waiting" in said(client.calls(DIRECT, second, AMYS_CALL))


def test_key_9_goes_on_as_a_customer_from_the_beginning(client: WebhookClient) -> None:
    client.calls(DIRECT, AMY, AMYS_CALL)
    redirect = client.document(
        "/voice/dial-in/key?callback=0&round=1", CallSid=AMYS_CALL, To=DIRECT, From=AMY, Digits="9"
    ).find("Redirect")
    assert redirect is not None
    heard = said(client.document(redirect.text or "", CallSid=AMYS_CALL, To=DIRECT, From=AMY))
    assert "We are currently closed" in heard
    assert outcome(client) is CallOutcome.IN_PROGRESS
