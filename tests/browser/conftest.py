"""What the tests in a browser share: Chromium, the demo, and somebody who looks at it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from callbacks.cli.context import Compose
from ivr.rehearsal.audio import tone
from tests.browser.browsing import Visit, visiting
from tests.browser.chromium import NoChromium, running_chromium
from tests.browser.demo import Demo, a_demo


@pytest.fixture(scope="package")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One Chromium. Its package is its scope: Playwright keeps an event loop, which must be gone for other tests."""
    spoken = tmp_path_factory.mktemp("microphone") / "spoken.wav"
    spoken.write_bytes(tone(3))
    try:
        with running_chromium(spoken) as browser:
            yield browser
    except NoChromium as why:
        if os.environ.get("CI") and os.environ.get("CHROMIUM") != "none":
            raise
        pytest.skip(str(why))


@pytest.fixture
def demo(compose: Compose) -> Iterator[Demo]:
    """The demo on a Saturday night. Only the test moves its clock: nobody is too slow for a call that rings."""
    with a_demo(compose, speed=0) as demo:
        yield demo


@pytest.fixture
def visit(chromium: Browser, demo: Demo) -> Iterator[Visit]:
    with visiting(chromium, demo.base) as visit:
        yield visit


@pytest.fixture
def message(tmp_path: Path) -> Path:
    """A voicemail of four seconds, as a file that somebody has."""
    file = tmp_path / "message.wav"
    file.write_bytes(tone(4))
    return file
