"""Everybody can use the pages: by WCAG 2.2 AA as far as axe can tell, by keyboard, on a small phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from callbacks.cli.context import Compose
from tests.browser.a_lived_night import live_through
from tests.browser.axe import axe_on
from tests.browser.browsing import DESKTOP, PHONE, TABLET, Visit, visiting
from tests.browser.demo import a_demo
from tests.browser.pages import ADDRESSES, NOT_PAGES, OPENED, PAGES, REFUSED, Lived

SIGHTS = [(scheme, width) for scheme in ("light", "dark") for width in (PHONE, TABLET, DESKTOP)]

# Around what has the focus something is drawn that is not there without. Another colour alone is not seen by everybody.
FOCUS_UNSEEN = """() => {
  const around = (element) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return [outlineStyle === "none" ? "none" : outlineStyle + outlineWidth, boxShadow].join();
  };
  const unseen = [];
  const takes = "a[href], button, input, select, textarea, summary, audio, [tabindex]:not([tabindex='-1'])";
  for (const element of document.querySelectorAll(takes)) {
    document.activeElement.blur();
    const before = around(element);
    element.focus({ focusVisible: true });
    const hasIt = element.checkVisibility() && document.activeElement === element;
    if (hasIt && around(element) === before) unseen.push(element.outerHTML.slice(0, 120));
  }
  return unseen;
}"""
Scheme = Literal["light", "dark"]
Look = Callable[..., Page]
# The pages that people live on are looked at in every `make test`, in the narrowest and darkest sight.
ALWAYS = {
    (address, ("dark", PHONE))
    for address in ("/", "/callbacks/{open}", "/rota", "{page_of_open}", OPENED, "/simulator/", "/login")
}


@pytest.fixture(scope="package")
def lived(compose: Compose) -> Iterator[Lived]:
    """The demo at the end of a night, standing still. These tests look, and change nothing."""
    with a_demo(compose, speed=0) as demo:
        live_through(demo)
        yield Lived(demo)


@pytest.fixture(scope="package")
def supervisor(chromium: Browser, lived: Lived) -> Iterator[Visit]:
    with visiting(chromium, lived.demo.base) as visit:
        visit.logs_in().close()
        yield visit


@pytest.fixture(scope="package")
def stranger(chromium: Browser, lived: Lived) -> Iterator[Visit]:
    with visiting(chromium, lived.demo.base) as visit:
        yield visit


@pytest.fixture
def look(supervisor: Visit, stranger: Visit, lived: Lived) -> Iterator[Look]:
    """Opens an address as somebody sees it. Two browsers are kept for all: a new one for each would take minutes."""

    def opens(template: str, scheme: Scheme = "light", width: int = DESKTOP) -> Page:
        visit = stranger if template in ("/login", "{page_of_open}") else supervisor
        visit.expected[:] = [REFUSED[template]] if template in REFUSED else []
        page = visit.context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.goto(visit.base + lived.address(template))
        if template == "/simulator/":
            expect(page.get_by_role("heading", name="Sue Tran")).to_be_visible()
        show = page.get_by_role("button", name="Show the number and the message")
        if template == OPENED and show.is_visible():  # once for all looks at it: the browser keeps the cookie
            show.click()
            expect(page.get_by_role("heading", name="How did the call go?")).to_be_visible()
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
        return page

    yield opens
    for visit in (supervisor, stranger):
        for page in visit.context.pages:
            page.close()
        complaints, visit.complaints[:] = list(visit.complaints), []
        assert complaints == []


def test_every_page_is_looked_at(lived: Lived) -> None:
    routes = {rule.rule for rule in lived.demo.service.web.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert routes == set(PAGES) | NOT_PAGES


@pytest.mark.parametrize(
    ("address", "scheme", "width"),
    [
        pytest.param(address, *sight, marks=[] if (address, sight) in ALWAYS else pytest.mark.soak)
        for address in ADDRESSES
        for sight in SIGHTS
    ],
)
def test_everybody_can_use_the_page(look: Look, address: str, scheme: Scheme, width: int) -> None:
    page = look(address, scheme, width)
    assert [*axe_on(page), *scrolls_sideways(page), *focus_unseen(page)] == []


def scrolls_sideways(page: Page) -> list[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return [f"The page is {wide} pixels too wide."] if wide > 0 else []


def focus_unseen(page: Page) -> list[str]:
    return [f"Nobody sees that this has the focus: {element}" for element in page.evaluate(FOCUS_UNSEEN)]


def test_a_form_that_was_open_for_too_long_is_refused_in_words(chromium: Browser, lived: Lived) -> None:
    with visiting(chromium, lived.demo.base, viewport={"width": PHONE, "height": 740}) as visit:
        visit.expects("403")
        page = visit.opens("/login")
        page.locator("[name=token]").evaluate("field => { field.value = 'of yesterday' }")
        page.get_by_label("Email").fill("sue@example.com")
        page.get_by_label("Password").fill("of no account")
        page.get_by_role("button", name="Log in", exact=True).click()
        expect(page.get_by_text("This form has expired")).to_be_visible()
        assert axe_on(page) == []


def test_the_keyboard_alone_gets_from_the_login_to_a_callback(chromium: Browser, lived: Lived) -> None:
    with visiting(chromium, lived.demo.base) as visit:
        page = visit.opens("/login")
        page.keyboard.type("supervisor@example.com")  # the field has the focus
        page.keyboard.press("Tab")
        page.keyboard.type("night-desk-demo")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Now", exact=True)).to_be_visible()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="New callback")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name=lived.demo.references()[1])).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=f"Callback {lived.demo.references()[1]}")).to_be_visible()
