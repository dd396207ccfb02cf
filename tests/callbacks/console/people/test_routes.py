"""The screens of people and users: who may open and change what, and what stays when a form is refused."""

from __future__ import annotations

from tests.callbacks.console.console import Console
from tests.callbacks.console.people.people_screen import does


def test_what_was_typed_into_a_form_that_is_refused_is_still_there(sue: Console) -> None:
    shown = does(sue, "/people/add", name="Dan Wu", phone="555", email="dan@example.com")
    assert 'value="Dan Wu"' in shown
    assert 'value="dan@example.com"' in shown
    assert 'value="Dan Wu"' not in sue.client.get("/people").text  # once
    shown = does(sue, "/people/1/quiet", span="late")
    assert "<details open>" in shown
    assert 'value="late"' in shown


def test_technicians_change_how_they_are_reached_and_nobody_else(sue: Console) -> None:
    amy = "amy@example.com"
    sue.posts("/logout", {})
    sue.logs_in(amy)
    assert sue.client.get("/people").text.count("<summary>Change</summary>") == 1
    assert 'value="22:00-07:00"' in does(sue, "/people/1/quiet", span="22:00-07:00")
    assert "A code is on its way" in does(sue, "/people/1/second", phone="+15145550122")
    assert "(514) 555-0122" in does(sue, "/people/1/mail", email=amy)
    assert "mail after 3 min" in does(sue, "/people/1/rule", channel="mail", minutes="3")
    for act in ("number", "remove"):
        assert sue.posts(f"/people/1/{act}", {"phone": "+15145550133"}).status_code == 403
    assert sue.posts("/people/2/quiet", {"span": "22:00-07:00"}).status_code == 403


def test_a_change_that_does_not_exist_is_not_found(sue: Console) -> None:
    assert sue.posts("/people/1/explode", {}).status_code == 404


def test_the_users_screen_shows_role_technician_and_last_login(console: Console) -> None:
    console.logs_in("ada@example.com")
    shown = console.reads("/users")
    assert "amy@example.com Amy Roy technician none never active" in shown
    assert "sue@example.com supervisor due Sat 5 Dec 22:12 never active" in shown
    assert "ada@example.com administrator due Sat 5 Dec 22:12 Sat 28 Nov 22:14 active" in shown
    assert console.posts("/users/explode", {"email": "rita@example.com"}).status_code == 404
