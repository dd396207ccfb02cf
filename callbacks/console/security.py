"""What protects every request and response: the CSRF token, the security headers, and no NUL characters."""

from __future__ import annotations

from flask import Response, abort, request

from callbacks.console import login_session
from callbacks.console.context import current

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
)


def add_security_headers(response: Response, referrer_policy: str = "same-origin") -> None:
    """Forbid loading anything from other sites, and being framed by them."""
    framed_by = "'self'" if current().demo else "'none'"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.format(framed_by=framed_by)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Referrer-Policy", referrer_policy)


def refuse_forged_forms() -> None:
    """Refuse a change whose form does not carry the session's CSRF token."""
    if request.method not in ("GET", "HEAD") and not login_session.token_is_right(request.form.get("token", "")):
        abort(403, "This form has expired, or it was sent from another site. Load the page again.")


def refuse_nul_characters() -> None:
    """Refuse a NUL anywhere in the address or the form: PostgreSQL cannot store one in a text."""
    fields = (value for values in (*request.args.lists(), *request.form.lists()) for value in values[1])
    if any("\x00" in text for text in (request.path, *fields)):
        abort(400, "The text contains a character that cannot be stored. Remove it and try again.")
