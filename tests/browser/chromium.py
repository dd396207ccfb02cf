"""A real Chromium: found on the machine, started without a window, with a microphone that somebody speaks into."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.waiting import FAR

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


class NoChromium(Exception):
    """There is no Chromium on this machine."""


@contextmanager
def running_chromium(spoken: Path | None = None) -> Iterator[Browser]:
    """A browser; its microphone hears the WAV `spoken`, again and again. Raises NoChromium."""
    arguments = [*QUIETLY, *([f"--use-file-for-fake-audio-capture={spoken}"] if spoken else [])]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # the sandbox refuses to run for root
    where = _found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=where, args=arguments, timeout=FAR.total_seconds() * 1000)
        try:
            yield browser
        finally:
            browser.close()


def _found() -> str:
    for name in filter(None, (os.environ.get("CHROMIUM"), *NAMES)):
        if (where := shutil.which(name)) is not None:
            return where
    raise NoChromium("Chromium was not found: apt-get install chromium, or set CHROMIUM.")
