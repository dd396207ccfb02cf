"""What a single value may be, in TwiML or in a request to the REST API: a number, a URL, keys, one of several words."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

Check = Callable[[str], bool]

E164 = re.compile(r"\+[1-9][0-9]{6,14}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")  # Twilio refuses a host with an underscore
NOT_IN_URLS = re.compile(r"[\s<>\"{}|\\^`]")


def anything(_: str) -> bool:
    return True


def is_boolean(text: str) -> bool:
    return text in ("true", "false")


def is_method(text: str) -> bool:
    return text in ("GET", "POST")


def is_phone_number(text: str) -> bool:
    return E164.fullmatch(text) is not None


def is_absolute_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https") and HOST.fullmatch(parts.hostname or "") is not None
    return is_web and has_port and not NOT_IN_URLS.search(text)


def is_url(text: str) -> bool:
    """Return whether this is an absolute URL, or one that is relative to the document's own."""
    is_relative = bool(text) and "://" not in text and not text.startswith("//") and ":" not in text.split("/")[0]
    return is_absolute_url(text) or (is_relative and not NOT_IN_URLS.search(text))


def whole_number(least: int, most: int | None = None) -> Check:
    def check(text: str) -> bool:
        is_number = re.fullmatch(r"[0-9]{1,9}", text) is not None
        return is_number and least <= int(text) and (most is None or int(text) <= most)

    return check


def at_most(longest: int) -> Check:
    return lambda text: len(text) <= longest


def keys(allowed: str, longest: int | None = None) -> Check:
    """Return a check for a string of keys, which may be empty."""
    return lambda text: set(text) <= set(allowed) and (longest is None or len(text) <= longest)


def one_of(words: Collection[str]) -> Check:
    return lambda text: text in words


def some_of(words: Collection[str]) -> Check:
    """Return a check for a list of words with spaces between."""
    return lambda text: bool(text.split()) and set(text.split()) <= set(words)


def sid(prefix: str) -> Check:
    return lambda text: re.fullmatch(f"{prefix}[0-9a-fA-F]{{32}}", text) is not None
