"""The screens of a log-in: what each offers, and that a form on any answer goes where it belongs."""

from __future__ import annotations

import pytest

from callbacks.console.account import login_screens
from callbacks.errors import TooManyLogins
from tests.callbacks.console.account.two_factor import with_passkey, with_second_factor
from tests.callbacks.console.console import Console


def test_the_screen_of_codes_names_what_its_user_has(console: Console) -> None:
    with_second_factor(console)
    console.logs_in("sue@example.com")
    page = console.client.get("/login/code").text
    assert ("Code from your app, or a recovery code" in page, "Use a passkey" in page) == (True, False)


def test_with_a_passkey_alone_it_asks_for_no_code_of_an_app(console: Console) -> None:
    with_passkey(console)
    console.logs_in("sue@example.com")
    page = console.client.get("/login/code").text
    assert ("Code from your app" in page, "Use a passkey" in page) == (False, True)


@pytest.mark.parametrize("path", ["/login", "/login/passkey"])
def test_a_refusal_has_the_words_the_wait_and_the_form_whatever_its_address(console: Console, path: str) -> None:
    with console.web.test_request_context(path, method="POST"):
        answer = console.web.make_response(login_screens.refused(TooManyLogins(), login_screens.login_form))
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    assert "Too many login attempts. Try again in a minute." in answer.get_data(as_text=True)
    assert '<form method="post" action="/login"' in answer.get_data(as_text=True)
