"""Cookies. Under https their names begin with `__Host-`: the browser then refuses one that another host or path set."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from flask import Flask, after_this_request, request
from flask.sessions import SecureCookieSessionInterface
from flask.wrappers import Response

from callbacks.console.context import current

HOST = "__Host-"  # RFC 6265bis, 4.1.3.2: Secure, Path=/ and no Domain


class Sha256Cookie(SecureCookieSessionInterface):
    """The signed cookie of Flask, which would sign it with SHA-1."""

    digest_method = staticmethod(hashlib.sha256)


def cookie_name(name: str, public_url: str) -> str:
    """Return the name of a cookie. Over http, as on loopback, browsers refuse the prefix."""
    return f"{HOST}{name}" if public_url.startswith("https:") else name


def protect_flasks_cookie(app: Flask, public_url: str) -> None:
    """Name and restrict Flask's signed cookie, which holds the CSRF token and flash messages."""
    app.session_interface = Sha256Cookie()
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name("session", public_url),
        SESSION_COOKIE_SECURE=public_url.startswith("https:"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_DOMAIN=None,
    )


def read_cookie(name: str) -> str:
    """Return a cookie of this request; "" when it is missing."""
    return request.cookies.get(cookie_name(name, current().public_url), "")


def set_cookie(name: str, value: str, lasts: timedelta | None = None) -> None:
    """Set a cookie with the response to this request. Without `lasts`, the browser forgets it when it is closed."""
    _after_this_request(name, value, None if lasts is None else int(lasts.total_seconds()))


def delete_cookie(name: str) -> None:
    _after_this_request(name, "", 0)


def _after_this_request(name: str, value: str, max_age: int | None) -> None:
    url = current().public_url

    @after_this_request
    def add(response: Response) -> Response:
        response.set_cookie(
            cookie_name(name, url),
            value,
            max_age=max_age,
            secure=url.startswith("https:"),
            httponly=True,
            samesite="Lax",
            path="/",
        )
        return response
