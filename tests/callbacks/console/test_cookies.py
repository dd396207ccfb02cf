"""Cookies: `__Host-` under https, plain names on loopback, and never readable by a script."""

from __future__ import annotations

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from callbacks.console.cookies import cookie_name
from callbacks.db.database import Database
from tests.callbacks.console.console import Console


@pytest.mark.parametrize(
    ("url", "name"), [("https://desk.example.com", "__Host-login"), ("http://127.0.0.1:8000", "login")]
)
def test_the_prefix_is_for_https(url: str, name: str) -> None:
    assert cookie_name("login", url) == name


def cookies_of_a_login(console: Console) -> dict[str, set[str]]:
    """Return every cookie that a login sets, with its attributes in small letters."""
    set_by = [*console.client.get("/login").headers.getlist("Set-Cookie")]
    set_by += console.logs_in("sue@example.com").headers.getlist("Set-Cookie")
    parts = [[part.strip() for part in each.split(";")] for each in set_by]
    return {first.partition("=")[0]: {part.casefold() for part in rest} for first, *rest in parts}


def test_under_https_every_cookie_belongs_to_this_host_alone(console: Console) -> None:
    found = cookies_of_a_login(console)
    assert set(found) == {"__Host-session", "__Host-login", "__Host-browser-2"}
    for name, attributes in found.items():
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes, name
        assert not [each for each in attributes if each.startswith("domain")], name


def test_flasks_cookie_is_signed_with_sha256(console: Console) -> None:
    cookie = console.client.get("/login").headers["Set-Cookie"].partition(";")[0]
    signed, _, signature = cookie.removeprefix("__Host-session=").rpartition(".")
    key = hmac.digest(b"x" * 32, b"cookie-session", hashlib.sha256)
    expected = base64.urlsafe_b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode().rstrip("=")
    assert signature == expected


def test_over_http_a_browser_takes_them_too(sqlite_url: str, tmp_path: Path) -> None:
    database = Database(sqlite_url)
    found = cookies_of_a_login(Console(database, tmp_path, public_url="http://127.0.0.1:8000"))
    database.close()
    assert set(found) == {"session", "login", "browser-2"}
    assert not [name for name, attributes in found.items() if "secure" in attributes]


def test_the_known_browser_is_kept_for_a_year_and_the_login_until_the_browser_closes(console: Console) -> None:
    found = cookies_of_a_login(console)
    assert "max-age=31536000" in found["__Host-browser-2"]
    assert not [each for each in found["__Host-login"] if each.startswith(("max-age", "expires"))]
