"""The form for a new callback, with what is known of the number beside it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from callbacks.db.states import CallbackOrigin, PriorityLevel
from callbacks.db.tables import Callback
from tests.callbacks.console.console import Console

FILLED = {"whom_to_call": "514 555-0177", "priority": "P2", "line": "direct", "note": "The digest is empty."}


def form_of(console: Console) -> dict[str, str]:
    found = re.search(r'name="form" value="([0-9a-f]{32})"', console.client.get("/callbacks/new").text)
    assert found is not None
    return {**FILLED, "form": found[1]}


def opened(console: Console) -> list[Callback]:
    query = select(Callback).where(Callback.origin == CallbackOrigin.BY_HAND)
    return console.database.read(lambda session: list(session.scalars(query)))


@pytest.mark.parametrize("user", ["sue@example.com", "amy@example.com"])
def test_the_form_opens_a_callback_and_shows_it(console: Console, user: str) -> None:
    console.logs_in(user)
    page = console.follows(console.posts("/callbacks/new", form_of(console)))
    (callback,) = opened(console)
    assert (callback.contact.caller, callback.priority) == ("+15145550177", PriorityLevel.P2)
    assert f"{callback.reference} is open (P2)." in page
    assert "The digest is empty." in page
    assert "Opened by hand: see the notes." in page
    assert "<dt>Opened</dt>" in page
    assert "by hand, for the direct line" in page


def test_the_line_without_a_menu_is_chosen_as_on_the_command_line(console: Console) -> None:
    console.logs_in("sue@example.com")
    assert "<option selected>direct</option>" in console.client.get("/callbacks/new").text


def test_a_form_that_is_sent_twice_opens_one(console: Console) -> None:
    console.logs_in("sue@example.com")
    form = form_of(console)
    first, second = (console.posts("/callbacks/new", form).headers["Location"] for _ in range(2))
    assert first == second
    assert len(opened(console)) == 1


def test_a_technician_may_take_it(console: Console) -> None:
    console.logs_in("amy@example.com")
    console.posts("/callbacks/new", {**form_of(console), "take": "yes"})
    (callback,) = opened(console)
    assert callback.owner is not None
    assert callback.owner.name == "Amy Roy"


def test_a_refused_form_keeps_what_was_typed(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.follows(console.posts("/callbacks/new", {**form_of(console), "whom_to_call": "nonsense"}))
    assert "cannot be called" in page
    assert "The digest is empty." in page
    assert opened(console) == []


def test_a_priority_is_one_of_three(console: Console) -> None:
    console.logs_in("sue@example.com")
    page = console.follows(console.posts("/callbacks/new", {**form_of(console), "priority": "P9"}))
    assert "is not a priority. Known: P1, P2, P3." in page


def test_the_customer_is_looked_up_by_number(console: Console) -> None:
    console.logs_in("sue@example.com")
    caller = console.callback.contact.caller
    page = console.client.get("/callbacks/new", query_string={"whom": caller}).text
    assert "nobody we know" in page
    assert console.client.get("/callbacks/new", query_string={"whom": "jane@example.com"}).status_code == 200


def test_the_audit_log_names_the_callback(console: Console) -> None:
    console.logs_in("sue@example.com")
    console.posts("/callbacks/new", form_of(console))
    (callback,) = opened(console)
    (detail,) = console.audit_details("callback: new")
    assert callback.reference in detail
