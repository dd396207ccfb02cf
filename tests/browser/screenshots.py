"""Takes the README's pictures: `make screenshots`. A night that is always the same, with numbers drawn from a seed."""

from __future__ import annotations

import random
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from playwright.sync_api import Page, expect

from app import compose
from callbacks.logs import set_up_logs
from sla.zones import use_newest_rules
from tests.browser.a_lived_night import live_through
from tests.browser.browsing import Visit, visiting
from tests.browser.chromium import running_chromium
from tests.browser.demo import Demo, a_demo

DOCS = Path(__file__).resolve().parents[2] / "docs"
SIZE = {"width": 1280, "height": 860}
SMALL = {"width": 360, "height": 640}
PORT = 8000  # it stands in the links of the texts; the same as everybody's


def main() -> None:
    """Live through the night once, and photograph what it left behind."""
    use_newest_rules()
    set_up_logs(for_people=True)
    with numbers_from_a_seed(), a_demo(compose, speed=0, port=PORT) as demo:
        live_through(demo)
        with running_chromium() as browser:
            with visiting(browser, demo.base, viewport=SIZE) as visit:
                _of_the_console(demo, visit)
            with visiting(browser, demo.base, viewport=SMALL, device_scale_factor=2) as visit:
                _of_the_page_behind_the_link(demo, visit)


def numbers_from_a_seed() -> AbstractContextManager[object]:
    """References, codes and keys come out the same every time, so that a picture changes when its page does."""
    drawn = random.Random(7)
    return mock.patch.multiple(
        "secrets",
        choice=drawn.choice,
        randbelow=drawn.randrange,
        token_hex=lambda size: drawn.randbytes(size).hex(),
    )


def _of_the_console(demo: Demo, visit: Visit) -> None:
    page = visit.logs_in()
    _take(page, "console", whole=True)
    page.goto(f"{demo.base}/callbacks/{demo.references()[1]}")
    _take(page, "callback")
    page.goto(f"{demo.base}/rota")
    _take(page, "rota")
    phones = visit.opens("/simulator/")
    expect(phones.get_by_role("heading", name="Sue Tran")).to_be_visible()
    _take(phones, "phones")


def _of_the_page_behind_the_link(demo: Demo, visit: Visit) -> None:
    page = visit.opens(demo.page_behind_the_link("Ben", demo.references()[1]))
    page.get_by_role("button", name="Show the number and the message").click()
    expect(page.get_by_role("heading", name="How did the call go?")).to_be_visible()
    _take(page, "link")


def _take(page: Page, name: str, whole: bool = False) -> None:
    page.screenshot(path=DOCS / f"{name}.png", full_page=whole, animations="disabled")
    print(DOCS / f"{name}.png")


if __name__ == "__main__":
    main()
