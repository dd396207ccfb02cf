"""Checks that a webhook comes from Twilio (twilio.com/docs/usage/security).

The signed URL is rebuilt from the configured PUBLIC_URL, never from a proxy's or a Host header. Without a token or a
header the request is refused. A signature has no time in it and can be replayed, so a webhook changes nothing the
second time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict


def signed_url(public_url: str, path: str, query: str) -> str:
    """Return the URL as Twilio was given it. `query` is the raw query string, escapes and order untouched."""
    return f"{public_url}{path}" + (f"?{query}" if query else "")


def is_signature(text: str) -> bool:
    """Return whether this could be a signature at all: 20 bytes in base64."""
    return re.fullmatch(r"[A-Za-z0-9+/]{27}=", text, re.ASCII) is not None


def is_genuine(url: str, fields: MultiDict[str, str], signature: str, tokens: Iterable[str]) -> bool:
    """Return whether one of our tokens signed this request. While tokens are rotated, either may have."""
    if not is_signature(signature):
        return False
    return any(token and RequestValidator(token).validate(url, fields, signature) for token in tokens)
