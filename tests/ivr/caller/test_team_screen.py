"""The question before a call that a menu passed on: only key 1 connects it, and an outside number needs none."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from callbacks.db.database import Database
from callbacks.db.event_kinds import EventKind
from callbacks.db.states import CallOutcome, CarrierStatus
from callbacks.db.tables import Call, Event
from callbacks.inbound import calls
from tests.callbacks.desk.flows import desk_with
from tests.ivr.webhook_client import CALL, TOLL_FREE, WebhookClient, said

LEG, OTHER_CALL = "CA" + "3" * 32, "CA" + "4" * 32


@pytest.fixture
def with_menus(database: Database) -> WebhookClient:
    client = WebhookClient(database, desk=desk_with())
    client.calls(TOLL_FREE)
    return client


def screen(client: WebhookClient, key: str = "1") -> str:
    """Choose a key in the menu of sales, and return the URL of what the phone that is rung hears."""
    number = client.document("/voice/menu?menu=main.sales", CallSid=CALL, To=TOLL_FREE, Digits=key).find("Dial/Number")
    assert number is not None
    return number.attrib["url"]


def outcome(client: WebhookClient) -> CallOutcome:
    return client.database.read(lambda session: session.get_one(Call, CALL)).outcome


def action(client: WebhookClient) -> str:
    gather = client.document(screen(client), CallSid=LEG).find("Gather")
    assert gather is not None
    return gather.attrib["action"]


def test_key_1_takes_the_call_and_is_logged_once(with_menus: WebhookClient) -> None:
    url = action(with_menus)
    for _ in range(2):
        assert len(with_menus.document(url, CallSid=LEG, ParentCallSid=CALL, Digits="1")) == 0  # the two are connected
    assert outcome(with_menus) is CallOutcome.PUT_THROUGH
    logged = select(Event.detail).where(Event.kind == EventKind.PUT_THROUGH)
    assert with_menus.database.read(lambda session: session.scalars(logged).all()) == ["team:sales"]


@pytest.mark.parametrize(("key", "parent"), [("", CALL), ("2", CALL), ("1", OTHER_CALL)])
def test_anything_else_hangs_up(with_menus: WebhookClient, key: str, parent: str) -> None:
    document = with_menus.document(action(with_menus), CallSid=LEG, ParentCallSid=parent, Digits=key)
    assert [verb.tag for verb in document] == ["Hangup"]
    assert outcome(with_menus) is CallOutcome.IN_PROGRESS


def test_who_takes_a_call_whose_caller_has_gone_hears_that(with_menus: WebhookClient) -> None:
    url = action(with_menus)
    end = CarrierStatus.COMPLETED
    with_menus.database.write(
        lambda session: calls.record_end(session, with_menus.desk, CALL, end, with_menus.clock.now())
    )
    assert "no longer waiting" in said(with_menus.document(url, CallSid=LEG, ParentCallSid=CALL, Digits="1"))


def test_an_outside_number_is_connected_at_once(with_menus: WebhookClient) -> None:
    assert len(with_menus.document(screen(with_menus, "2"), CallSid=LEG)) == 0
    assert outcome(with_menus) is CallOutcome.PUT_THROUGH


def test_a_call_that_was_not_connected_after_all_goes_on(with_menus: WebhookClient) -> None:
    with_menus.document(screen(with_menus, "2"), CallSid=LEG)
    url = "/voice/team?menu=main.sales&key=2&called=%2B15145550140"
    heard = said(with_menus.document(url, CallSid=CALL, To=TOLL_FREE, DialBridged="false", DialCallStatus="busy"))
    assert "nobody can take your call" in heard
    assert "Head office, 2." in heard
    assert outcome(with_menus) is CallOutcome.IN_PROGRESS


def test_the_caller_is_named_in_the_language_of_the_line(with_menus: WebhookClient) -> None:
    heard = said(with_menus.document("/voice/team/screen?to=team:sales&line=direct&caller=&lang=fr", CallSid=LEG))
    assert "Appel pour les ventes, ligne direct, depuis un numéro masqué." in heard


def test_without_a_database_the_menu_still_passes_calls_on(client_without_database: WebhookClient) -> None:
    client_without_database.desk = desk_with()
    client = WebhookClient(client_without_database.database, desk=desk_with())
    assert len(client.document(screen(client, "2"), CallSid=LEG)) == 0
