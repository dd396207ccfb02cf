"""Passkeys in a real browser, with an authenticator that its developer tools provide."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from callbacks.cli.context import Compose
from callbacks.people import invitations, users
from ivr.rehearsal.simulated_desk import DEMO_PASSWORD, DEMO_USER
from tests.browser.axe import axe_on
from tests.browser.browsing import PHONE, Visit, visiting
from tests.browser.demo import Demo, a_demo

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def demo(compose: Compose) -> Iterator[Demo]:
    """The demo under a host name: an address is no relying party."""
    with a_demo(compose, host="localhost") as demo:
        yield demo


@pytest.fixture
def visit(chromium: Browser, demo: Demo) -> Iterator[Visit]:
    with visiting(chromium, demo.base) as visit:
        yield visit


def presses(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def with_device(visit: Visit, page: Page) -> str:
    """Give the page an authenticator, and return its id."""
    tools = visit.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    added = tools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return str(added["authenticatorId"])


def adds_passkey(page: Page, name: str) -> None:
    adding = page.locator("form[action='/account/passkey']")
    adding.get_by_label("Name").fill(name)
    adding.get_by_label("Current password").fill(DEMO_PASSWORD)
    presses(page, "Add a passkey")


def is_logged_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="Now", exact=True)).to_be_visible()


def test_a_passkey_is_added_logs_in_alone_and_after_the_password_and_is_removed(visit: Visit) -> None:
    page = visit.logs_in()
    with_device(visit, page)
    page.get_by_role("link", name="Account", exact=True).click()
    adds_passkey(page, "Laptop")
    expect(page.get_by_text("The passkey Laptop was added.")).to_be_visible()
    assert axe_on(page) == []

    presses(page, "Log out")
    assert axe_on(page) == []
    presses(page, "Log in with a passkey")
    is_logged_in(page)

    presses(page, "Log out")
    page.get_by_label("Email").fill(DEMO_USER)
    page.get_by_label("Password").fill(DEMO_PASSWORD)
    presses(page, "Log in")
    expect(page.get_by_role("heading", name="Two-factor authentication")).to_be_visible()
    assert axe_on(page) == []
    presses(page, "Use a passkey")
    is_logged_in(page)

    page.get_by_role("link", name="Account", exact=True).click()
    page.get_by_text("Laptop, last used").click()
    page.locator("form[action='/account/no-passkey']").get_by_label("Current password").fill(DEMO_PASSWORD)
    presses(page, "Remove Laptop")  # the browser asks for the passkey once more
    expect(page.get_by_text("The passkey Laptop was removed.")).to_be_visible()


def test_a_device_that_does_not_verify_its_user_is_told_why_nothing_happened(visit: Visit) -> None:
    page = visit.logs_in()
    tools = visit.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
    page.get_by_role("link", name="Account", exact=True).click()
    adds_passkey(page, "Laptop")
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")


def test_an_invited_user_chooses_a_password_and_logs_in(visit: Visit, demo: Demo) -> None:
    now = demo.service.clock.now()
    key = demo.service.database.write(
        lambda s: invitations.invite(s, users.add_without_password(s, "new@example.com", "reader", now), DEMO_USER, now)
    )
    page = visit.opens(f"/invitation/{key}")
    assert axe_on(page) == []
    page.get_by_label("Password").fill("correct horse battery")
    presses(page, "Set password")
    expect(page.get_by_text("Your password is set.")).to_be_visible()
    page.get_by_label("Email").fill("new@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    presses(page, "Log in")
    is_logged_in(page)
    visit.expects("410")
    page.goto(f"{demo.base}/invitation/{key}")
    expect(page.get_by_role("heading", name="This link no longer works")).to_be_visible()


def test_an_administrator_reads_the_link_also_on_a_phone(chromium: Browser, demo: Demo) -> None:
    with visiting(chromium, demo.base, viewport={"width": PHONE, "height": 740}) as visit:
        page = visit.logs_in()
        page.goto(f"{demo.base}/users")
        adding = page.locator("form[action='/users/add']")
        adding.get_by_label("Email").fill("new@example.com")
        adding.get_by_label("Role").select_option("reader")
        presses(page, "Add user")
        expect(page.get_by_text(f"{demo.base}/invitation/")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert axe_on(page) == []


def test_without_scripts_the_password_way_works_and_no_passkey_is_offered(chromium: Browser, demo: Demo) -> None:
    with visiting(chromium, demo.base, java_script_enabled=False) as visit:
        page = visit.opens("/login")
        expect(page.get_by_role("button", name="Log in with a passkey")).to_be_hidden()
        visit.logs_in().goto(f"{demo.base}/account")
        account = visit.context.pages[-1]
        expect(account.get_by_role("button", name="Add a passkey")).to_be_hidden()
        expect(account.get_by_text("Passkeys need JavaScript")).to_be_visible()
