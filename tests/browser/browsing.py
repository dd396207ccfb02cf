"""Somebody at a browser: every complaint that the browser makes of a page fails the test that opened it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect

from ivr.rehearsal.simulated_desk import DEMO_PASSWORD, DEMO_USER
from tests.waiting import FAR

FAR_IN_MILLISECONDS = FAR.total_seconds() * 1000
PHONE, TABLET, DESKTOP = 360, 768, 1440
GIVEN_UP_BY_THE_BROWSER = "net::ERR_ABORTED"  # a page was left while it still fetched, or a player wanted other bytes


expect.set_options(timeout=FAR_IN_MILLISECONDS)


@dataclass
class Visit:
    """A browser with its own cookies, at one address."""

    context: BrowserContext
    base: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("console", lambda said: self._complain(said.type in ("error", "warning"), f"says {said.text}"))
        self.context.on("weberror", lambda error: self._complain(True, f"raised {error.error}"))
        self.context.on("requestfailed", self._request_failed)
        self.context.on("response", self._was_answered)

    def expects(self, words: str) -> None:
        """A complaint with these words is part of the story."""
        self.expected.append(words)

    def opens(self, path: str) -> Page:
        page = self.context.new_page()
        page.goto(self.base + path)
        return page

    def logs_in(self) -> Page:
        page = self.opens("/login")
        page.get_by_label("Email").fill(DEMO_USER)
        page.get_by_label("Password").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.get_by_role("heading", name="Now", exact=True).wait_for()
        return page

    def _request_failed(self, request: Request) -> None:
        self._complain(request.failure != GIVEN_UP_BY_THE_BROWSER, f"could not fetch {request.url}: {request.failure}")

    def _was_answered(self, answer: Response) -> None:
        self._complain(answer.status >= 400, f"was answered {answer.status} by {answer.url}")

    def _complain(self, is_one: bool, words: str) -> None:
        if is_one and not any(expected in words for expected in self.expected):
            self.complaints.append(f"The browser {words}")


@contextmanager
def visiting(browser: Browser, base: str, **options: Any) -> Iterator[Visit]:
    """A fresh browser context. Fails at its end when the browser complained of anything."""
    chosen = {"locale": "en-CA", "timezone_id": "America/Toronto", "reduced_motion": "reduce", **options}
    context = browser.new_context(**chosen)
    context.set_default_timeout(FAR_IN_MILLISECONDS)
    try:
        visit = Visit(context, base)
        yield visit
        assert visit.complaints == []
    finally:
        context.close()
