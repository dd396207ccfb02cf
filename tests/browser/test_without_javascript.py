"""The console in a browser that runs no script: everything can be read and done all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from callbacks.cli.context import Compose
from tests.browser.browsing import Visit, visiting
from tests.browser.demo import CUSTOMER, Demo, a_demo


@pytest.fixture
def demo(compose: Compose) -> Iterator[Demo]:
    """A Saturday night that stands still; one message has been left."""
    with a_demo(compose, speed=0) as demo:
        call = demo.scenario.caller(CUSTOMER).dials("direct").hears_the_beep().says(5).presses("#")
        call.is_hung_up_on()
        yield demo


@pytest.fixture
def visit(chromium: Browser, demo: Demo) -> Iterator[Visit]:
    with visiting(chromium, demo.base, java_script_enabled=False) as visit:
        yield visit


def presses(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_a_callback_is_found_given_noted_and_resolved(demo: Demo, visit: Visit) -> None:
    (reference,) = demo.references()
    page = visit.logs_in()
    expect(page.get_by_role("row", name=reference)).to_contain_text("nobody yet")
    page.get_by_role("link", name=reference).click()

    page.get_by_label("Assign to").select_option("Ben Cole")
    presses(page, "Assign")
    expect(page.get_by_role("definition").filter(has_text="Ben Cole")).to_be_visible()
    page.get_by_label("Note", exact=True).fill("The caller is in a tunnel")
    presses(page, "Add note")
    expect(page.get_by_role("listitem").filter(has_text="The caller is in a tunnel")).to_be_visible()
    page.get_by_label("Outcome of Ben Cole's call").select_option("resolved")
    page.get_by_label("Resolved without a call on record").check()
    presses(page, "Save outcome")
    expect(page.get_by_role("cell", name="reached")).to_be_visible()
    expect(page.get_by_role("button", name="Reopen")).to_be_visible()

    page.get_by_role("link", name="Callbacks", exact=True).click()
    page.get_by_label("Reference, number, name or words").fill(reference)
    page.get_by_label("State").select_option("resolved")
    presses(page, "Search")
    expect(page.get_by_role("row", name=reference)).to_contain_text("Ben Cole")
    page.get_by_label("Reference, number, name or words").fill("ZZ-000")
    presses(page, "Search")
    expect(page.get_by_text("No callbacks match this search.")).to_be_visible()


def test_people_and_the_rota_are_changed(demo: Demo, visit: Visit) -> None:
    page = visit.logs_in()
    page.get_by_role("link", name="People").click()
    page.get_by_label("Name", exact=True).fill("Dan Wu")
    page.get_by_label("Number, with country code").fill("+15145550105")
    presses(page, "Add and send a code")
    expect(page.locator("#flash")).to_contain_text("Dan Wu was added")
    amy = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Amy Roy"))
    amy.get_by_text("Change", exact=True).click()
    amy.get_by_label("Quiet hours").fill("23:00-06:00")
    amy.get_by_role("button", name="Save quiet hours", exact=True).click()
    expect(page.get_by_role("article").filter(has_text="23:00-06:00")).to_contain_text("Amy Roy")

    page.get_by_role("link", name="Rota").click()
    page.locator("summary", has_text="Time off").click()
    off = page.locator("form").filter(has=page.get_by_role("button", name="Save time off", exact=True))
    off.get_by_label("Who is off").select_option("Amy Roy")
    off.get_by_label("From").fill("2026-12-01T18:00")
    off.get_by_label("Until").fill("2026-12-02T08:00")
    off.get_by_role("button", name="Save time off", exact=True).click()
    expect(page.locator("#flash")).to_contain_text("Amy Roy's time off was saved.")
    page.get_by_role("link", name="Next week").click()
    expect(page.get_by_text("nobody").first).to_be_visible()
    expect(page.get_by_role("row", name="Amy Roy is off")).to_contain_text("Tue 1 Dec 18:00")


def test_whoever_logs_out_is_out(visit: Visit) -> None:
    page = visit.logs_in()
    presses(page, "Log out")
    page.goto(visit.base + "/people")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def test_the_page_behind_the_link_is_opened_with_one_big_button_and_used(demo: Demo, chromium: Browser) -> None:
    (reference,) = demo.references()
    demo.passes(60)
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "java_script_enabled": False}
    with visiting(chromium, demo.base, **phone) as amys:
        page = amys.opens(demo.page_behind_the_link("Amy", reference))
        expect(page.get_by_text("555-0199")).to_have_count(0)
        show = page.get_by_role("button")
        box = show.bounding_box()
        assert box is not None
        assert (box["width"] > 300, box["height"] > 64, box["y"] + box["height"] < 844) == (True, True, True)
        show.tap()
        expect(page.get_by_text("(514) 555-0199")).to_be_visible()
        page.get_by_role("button", name="Take it").tap()
        expect(page.get_by_role("status")).to_have_text(f"{reference} is yours.")
