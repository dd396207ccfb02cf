"""What was typed into one form survives sending another, in the same session only."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ivr.rehearsal.simulated_desk import DEMO_PASSWORD, DEMO_USER
from tests.browser.browsing import Visit
from tests.browser.demo import CUSTOMER, Demo

TYPED = "The caller lives at 12 Main Street"


@pytest.fixture
def page(demo: Demo, visit: Visit) -> Page:
    """The screen of a callback, with a note that is being written."""
    demo.scenario.caller(CUSTOMER).dials("direct").hears_the_beep().says(5).presses("#")
    (reference,) = demo.references()
    page = visit.logs_in()
    page.get_by_role("link", name=reference).click()
    expect(page.get_by_role("heading", name=f"Callback {reference}")).to_be_visible()
    page.wait_for_load_state()  # until its script runs, it keeps nothing
    page.get_by_label("Note", exact=True).fill(TYPED)
    return page


def presses(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def kept(page: Page) -> str:
    return str(page.evaluate("JSON.stringify(sessionStorage)"))


def test_a_note_survives_sending_another_form(page: Page) -> None:
    page.get_by_label("Assign to").select_option("Ben Cole")
    presses(page, "Assign")
    expect(page.get_by_role("definition").filter(has_text="Ben Cole")).to_be_visible()
    expect(page.get_by_label("Note", exact=True)).to_have_value(TYPED)
    assert kept(page) == "{}"


def test_a_log_out_leaves_nothing_of_it(page: Page) -> None:
    callback = page.url
    presses(page, "Log out")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert kept(page) == "{}"
    page.get_by_label("Email").fill(DEMO_USER)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    presses(page, "Log in")
    expect(page.get_by_role("heading", name="Now", exact=True)).to_be_visible()
    page.goto(callback)
    expect(page.get_by_label("Note", exact=True)).to_have_value("")


def test_a_session_that_ended_elsewhere_leaves_nothing_either(demo: Demo, visit: Visit, page: Page) -> None:
    """The log-out came from another tab, and this one still shows the screen."""
    callback = page.url
    visit.context.clear_cookies(name="login")
    page.get_by_label("Assign to").select_option("Ben Cole")
    presses(page, "Assign")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    assert kept(page) == "{}"
    visit.logs_in().goto(callback)
    page.goto(callback)
    expect(page.get_by_label("Note", exact=True)).to_have_value("")


def test_another_session_is_shown_nothing_of_it(visit: Visit, page: Page) -> None:
    """Somebody else logged in in another tab, and comes back to this one."""
    page.evaluate("document.addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_label("Assign to").select_option("Ben Cole")
    presses(page, "Assign")
    assert TYPED in kept(page)
    visit.logs_in()
    page.reload()
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    assert kept(page) == "{}"
