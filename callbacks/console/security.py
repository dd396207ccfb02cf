"""What protects every request and response: host names, the CSRF token, security headers, and no NUL characters."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from callbacks.console import login_session
from callbacks.console.context import current

Wsgi = Callable[..., Iterable[bytes]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
)
# For everything but screens: a recording, a feed, TwiML, an error in plain text.
NO_SCREEN = "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors {framed_by}"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# A year, with subdomains: OWASP ASVS 5.0, 3.4.1.
STRICT_TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
# Requests to these carry a signature or a token, or come from probes that only know an IP address. A proxy that changes
# the Host header must not keep the carrier out.
ANY_HOST = ("/voice/", "/sms/", "/media/", "/healthz", "/readyz", "/metrics")
WENT_WRONG = "Something went wrong, and the error was logged. Try again in a moment."


def protect(app: Flask, public_url: str) -> None:
    """Protect every answer of an app, whichever blueprint it comes from. Call it before routes are added."""
    app.wsgi_app = below(urlsplit(public_url).path.rstrip("/"), app.wsgi_app)  # type: ignore[method-assign]
    app.url_map.merge_slashes = False  # such a redirect would be built from the Host header
    app.before_request(refuse_unknown_host)
    app.after_request(add_default_headers)
    app.register_error_handler(HTTPException, plain_error)


def below(path: str, app: Wsgi) -> Wsgi:
    """Return a WSGI app whose URLs begin with the path of PUBLIC_URL, whatever the request says."""

    def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["SCRIPT_NAME"] = path
        return app(environ, start_response)

    return wsgi


def refuse_unknown_host() -> Response | None:
    """Refuse a request for another host name than the desk's, which may be an attacker's (DNS rebinding)."""
    context = current()
    if context.demo or request.path.startswith(ANY_HOST) or _host(f"//{request.host}") in known_hosts():
        return None
    return _plain(f"The desk does not answer under this host name. Use {context.public_url}/ instead.", 400)


def known_hosts() -> set[str]:
    return {_host(current().public_url), *LOOPBACK}


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".").encode("idna").decode()
    except ValueError:
        return ""


def add_default_headers(response: Response) -> Response:
    """Add every security header that a view has not set itself."""
    response.headers.setdefault("Content-Security-Policy", NO_SCREEN.format(framed_by=_framed_by()))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if current().public_url.startswith("https:"):
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT_SECURITY
    return response


def add_security_headers(response: Response, referrer_policy: str = "same-origin") -> None:
    """Forbid a screen loading anything from other sites, and being framed by them."""
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(framed_by=_framed_by())
    response.headers.setdefault("Referrer-Policy", referrer_policy)


def _framed_by() -> str:
    return "'self'" if current().demo else "'none'"


def plain_error(error: HTTPException) -> ResponseReturnValue:
    """Return an error as a line of text, with the headers that belong to it, such as Allow."""
    if error.response is not None:
        return error.get_response()
    words = WENT_WRONG if error.code == 500 else error.description
    response = _plain(f"{error.name}. {words}", error.code or 500)
    response.headers.extend((name, value) for name, value in error.get_headers() if name != "Content-Type")
    return response


def _plain(words: str, status: int) -> Response:
    return Response(words + "\n", status=status, content_type="text/plain; charset=utf-8")


def refuse_forged_forms() -> None:
    """Refuse a change whose form does not carry the session's CSRF token."""
    if request.method not in ("GET", "HEAD") and not login_session.token_is_right(request.form.get("token", "")):
        abort(403, "This form has expired, or it was sent from another site. Load the page again.")


def refuse_nul_characters() -> None:
    """Refuse a NUL anywhere in the address or the form: PostgreSQL cannot store one in a text."""
    fields = (value for values in (*request.args.lists(), *request.form.lists()) for value in values[1])
    if any("\x00" in text for text in (request.path, *fields)):
        abort(400, "The text contains a character that cannot be stored. Remove it and try again.")
